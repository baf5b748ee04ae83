import { z } from "zod";

const lagSchema = z.tuple([z.object({ seconds: z.string().nullable() })]);

/**
 * NULL on a primary. A replica that has replayed all it received is at the end of it, however long ago the last change
 * was, but only while somebody still sends: without a receiver nothing new could arrive.
 */
const LAG = `
  SELECT CASE
    WHEN NOT pg_is_in_recovery() THEN NULL
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
    ELSE greatest(0, extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))
  END AS seconds`;

/**
 * How far a PostgreSQL server is behind its primary, in seconds.
 * @param query runs a statement and gives its rows as text
 * @returns null when it is no replica, has replayed nothing yet, or does not let the user ask
 */
export async function postgresLagSeconds(query: (sql: string) => Promise<unknown>): Promise<number | null> {
  try {
    const [{ seconds }] = lagSchema.parse(await query(LAG));
    return seconds === null ? null : Number(seconds);
  } catch {
    return null;
  }
}
