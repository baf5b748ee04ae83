import type { EntityCounts, ItemRecord, OrderRecord, UserRecord } from "../../../domain/catalogue/records.ts";
import { isChanged, PUSHED_HASH, recordHash, type StoredRow } from "../../../domain/sync/compare.ts";
import { NULL_KEY_ENTRY, rowKeyText } from "../../../domain/sync/key.ts";
import { RECORD_MAX_LENGTH } from "../../../domain/sync/limits.ts";
import { nextEntry } from "../../../domain/sync/quarantine.ts";
import type { RowKey } from "../../../domain/sync/replica.ts";
import { quoted, type RowFault } from "../../../domain/sync/row-fault.ts";
import {
  readKnownIds,
  readStored,
  type StorableRow,
  tombstoneStatements,
  upsertStatements,
} from "../../../platform/d1/entity-table.ts";
import { valuesOf } from "../../../platform/d1/entity-values.ts";
import {
  quarantineStatements,
  type QuarantineEntry,
  readQuarantine,
  releaseStatements,
} from "../../../platform/d1/quarantine-store.ts";
import type { SyncContext } from "./context.ts";
import type { EntityRecord, EntitySource, LoadedRow, MappedRow } from "./entity-source.ts";
import { withoutErased } from "./erased-rows.ts";
import { dropPushesStatements, keepPushes } from "./keep-pushes.ts";
import { keyOf } from "./load-rows.ts";
import { type RowAside, rowAside } from "./row-aside.ts";

/** What a page of source rows means for D1; nothing is written yet. */
export interface PageOutcome {
  readonly statements: readonly D1PreparedStatement[];
  readonly counts: Partial<EntityCounts>;
  /** Rows that are set aside from now on, each once per fault. */
  readonly aside: readonly RowAside[];
  /** Orders that are new or differ. */
  readonly orders: readonly OrderRecord[];
  /** Every key of the page's rows, good or not, as `rowKeyText`. */
  readonly keys: readonly string[];
  /** Keys of which D1 knows something else once the statements have run: their record, that they are gone, or their fault. */
  readonly touched: readonly string[];
  /** Keys of the page's rows that are in D1 once the statements have run. */
  readonly live: readonly string[];
  /** Keys of the page's rows that are in quarantine once the statements have run. */
  readonly faults: readonly string[];
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
  /** Rows that say of themselves that they are deleted, and have nothing left that could be kept. */
  readonly vanished: Map<string, RowKey>;
}

function judge(
  source: EntitySource,
  rows: readonly LoadedRow[],
  names: ReadonlyMap<string, string>,
  repeated: ReadonlySet<string>,
): JudgedPage {
  const page: JudgedPage = { keys: new Map(), good: new Map(), faults: new Map(), vanished: new Map() };
  for (const loaded of rows) {
    const key = keyOf(source, loaded.row);
    const rowKey = rowKeyText(key);
    if (page.keys.has(rowKey) || repeated.has(rowKey)) {
      // Which of the two is right cannot be known, and either may come first in the next run.
      page.good.delete(rowKey);
      page.vanished.delete(rowKey);
      page.keys.set(rowKey, key);
      page.faults.set(rowKey, { kind: "key_repeated", detail: `Several rows of ${source.table.table} have this key.` });
      continue;
    }
    page.keys.set(rowKey, key);
    const mapped = source.map(loaded, names);
    if (!mapped.ok) {
      if (source.isGone(loaded.row)) page.vanished.set(rowKey, key);
      else page.faults.set(rowKey, mapped.error);
    } else if (JSON.stringify(mapped.value.record).length > RECORD_MAX_LENGTH) {
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

function storable(row: GoodRow, record: EntityRecord): StorableRow {
  return { key: row.key, hash: row.hash, values: valuesOf(record) };
}

/** Changed rows as statements; what the shop has pushed about them is kept where it still holds. */
async function writeChanged(
  context: Pick<SyncContext, "db" | "run" | "now" | "config">,
  source: EntitySource,
  rows: readonly GoodRow[],
  readAt: Date,
): Promise<D1PreparedStatement[]> {
  const { db, run, config } = context;
  const { entity } = source;
  const live = rows.filter((row) => !row.mapped.gone);
  const gone = rows.filter((row) => row.mapped.gone);
  const deleted = upsertStatements(
    db,
    entity,
    gone.map((row) => storable(row, row.mapped.record)),
    run,
    context.now().getTime(),
  );
  if (entity !== "users" && entity !== "items") {
    const written = live.map((row) => storable(row, row.mapped.record));
    return [...upsertStatements(db, entity, written, run), ...deleted];
  }
  const records = new Map(live.map((row) => [row.rowKey, row.mapped.record as UserRecord | ItemRecord]));
  const kept = await keepPushes(db, entity, records, readAt, config.sync.pushHoldSeconds);
  const written = live.map((row) => storable(row, kept.records.get(row.rowKey) ?? row.mapped.record));
  const goneKeys = gone.map((row) => row.rowKey);
  return [
    ...upsertStatements(db, entity, written, run),
    ...kept.statements,
    ...deleted,
    ...dropPushesStatements(db, entity, goneKeys),
  ];
}

/** The statements that mark rows as gone from the source, and forget what was pushed or set aside under their keys. */
export function deleteStatements(
  context: Pick<SyncContext, "db" | "run" | "now">,
  source: EntitySource,
  keys: readonly RowKey[],
): D1PreparedStatement[] {
  if (keys.length === 0) return [];
  const { db, run } = context;
  const { entity } = source;
  const rowKeys = keys.map(rowKeyText);
  return [
    ...tombstoneStatements(db, entity, keys, run, context.now()),
    ...releaseStatements(db, entity, rowKeys),
    ...(entity === "users" || entity === "items" ? dropPushesStatements(db, entity, rowKeys) : []),
  ];
}

/** A page as it is compared. */
export interface ComparedPage {
  readonly rows: readonly LoadedRow[];
  /** Rows whose key is NULL, which no page holds; null where that was not counted. */
  readonly nullKeys: number | null;
  /** A moment before the page was read. */
  readonly readAt: Date;
  /** Keys of which the source has more rows than the page holds. */
  readonly repeated?: ReadonlySet<string>;
  /** True where D1 can hold nothing of these rows. */
  readonly blank?: boolean;
}

/**
 * Compares a page of source rows with D1: what differs is written, what breaks its contract is set aside, what is the
 * same costs nothing.
 */
export async function comparePage(
  context: Pick<SyncContext, "db" | "run" | "now" | "config" | "names" | "erasedAmong">,
  read: EntitySource,
  { rows: all, nullKeys, readAt, repeated = new Set(), blank = false }: ComparedPage,
): Promise<PageOutcome> {
  const { db, run } = context;
  const theirs = await withoutErased(context, read, all);
  const { rows, map } = theirs;
  const source = { ...read, map };
  const { entity } = source;
  const page = judge(source, rows, context.names, repeated);
  const entryKeys = nullKeys === null ? [...page.keys.keys()] : [...page.keys.keys(), NULL_KEY_ENTRY];
  const [stored, entries] = blank
    ? [new Map<string, StoredRow>(), new Map<string, QuarantineEntry>()]
    : await Promise.all([readStored(db, entity, [...page.keys.values()]), readQuarantine(db, entity, entryKeys)]);
  const changed = [...page.good.values()].filter((row) => {
    const before = stored.get(row.rowKey);
    if (!row.mapped.gone) return isChanged(row.hash, before);
    // A row that the shop pushed after the source had deleted it is the later fact.
    return before === undefined || (before.deletedAt === null && before.hash !== PUSHED_HASH);
  });
  // A row that is unchanged was checked when it was written, and one that is gone refers to nothing that matters.
  const checked = await checkReferences(
    db,
    changed.filter((row) => !row.mapped.gone),
  );
  const gone = changed.filter((row) => row.mapped.gone);
  const faults = new Map([...page.faults, ...checked.faults]);
  if (nullKeys !== null && nullKeys > 0) {
    const detail = `${nullKeys} rows of ${source.table.table} have NULL in ${source.keys.join(" or ")}.`;
    faults.set(NULL_KEY_ENTRY, { kind: "key_missing", detail });
  }
  const moved = [...faults].flatMap(([rowKey, fault]) => {
    const entry = nextEntry(entries.get(rowKey), fault, run);
    return entry === null ? [] : [{ entity, rowKey, ...entry }];
  });
  const loadedOf = new Map(rows.map((loaded) => [rowKeyText(keyOf(source, loaded.row)), theirs.kept(loaded)]));
  // Only what moves is kept: an old fault is in the lake since the run that met it.
  const aside = moved
    .filter((entry) => entry.state === "set_aside")
    .map((entry) => rowAside(source, entry, loadedOf.get(entry.rowKey)));
  const released = [...entries.keys()].filter((rowKey) => !faults.has(rowKey));
  const written = new Set(checked.known.map((row) => row.rowKey));
  const isLive = (rowKey: string): boolean => stored.get(rowKey)?.deletedAt === null;
  const vanished = [...page.vanished].filter(([rowKey]) => isLive(rowKey) && stored.get(rowKey)?.hash !== PUSHED_HASH);
  const leaves = new Set([...gone.map((row) => row.rowKey), ...vanished.map(([rowKey]) => rowKey)]);
  const keys = [...page.keys.keys()];
  const moving = new Set([...moved.map((entry) => entry.rowKey), ...released]);
  return {
    statements: [
      ...(await writeChanged(context, source, [...checked.known, ...gone], readAt)),
      ...deleteStatements(
        context,
        source,
        vanished.map(([, key]) => key),
      ),
      ...quarantineStatements(db, moved),
      ...releaseStatements(db, entity, released),
    ],
    counts: {
      read: all.length + (nullKeys ?? 0),
      erased: theirs.erased,
      changed: checked.known.length,
      written: checked.known.length,
      deleted: [...leaves].filter(isLive).length,
      quarantined: faults.size + Math.max((nullKeys ?? 0) - 1, 0),
    },
    aside,
    orders: checked.known
      .map((row) => row.mapped.record)
      .filter((record) => "orderId" in record)
      .map(theirs.booked),
    keys,
    touched: keys.filter((rowKey) => written.has(rowKey) || leaves.has(rowKey) || moving.has(rowKey)),
    live: keys.filter((rowKey) => written.has(rowKey) || (isLive(rowKey) && !leaves.has(rowKey))),
    faults: [...faults.keys()],
  };
}
