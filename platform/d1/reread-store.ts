import type { Entity } from "../../domain/sync/run.ts";

/**
 * Has the ranges that hold these rows read again by the next run, whatever the source's checksums say. Rows that no
 * range holds yet are read behind the ranges: then the last range is read again, since that begins a comparison.
 * @param rowKeys as `rowKeyText` makes them
 * @returns how many ranges will be read
 */
export async function readRowsAgain(db: D1Database, entity: Entity, rowKeys: readonly string[]): Promise<number> {
  const marked = await db
    .prepare(
      `UPDATE sync_ranges SET checksum = NULL WHERE entity = ?1 AND retired = 0 AND EXISTS (
         SELECT 1 FROM json_each(row_keys) AS held WHERE held.value IN (SELECT value FROM json_each(?2)))`,
    )
    .bind(entity, JSON.stringify(rowKeys))
    .run();
  if (marked.meta.changes > 0) return marked.meta.changes;
  const last = await db
    .prepare(
      `UPDATE sync_ranges SET checksum = NULL WHERE entity = ?1 AND retired = 0
         AND id = (SELECT max(id) FROM sync_ranges WHERE entity = ?1 AND retired = 0)`,
    )
    .bind(entity)
    .run();
  return last.meta.changes;
}
