import { z } from "zod";

import { rowKeysOf } from "../../domain/erasure/mentions.ts";
import { assertLeaseStatement } from "./lease-store.ts";

type Entity = "users" | "ratings";

/** Ranges one of whose bounds is a key of the user's, and the range behind each. */
const BOUNDS = `SELECT a.id AS id, b.id AS next FROM sync_ranges AS a JOIN sync_ranges AS b
  ON b.entity = a.entity AND b.retired = 0 AND b.after_key = a.upto_key
  WHERE a.entity = ?1 AND a.retired = 0 AND a.upto_key ->> 0 = ?2 LIMIT 1`;
const boundsSchema = z.array(z.object({ id: z.number(), next: z.number() })).max(1);

/** Two neighbours become one range, which the next run reads, and divides elsewhere if it is large. */
const UNITE = `UPDATE sync_ranges AS a SET upto_key = b.upto_key, row_count = a.row_count + b.row_count, checksum = NULL,
    row_keys = (SELECT json_group_array(value) FROM (
      SELECT value FROM json_each(a.row_keys) UNION ALL SELECT value FROM json_each(b.row_keys)))
  FROM (SELECT * FROM sync_ranges WHERE entity = ?1 AND id = ?3) AS b WHERE a.entity = ?1 AND a.id = ?2`;

function withoutKeys(db: D1Database, entity: Entity, match: string, text: string): D1PreparedStatement {
  // The text is looked for first, as JSON has it: most ranges need not be taken apart.
  const inside = JSON.stringify(text).slice(1, -1);
  return db
    .prepare(
      `UPDATE sync_ranges SET row_keys = (SELECT json_group_array(value) FROM json_each(row_keys) WHERE NOT (${match}))
       WHERE entity = '${entity}' AND instr(row_keys, ?2) > 0 AND EXISTS (SELECT 1 FROM json_each(row_keys) WHERE ${match})`,
    )
    .bind(text, inside);
}

/**
 * Leaves a user's keys out of what the sync remembers of where and what it has read: of the rows in each range, of the
 * ranges' bounds, and of the last key. For the holder of the sync's lease, since a run writes what it has read before.
 * @throws Error when the lease went to somebody else
 */
export async function erasePositions(
  db: D1Database,
  userId: string,
  lease: { readonly name: string; readonly holder: string },
): Promise<void> {
  const held = (): D1PreparedStatement => assertLeaseStatement(db, lease.name, lease.holder);
  const keys = rowKeysOf(userId);
  for (const entity of ["users", "ratings"] as const) {
    for (;;) {
      const { results } = await db.prepare(BOUNDS).bind(entity, userId).all();
      const [bound] = boundsSchema.parse(results);
      if (bound === undefined) break;
      await db.batch([
        held(),
        db.prepare(UNITE).bind(entity, bound.id, bound.next),
        db.prepare("DELETE FROM sync_ranges WHERE entity = ? AND id = ?").bind(entity, bound.next),
      ]);
    }
  }
  const forgetLast =
    "UPDATE sync_state SET value = json_set(value, '$.lastKey', json('null')) WHERE name = ? AND value ->> '$.lastKey[0]' = ?";
  await db.batch([
    held(),
    withoutKeys(db, "users", "value = ?1", keys.user),
    withoutKeys(db, "ratings", "substr(value, 1, length(?1)) = ?1", keys.ratings),
    db.prepare(forgetLast).bind("entity:users", userId),
    db.prepare(forgetLast).bind("entity:ratings", userId),
  ]);
}
