import type { EntityCounts } from "../../../domain/catalogue/records.ts";
import { isChanged, recordHash } from "../../../domain/sync/compare.ts";
import { NULL_KEY_ENTRY, rowKeyText } from "../../../domain/sync/key.ts";
import { RECORD_MAX_LENGTH } from "../../../domain/sync/limits.ts";
import { nextEntry } from "../../../domain/sync/quarantine.ts";
import type { RowKey } from "../../../domain/sync/replica.ts";
import { quoted, type RowFault } from "../../../domain/sync/row-fault.ts";
import { readKnownIds, readStored, upsertStatements } from "../../../platform/d1/entity-table.ts";
import { quarantineStatements, readQuarantine, releaseStatements } from "../../../platform/d1/quarantine-store.ts";
import type { SyncContext } from "./context.ts";
import type { EntitySource, LoadedRow, MappedRow } from "./entity-source.ts";
import { keyOf } from "./load-rows.ts";

/** What a page of source rows means for D1; nothing is written yet. */
export interface PageOutcome {
  readonly statements: readonly D1PreparedStatement[];
  readonly counts: Partial<EntityCounts>;
  /** Rows of the page that are in D1 once the statements have run. */
  readonly live: number;
  /** Quarantine entries of the page's rows once the statements have run. */
  readonly faults: number;
}

interface GoodRow {
  readonly key: RowKey;
  readonly rowKey: string;
  readonly hash: string;
  readonly mapped: MappedRow;
}

interface JudgedPage {
  readonly keys: Map<string, RowKey>;
  readonly good: Map<string, GoodRow>;
  readonly faults: Map<string, RowFault>;
}

function judge(source: EntitySource, rows: readonly LoadedRow[]): JudgedPage {
  const page: JudgedPage = { keys: new Map(), good: new Map(), faults: new Map() };
  for (const loaded of rows) {
    const key = keyOf(source, loaded.row);
    const rowKey = rowKeyText(key);
    if (page.keys.has(rowKey)) {
      // Which of the two is right cannot be known, and either may come first in the next run.
      page.good.delete(rowKey);
      page.faults.set(rowKey, { kind: "key_repeated", detail: `Several rows of ${source.table.table} have this key.` });
      continue;
    }
    page.keys.set(rowKey, key);
    const mapped = source.map(loaded);
    if (!mapped.ok) {
      page.faults.set(rowKey, mapped.error);
    } else if (JSON.stringify(mapped.value.values).length > RECORD_MAX_LENGTH) {
      const detail = `The row is larger than ${RECORD_MAX_LENGTH} characters as JSON.`;
      page.faults.set(rowKey, { kind: "row_too_large", detail });
    } else {
      page.good.set(rowKey, { key, rowKey, hash: recordHash(mapped.value.record), mapped: mapped.value });
    }
  }
  return page;
}

/** The rows whose references are all known, and the faults of those whose are not. */
async function checkReferences(
  db: D1Database,
  rows: readonly GoodRow[],
): Promise<{ known: GoodRow[]; faults: Map<string, RowFault> }> {
  const referred = (ids: (row: GoodRow) => readonly string[]): Set<string> => new Set(rows.flatMap(ids));
  const [users, items] = await Promise.all([
    readKnownIds(
      db,
      "users",
      referred((row) => row.mapped.users),
    ),
    readKnownIds(
      db,
      "items",
      referred((row) => row.mapped.items),
    ),
  ]);
  const faults = new Map<string, RowFault>();
  for (const { rowKey, mapped } of rows) {
    const user = mapped.users.find((id) => !users.has(id));
    const item = mapped.items.find((id) => !items.has(id));
    if (user !== undefined) {
      faults.set(rowKey, { kind: "unknown_user", detail: `There is no user ${quoted(user)}.` });
    } else if (item !== undefined) {
      faults.set(rowKey, { kind: "unknown_item", detail: `There is no item ${quoted(item)}.` });
    }
  }
  return { known: rows.filter((row) => !faults.has(row.rowKey)), faults };
}

/**
 * Compares a page of source rows with D1: what differs is written, what breaks its contract is set aside, what is the
 * same costs nothing.
 * @param nullKeys rows whose key is NULL, which no page holds; null where that was not counted
 */
export async function comparePage(
  context: Pick<SyncContext, "db" | "run">,
  source: EntitySource,
  rows: readonly LoadedRow[],
  nullKeys: number | null,
): Promise<PageOutcome> {
  const { db, run } = context;
  const { entity } = source;
  const page = judge(source, rows);
  const entryKeys = nullKeys === null ? [...page.keys.keys()] : [...page.keys.keys(), NULL_KEY_ENTRY];
  const [stored, entries] = await Promise.all([
    readStored(db, entity, [...page.keys.values()]),
    readQuarantine(db, entity, entryKeys),
  ]);
  const changed = [...page.good.values()].filter((row) => isChanged(row.hash, stored.get(row.rowKey)));
  // A row that is unchanged was checked when it was written.
  const { known, faults: references } = await checkReferences(db, changed);
  const faults = new Map([...page.faults, ...references]);
  if (nullKeys !== null && nullKeys > 0) {
    const detail = `${nullKeys} rows of ${source.table.table} have NULL in ${source.keys.join(" or ")}.`;
    faults.set(NULL_KEY_ENTRY, { kind: "key_missing", detail });
  }
  const moved = [...faults].flatMap(([rowKey, fault]) => {
    const entry = nextEntry(entries.get(rowKey), fault, run);
    return entry === null ? [] : [{ entity, rowKey, ...entry }];
  });
  const released = [...entries.keys()].filter((rowKey) => !faults.has(rowKey));
  const written = new Set(known.map((row) => row.rowKey));
  const live = [...page.keys.keys()].filter((rowKey) => written.has(rowKey) || stored.get(rowKey)?.deletedAt === null);
  return {
    statements: [
      ...upsertStatements(
        db,
        entity,
        known.map(({ key, hash, mapped }) => ({ key, hash, values: mapped.values })),
        run,
      ),
      ...quarantineStatements(db, moved),
      ...releaseStatements(db, entity, released),
    ],
    counts: {
      read: rows.length + (nullKeys ?? 0),
      changed: known.length,
      written: known.length,
      quarantined: faults.size + Math.max((nullKeys ?? 0) - 1, 0),
    },
    live: live.length,
    faults: faults.size,
  };
}
