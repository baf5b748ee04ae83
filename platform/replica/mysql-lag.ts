import { z } from "zod";

// MariaDB and MySQL before 8.0.22 say Master, later ones Source. NULL: replication stands still.
const statusSchema = z.array(
  z.looseObject({
    Seconds_Behind_Source: z.string().nullish(),
    Seconds_Behind_Master: z.string().nullish(),
  }),
);

/**
 * Seconds that the slowest channel is behind, from the rows of `SHOW REPLICA STATUS` or `SHOW SLAVE STATUS`.
 * @returns null when there is no channel, or when one of them stands still
 */
export function secondsBehind(status: unknown): number | null {
  const rows = statusSchema.safeParse(status);
  if (!rows.success || rows.data.length === 0) return null;
  const texts = rows.data.map((row) => row.Seconds_Behind_Source ?? row.Seconds_Behind_Master ?? null);
  return texts.includes(null) ? null : Math.max(...texts.map(Number));
}

/**
 * How far a MySQL or MariaDB server is behind its primary, in seconds.
 * @param query runs a statement and gives its rows as text
 * @returns null when it is no replica, or when the user may not ask (`REPLICATION CLIENT`, MariaDB: `REPLICA MONITOR`)
 */
export async function mysqlLagSeconds(query: (sql: string) => Promise<unknown>): Promise<number | null> {
  for (const statement of ["SHOW REPLICA STATUS", "SHOW SLAVE STATUS"]) {
    try {
      return secondsBehind(await query(statement));
    } catch {
      // The newer word is unknown to older servers, the older one to newer ones.
    }
  }
  return null;
}
