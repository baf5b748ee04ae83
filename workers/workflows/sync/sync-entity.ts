import { hash64 } from "../../../domain/hash.ts";
import { wentBack } from "../../../domain/sync/cursor.ts";
import { STEP_ROWS_MAX } from "../../../domain/sync/limits.ts";
import { NO_KEYS } from "../../../domain/sync/key-sum.ts";
import { columnOf } from "../../../domain/sync/map-key.ts";
import { beginRun, type EntityState, type Pass, verifies } from "../../../domain/sync/pass.ts";
import { countLive } from "../../../platform/d1/entity-table.ts";
import { recordNotice } from "../../../platform/d1/notice-store.ts";
import { clearAcceptedDeletions } from "../../../platform/d1/pause-store.ts";
import { countQuarantined } from "../../../platform/d1/quarantine-store.ts";
import { rangesBound } from "../../../platform/d1/range-store.ts";
import { readRunCounts } from "../../../platform/d1/sync-run-store.ts";
import { commitPage, NOTHING } from "./commit-page.ts";
import type { DatabaseContext, PagedContext, SyncContext } from "./context.ts";
import { currentState } from "./current-state.ts";
import { checksumRequest, type EntitySource } from "./entity-source.ts";
import { readDictionary } from "./load-rows.ts";
import { isMassDeletion, massDeletionReason } from "./mass-deletion.ts";
import { changesPage, pagedEnd, pagedPage, sweepPage } from "./paged-pass.ts";
import type { PassPage } from "./pass-page.ts";
import { rangePage, retiredPage } from "./range-pass.ts";
import { firstTail, retryPage, tailPage } from "./tail-pass.ts";

/** How a part of an entity's reading ended. */
export type PartOutcome =
  | { readonly kind: "done" }
  /** Call it again. */
  | { readonly kind: "more" }
  /** The source would have us delete most of what we know: somebody has to agree first. */
  | { readonly kind: "mass_deletion"; readonly reason: string };

/** How many rows the source has, counted by itself: its own estimate may be far off. */
async function exactRows({ from }: Pick<DatabaseContext, "from">, source: EntitySource): Promise<number> {
  const request = { ...checksumRequest(source), columns: source.keys, satellites: [] };
  const [all] = await from.read((reader) => reader.checksums(request, [{ after: null, upto: null }]));
  return all?.rows ?? 0;
}

/** The reason not to go on, or null. */
async function massDeletion(
  context: Pick<DatabaseContext, "db" | "from" | "config">,
  source: EntitySource,
): Promise<string | null> {
  const { db, config } = context;
  const live = await countLive(db, source.entity);
  if (!isMassDeletion(config, live, source.table.rows)) return null;
  return massDeletionReason(context, source, live, await exactRows(context, source));
}

async function beginRanges(context: DatabaseContext, source: EntitySource, state: EntityState): Promise<EntityState> {
  const { db, from, config } = context;
  const { entity, change, table } = source;
  const { bound, unread } = await rangesBound(db, entity);
  if (!verifies(state, change, config.sync.verifyEveryRuns, unread)) return { ...state, pass: { kind: "idle" } };
  const counts = !state.known && change.kind === "cursor" && state.cursorAtStart === null;
  const blank = !state.known && (await countLive(db, entity)) + (await countQuarantined(db, entity)) === 0;
  return {
    ...state,
    // Read before the first page: what changes while the reading lasts is behind it, and read again.
    cursorAtStart: counts ? await from.read((reader) => reader.greatest(table, change.column)) : state.cursorAtStart,
    pass: { kind: "ranges", counted: false, blank, verified: 0, bound },
  };
}

/** What follows the retrying of rows that waited: what is new, unless the source has gone back behind what was read. */
async function beginTail(context: DatabaseContext, source: EntitySource, state: EntityState): Promise<EntityState> {
  const { db, from } = context;
  const { entity, change, table } = source;
  if (!state.known || change.kind === "snapshot") return beginRanges(context, source, state);
  if (change.kind === "cursor" && state.cursor !== null) {
    const column = columnOf(table, change.column);
    const greatest = await from.read((reader) => reader.greatest(table, change.column));
    if (greatest !== null && wentBack(greatest, state.cursor, column, change.overlapSeconds)) {
      const message = `${table.table}.${change.column} ends at ${greatest}, and was read up to ${state.cursor} before: its newest rows were deleted, or the source was restored from an older copy. Every row is compared again.`;
      await recordNotice(
        db,
        { kind: "source_went_back", subject: entity, message, announcementId: null },
        context.now(),
      );
      return beginRanges(context, source, { ...state, known: false, cursorAtStart: greatest });
    }
  }
  const tail = await firstTail(context, source, state);
  return tail === null ? beginRanges(context, source, state) : { ...state, pass: tail };
}

async function databasePage(context: DatabaseContext, source: EntitySource, state: EntityState): Promise<PassPage> {
  const { pass } = state;
  switch (pass.kind) {
    case "retry":
      return retryPage(context, source, state, pass, (after) => beginTail(context, source, after));
    case "tail":
      return tailPage(context, source, state, pass, (after) => beginRanges(context, source, after));
    case "ranges":
      return rangePage(context, source, state, pass);
    case "retired":
      return retiredPage(context, source, state);
    case "idle":
    case "pages":
    case "pages_end":
    case "changes":
    case "sweep":
      // A pass of the other kind of source: the next run begins anew.
      return { commit: NOTHING, state: { ...state, pass: { kind: "idle" } }, effort: 0 };
  }
}

/** Where the reading of a source of pages begins: at what changed since the last run, or at everything. */
async function beginPages(context: PagedContext, source: EntitySource, state: EntityState): Promise<Pass> {
  const { config, db } = context;
  const { change, entity } = source;
  const everything: Pass = { kind: "pages", after: null, live: NO_KEYS, faults: NO_KEYS };
  const due = state.runsSinceVerify >= config.sync.verifyEveryRuns;
  if (config.source.http?.sinceParameter === undefined || change.kind !== "cursor") return everything;
  // Rows that wait for another row would not come again by themselves.
  if (!state.known || state.cursor === null || due || (await countQuarantined(db, entity)) > 0) return everything;
  const since = new Date(Date.parse(state.cursor) - change.overlapSeconds * 1000).toISOString();
  return { kind: "changes", after: null, from: since };
}

async function pagedSourcePage(context: PagedContext, source: EntitySource, state: EntityState): Promise<PassPage> {
  const { pass } = state;
  switch (pass.kind) {
    case "retry": {
      const pages = await beginPages(context, source, state);
      // What changes while the reading lasts is read again by the next run.
      const cursorAtStart = context.now().toISOString();
      return { commit: NOTHING, state: { ...state, cursorAtStart, pass: pages }, effort: 0 };
    }
    case "pages":
      return pagedPage(context, source, state, pass);
    case "pages_end":
      return pagedEnd(context, source, state, pass);
    case "changes":
      return changesPage(context, source, state, pass);
    case "sweep":
      return sweepPage(context, source, state);
    case "idle":
    case "tail":
    case "ranges":
    case "retired":
      return { commit: NOTHING, state: { ...state, pass: { kind: "idle" } }, effort: 0 };
  }
}

function nextPage(context: SyncContext, source: EntitySource, state: EntityState): Promise<PassPage> {
  const { from } = context;
  return from.kind === "database"
    ? databasePage({ ...context, from }, source, state)
    : pagedSourcePage({ ...context, from }, source, state);
}

/**
 * Brings one entity on by a bounded number of pages, each committed by itself.
 * @throws ReplicaError when the source is away; what was committed stays
 */
export async function syncEntity(
  context: Omit<SyncContext, "names" | "step">,
  source: EntitySource,
): Promise<PartOutcome> {
  const { db, run, config, from } = context;
  const names = source.dictionary === null ? new Map<string, string>() : await readDictionary(from, source.dictionary);
  const shape = names.size === 0 ? source.shape : hash64(source.shape + JSON.stringify([...names]));
  const known = await currentState(db, source, shape);
  if (known.run !== run && from.kind === "database") {
    const reason = await massDeletion({ ...context, from }, source);
    if (reason !== null) return { kind: "mass_deletion", reason };
  }
  let state = beginRun(known, run, source.change);
  let counts = await readRunCounts(db, run);
  let effort = 0;
  const step = { ahead: null, rowsLeft: STEP_ROWS_MAX };
  while (state.pass.kind !== "idle" && effort < STEP_ROWS_MAX) {
    const page = await nextPage({ ...context, names, step }, source, state);
    if (page.refused !== undefined) return { kind: "mass_deletion", reason: page.refused };
    counts = await commitPage(context, source.entity, page.commit, page.state, counts);
    ({ state } = page);
    effort += page.effort;
    if (config.sync.pauseMilliseconds > 0) await context.pause(config.sync.pauseMilliseconds);
  }
  if (state.pass.kind !== "idle") return { kind: "more" };
  await clearAcceptedDeletions(db, source.entity);
  return { kind: "done" };
}
