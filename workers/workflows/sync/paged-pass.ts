import { hash32 } from "../../../domain/hash.ts";
import { rowKeyText } from "../../../domain/sync/key.ts";
import { LEASE_SECONDS, PAGED_KEYS_MAX } from "../../../domain/sync/limits.ts";
import type { EntityState, Pass, PassOf } from "../../../domain/sync/pass.ts";
import type { Page, Position, RowKey } from "../../../domain/sync/replica.ts";
import { countLive, readLiveKeys } from "../../../platform/d1/entity-table.ts";
import { acquireLease } from "../../../platform/d1/lease-store.ts";
import { countQuarantined, readQuarantinedKeys, releaseStatements } from "../../../platform/d1/quarantine-store.ts";
import { NOTHING } from "./commit-page.ts";
import { comparePage, deleteStatements } from "./compare-page.ts";
import { type PagedContext, SYNC_LEASE } from "./context.ts";
import type { EntitySource } from "./entity-source.ts";
import { alone, keyOf } from "./load-rows.ts";
import type { PassPage } from "./pass-page.ts";

/** Keys that one look through D1 takes. */
const LIVE_KEYS_PER_PAGE = 2_000;
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

/**
 * The next page of every row. When D1 ends up with more rows than the pages had, some were deleted, and every key is
 * read once more; as long as the numbers agree nothing is looked for.
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
  const read = { ...pass, live: pass.live + outcome.live, faults: pass.faults + outcome.faults };
  const effort = Math.max(page.rows.length, 1);
  if (page.next !== null) {
    return { commit: outcome, state: { ...state, pass: { ...read, after: [...page.next] } }, effort };
  }
  const done: EntityState = {
    ...state,
    known: true,
    cursor: state.cursorAtStart ?? state.cursor,
    cursorAtStart: null,
    runsSinceVerify: 0,
    pass: { kind: "pages_end", live: read.live, faults: read.faults },
  };
  return { commit: outcome, state: done, effort };
}

/** Whether D1, with the last page in it, has rows or faults that no page had. */
export async function pagedEnd(
  { db }: PagedContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"pages_end">,
): Promise<PassPage> {
  const more = (await countLive(db, source.entity)) > pass.live;
  const stale = (await countQuarantined(db, source.entity)) > pass.faults;
  const next: Pass = more || stale ? { kind: "sweep" } : { kind: "idle" };
  return { commit: NOTHING, state: { ...state, pass: next }, effort: 0 };
}

/** The next page of rows changed since the cursor. */
export async function pagedTail(
  context: PagedContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"tail">,
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
 * missing from one reading, hardly from two: only rows that both readings missed are deleted, and one that was deleted
 * wrongly comes back with the next run.
 */
export async function sweepPage(context: PagedContext, source: EntitySource, state: EntityState): Promise<PassPage> {
  const { db } = context;
  const { entity } = source;
  const existing = await readAllKeys(context, source);
  const isGone = (rowKey: string): boolean => !existing.has(keyHash(rowKey));
  const gone: RowKey[] = [];
  let after: RowKey | null = null;
  for (;;) {
    const keys = await readLiveKeys(db, entity, after, LIVE_KEYS_PER_PAGE);
    gone.push(...keys.filter((key) => isGone(rowKeyText(key))));
    const last: RowKey | undefined = keys.at(-1);
    if (last === undefined) break;
    after = last;
  }
  const stale: string[] = [];
  for (let entry = ""; ;) {
    const rowKeys = await readQuarantinedKeys(db, entity, entry, LIVE_KEYS_PER_PAGE, false);
    stale.push(...rowKeys.filter(isGone));
    const last = rowKeys.at(-1);
    if (last === undefined) break;
    entry = last;
  }
  return {
    commit: {
      statements: [...deleteStatements(context, source, gone), ...releaseStatements(db, entity, stale)],
      counts: { deleted: gone.length },
    },
    state: { ...state, pass: { kind: "idle" } },
    effort: existing.size,
  };
}
