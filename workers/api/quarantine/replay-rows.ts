import type { Entity } from "../../../domain/sync/run.ts";
import { readRowsAgain } from "../../../platform/d1/reread-store.ts";
import { rowPayloadSchema } from "../../workflows/sync/row-aside.ts";

/**
 * Has the next sync read rows of the source again: it judges them as they are then, by the configuration of then. Rows
 * themselves are not taken from the quarantine, since the source may have changed them.
 * @returns `read_again`: how many rows, `ranges`: in how many ranges of their tables
 */
export async function replayRows(db: D1Database, originals: readonly unknown[]): Promise<Record<string, number>> {
  const keys = new Map<Entity, string[]>();
  let rows = 0;
  for (const original of originals) {
    const parsed = rowPayloadSchema.safeParse(original);
    if (!parsed.success) continue;
    const { entity, row_key } = parsed.data;
    keys.set(entity, [...(keys.get(entity) ?? []), row_key]);
    rows += 1;
  }
  let ranges = 0;
  for (const [entity, rowKeys] of keys) ranges += await readRowsAgain(db, entity, rowKeys);
  return { read_again: rows, ranges };
}
