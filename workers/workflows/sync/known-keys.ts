import { rowKeyText } from "../../../domain/sync/key.ts";
import type { RowKey } from "../../../domain/sync/replica.ts";
import type { Entity } from "../../../domain/sync/run.ts";
import { readLiveKeys } from "../../../platform/d1/entity-table.ts";
import { readQuarantine, readQuarantinedKeys } from "../../../platform/d1/quarantine-store.ts";

/** Keys that one look through D1 takes. */
const KEYS_PER_PAGE = 2_000;

/** Keys of the rows that D1 has, page by page. */
export async function* liveKeys(db: D1Database, entity: Entity): AsyncGenerator<readonly RowKey[]> {
  for (let after: RowKey | null = null; ;) {
    const keys = await readLiveKeys(db, entity, after, KEYS_PER_PAGE);
    const last: RowKey | undefined = keys.at(-1);
    if (last === undefined) return;
    yield keys;
    after = last;
  }
}

/** Keys of the rows that are in quarantine, page by page. Those without a key share the entry of the empty text. */
export async function* quarantinedKeys(db: D1Database, entity: Entity): AsyncGenerator<readonly string[]> {
  if ((await readQuarantine(db, entity, [""])).size > 0) yield [""];
  for (let after = ""; ;) {
    const rowKeys = await readQuarantinedKeys(db, entity, after, KEYS_PER_PAGE, false);
    const last = rowKeys.at(-1);
    if (last === undefined) return;
    yield rowKeys;
    after = last;
  }
}

/** Everything that D1 knows of an entity, live or in quarantine, page by page. */
export async function* knownKeys(db: D1Database, entity: Entity): AsyncGenerator<readonly string[]> {
  for await (const keys of liveKeys(db, entity)) yield keys.map(rowKeyText);
  yield* quarantinedKeys(db, entity);
}
