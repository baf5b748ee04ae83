import { hash32 } from "../../../domain/hash.ts";
import { rowKeyText } from "../../../domain/sync/key.ts";
import { addKeys, isSameKeys, type KeySum, NO_KEYS } from "../../../domain/sync/key-sum.ts";
import { LEASE_SECONDS, PAGED_KEYS_MAX } from "../../../domain/sync/limits.ts";
import type { EntityState, Pass, PassOf } from "../../../domain/sync/pass.ts";
import type { Page, Position, RowKey } from "../../../domain/sync/replica.ts";
import { countLive } from "../../../platform/d1/entity-table.ts";
import { acquireLease } from "../../../platform/d1/lease-store.ts";
import { releaseStatements } from "../../../platform/d1/quarantine-store.ts";
import { NOTHING } from "./commit-page.ts";
import { comparePage, deleteStatements } from "./compare-page.ts";
import { type PagedContext, SYNC_LEASE } from "./context.ts";
import type { EntitySource } from "./entity-source.ts";
import { liveKeys, quarantinedKeys } from "./known-keys.ts";
import { alone, keyOf } from "./load-rows.ts";
import { massDeletionReason } from "./mass-deletion.ts";
import type { PassPage } from "./pass-page.ts";

/** The lanes of a key's hash: together 53 bits, which a double holds. */
const HIGH_LANE = 2 ** 21;

function readPage(
  { from, config }: PagedContext,
  source: EntitySource,
  after: Position | null,
  since: string | null,
): Promise<Page> {
  const { table, columns, keys } = source;
  return from.readPage({ table, columns, order: keys, after, upto: null, from: since, limit: config.sync.pageRows });
}

async function sumKeys(pages: AsyncIterable<readonly (RowKey | string)[]>): Promise<KeySum> {
  let sum = NO_KEYS;
  for await (const keys of pages) {
    sum = addKeys(
      sum,
      keys.map((key) => (typeof key === "string" ? key : rowKeyText(key))),
    );
  }
  return sum;
}

/** The state when every row was read, and every deletion found. */
function whole(state: EntityState): EntityState {
  return {
    ...state,
    known: true,
    cursor: state.cursorAtStart ?? state.cursor,
    cursorAtStart: null,
    runsSinceVerify: 0,
    pass: { kind: "idle" },
  };
}

/**
 * The next page of every row. When D1 ends up with other keys than the pages had, every key is read once more: some
 * were deleted, or given twice, behind which a deletion could hide.
 */
export async function pagedPage(
  context: PagedContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"pages">,
): Promise<PassPage> {
  const readAt = context.now();
  const page = await readPage(context, source, pass.after, null);
  const outcome = await comparePage(context, source, { rows: alone(page.rows), nullKeys: null, readAt });
  const read = {
    ...pass,
    live: addKeys(pass.live, outcome.live),
    faults: addKeys(pass.faults, outcome.faults),
  };
  const effort = Math.max(page.rows.length, 1);
  if (page.next !== null) {
    return { commit: outcome, state: { ...state, pass: { ...read, after: [...page.next] } }, effort };
  }
  const end: Pass = { kind: "pages_end", live: read.live, faults: read.faults };
  return { commit: outcome, state: { ...state, pass: end }, effort };
}

/** Whether D1, with the last page in it, has the rows and faults that the pages had, and no others. */
export async function pagedEnd(
  { db }: PagedContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"pages_end">,
): Promise<PassPage> {
  const isSame =
    isSameKeys(pass.live, await sumKeys(liveKeys(db, source.entity))) &&
    isSameKeys(pass.faults, await sumKeys(quarantinedKeys(db, source.entity)));
  const next: EntityState = isSame ? whole(state) : { ...state, pass: { kind: "sweep" } };
  return { commit: NOTHING, state: next, effort: 0 };
}

/** The next page of rows changed since the cursor. */
export async function changesPage(
  context: PagedContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"changes">,
): Promise<PassPage> {
  const readAt = context.now();
  const page = await readPage(context, source, pass.after, pass.from);
  const outcome = await comparePage(context, source, { rows: alone(page.rows), nullKeys: null, readAt });
  const done: EntityState = {
    ...state,
    cursor: state.cursorAtStart ?? state.cursor,
    cursorAtStart: null,
    pass: { kind: "idle" },
  };
  return {
    commit: outcome,
    state: page.next === null ? done : { ...state, pass: { ...pass, after: [...page.next] } },
    effort: Math.max(page.rows.length, 1),
  };
}

function keyHash(rowKey: string): number {
  return (hash32(rowKey) % HIGH_LANE) * 2 ** 32 + hash32(rowKey, 1);
}

/** Every key that the source has now, as hashes: eight bytes a key, whatever the keys' length. */
async function readAllKeys(context: PagedContext, source: EntitySource): Promise<ReadonlySet<number>> {
  const { db, runId } = context;
  const keys = new Set<number>();
  let after: Position | null = null;
  do {
    const page: Page = await readPage(context, source, after, null);
    for (const row of page.rows) keys.add(keyHash(rowKeyText(keyOf(source, row))));
    if (keys.size > PAGED_KEYS_MAX) throw new Error(`${source.table.table} has more than ${PAGED_KEYS_MAX} rows.`);
    after = page.next;
    await acquireLease(db, SYNC_LEASE, runId, context.now(), LEASE_SECONDS);
  } while (after !== null);
  return keys;
}

/**
 * Deletes what D1 has and the source of pages does not. A row that moved between two pages while they were read may be
 * missing from a reading: one reading alone never deletes, and what was deleted wrongly comes back with the next whole
 * reading.
 */
export async function sweepPage(context: PagedContext, source: EntitySource, state: EntityState): Promise<PassPage> {
  const { db } = context;
  const { entity } = source;
  const existing = await readAllKeys(context, source);
  const isGone = (rowKey: string): boolean => !existing.has(keyHash(rowKey));
  const gone: RowKey[] = [];
  for await (const keys of liveKeys(db, entity)) gone.push(...keys.filter((key) => isGone(rowKeyText(key))));
  const stale: string[] = [];
  for await (const rowKeys of quarantinedKeys(db, entity)) stale.push(...rowKeys.filter(isGone));
  const live = await countLive(db, entity);
  const reason = await massDeletionReason(context, source, live, live - gone.length);
  return {
    commit: {
      statements: [...deleteStatements(context, source, gone), ...releaseStatements(db, entity, stale)],
      counts: { deleted: gone.length },
    },
    state: whole(state),
    effort: existing.size,
    ...(reason === null ? {} : { refused: reason }),
  };
}
