import { z } from "zod";

const rowsSchema = z.array(z.object({ version: z.string(), state: z.string(), lease_until: z.number().nullable() }));

/** How far a model version has come, without its manifest. */
export interface ModelStanding {
  readonly state: string;
  /** Until when somebody is at work on it, in milliseconds since 1970 UTC; 0 when nobody is. */
  readonly leaseUntil: number;
}

/**
 * States of those of these versions that were published, by version.
 * @param leasePrefix what stands before a version in the name of its lease
 */
export async function readModelStates(
  db: D1Database,
  versions: readonly string[],
  leasePrefix: string,
): Promise<Map<string, ModelStanding>> {
  const { results } = await db
    .prepare(
      `SELECT models.version, models.state, leases.expires_at AS lease_until
       FROM json_each(?1) AS asked JOIN models ON models.version = asked.value
       LEFT JOIN leases ON leases.name = ?2 || models.version`,
    )
    .bind(JSON.stringify(versions), leasePrefix)
    .all();
  return new Map(
    rowsSchema.parse(results).map((row) => [row.version, { state: row.state, leaseUntil: row.lease_until ?? 0 }]),
  );
}
