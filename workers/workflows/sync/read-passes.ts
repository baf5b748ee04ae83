import type { ChangeDetection } from "../../../domain/config/schema.ts";
import { cursorWithOverlap } from "../../../domain/sync/cursor.ts";
import { parseRowKey, rowKeyText } from "../../../domain/sync/key.ts";
import { EXISTING_ROWS_MAX } from "../../../domain/sync/limits.ts";
import { columnOf } from "../../../domain/sync/map-key.ts";
import { afterTail, type EntityState, type Pass, type PassOf } from "../../../domain/sync/pass.ts";
import type { RowKey, SourceRow } from "../../../domain/sync/replica.ts";
import { countLive } from "../../../platform/d1/entity-table.ts";
import { countQuarantined, readQuarantinedKeys, releaseStatements } from "../../../platform/d1/quarantine-store.ts";
import { NOTHING, type PageCommit } from "./commit-page.ts";
import { comparePage } from "./compare-page.ts";
import type { SyncContext } from "./context.ts";
import type { EntitySource } from "./entity-source.ts";
import { keyOf, withLines } from "./load-rows.ts";

/** What a page of a pass comes to: what is written, and the state that is written with it. */
export interface PassPage {
  readonly commit: PageCommit;
  readonly state: EntityState;
}

function valuesOf(row: SourceRow | undefined, columns: readonly string[]): RowKey | null {
  return row === undefined ? null : columns.map((column) => row[column] ?? "");
}

/** The next page of every row in key order. The pass ends with an empty page. */
export async function fullPage(
  context: SyncContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"full">,
): Promise<PassPage> {
  const { table, keys, columns, change } = source;
  const limit = context.config.sync.pageRows;
  const first = pass.after === null;
  const { rows, cursor, nullKeys } = await context.replica.read(async (reader) => ({
    // Read before the first page: what changes while the pass runs is behind it, and read again.
    cursor: first && change.kind === "cursor" ? await reader.greatest(table, change.column) : pass.cursor,
    nullKeys: first ? await reader.countNulls(table, keys) : null,
    rows: await withLines(
      reader,
      source,
      await reader.readPage({ table, columns, order: keys, after: pass.after, from: null, limit }),
    ),
  }));
  const last = valuesOf(rows.at(-1)?.row, keys);
  const outcome = await comparePage(context, source, rows, nullKeys);
  const read = { ...pass, cursor, live: pass.live + outcome.live, faults: pass.faults + outcome.faults };
  if (last !== null) return { commit: outcome, state: { ...state, pass: { ...read, after: [...last] } } };
  return { commit: outcome, state: await afterFull(context, source, state, read) };
}

/**
 * What follows a whole pass. Every row of the source that is in D1 was counted; when D1 holds as many, nothing was
 * deleted, and no key needs to be looked for.
 */
async function afterFull(
  context: SyncContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"full">,
): Promise<EntityState> {
  const missing = (await countLive(context.db, source.entity)) - pass.live;
  const stale = (await countQuarantined(context.db, source.entity)) - pass.faults;
  let next: Pass = { kind: "idle" };
  if (stale > 0) next = { kind: "sweep_quarantine", after: "" };
  if (missing > 0) next = { kind: "sweep", after: null, missing };
  return { ...state, known: true, cursor: pass.cursor, lastKey: pass.after, runsSinceSweep: 0, pass: next };
}

/** Rows that wait for another row, read again by their key: no change of their own would bring them back. */
export async function retryPage(
  context: SyncContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"retry">,
): Promise<PassPage> {
  const { db, config, replica } = context;
  const { entity, table, columns, keys } = source;
  const rowKeys = await readQuarantinedKeys(db, entity, pass.after, config.sync.pageRows, true);
  const last = rowKeys.at(-1);
  if (last === undefined)
    return { commit: NOTHING, state: { ...state, pass: await firstTail(context, source, state) } };
  const wanted = rowKeys.flatMap((rowKey) => {
    const key = parseRowKey(rowKey, keys.length);
    return key === null ? [] : [key];
  });
  const rows = await replica.read(async (reader) =>
    withLines(reader, source, await reader.readByKeys(table, columns, keys, wanted, EXISTING_ROWS_MAX)),
  );
  const outcome = await comparePage(context, source, rows, null);
  const found = new Set(rows.map(({ row }) => rowKeyText(keyOf(source, row))));
  const gone = rowKeys.filter((rowKey) => !found.has(rowKey));
  return {
    commit: { ...outcome, statements: [...outcome.statements, ...releaseStatements(db, entity, gone)] },
    state: { ...state, pass: { kind: "retry", after: last } },
  };
}

async function firstTail(context: SyncContext, source: EntitySource, state: EntityState): Promise<Pass> {
  const { table, keys, change } = source;
  switch (change.kind) {
    case "cursor": {
      if (state.cursor === null) return { kind: "tail", after: null, from: null };
      const column = columnOf(table, change.column);
      return { kind: "tail", after: null, from: cursorWithOverlap(state.cursor, column, change.overlapSeconds) };
    }
    case "append": {
      const { lastKey } = state;
      if (lastKey === null || change.overlapRows === 0) return { kind: "tail", after: lastKey, from: null };
      const before = await context.replica.read((reader) => reader.keyBefore(table, keys, lastKey, change.overlapRows));
      return { kind: "tail", after: before === null ? null : [...before], from: null };
    }
    case "snapshot":
      return { kind: "idle" };
  }
}

function tailOrder(change: ChangeDetection, keys: readonly string[]): readonly string[] {
  return change.kind === "cursor" ? [change.column, ...keys] : keys;
}

/** The next page of what is new since the last run. The pass ends with an empty page. */
export async function tailPage(
  context: SyncContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"tail">,
): Promise<PassPage> {
  const { config, replica } = context;
  const { table, columns, keys, change } = source;
  const order = tailOrder(change, keys);
  const selected = [...new Set([...columns, ...order])];
  const page = { table, columns: selected, order, after: pass.after, from: pass.from, limit: config.sync.pageRows };
  const rows = await replica.read(async (reader) => withLines(reader, source, await reader.readPage(page)));
  const last = valuesOf(rows.at(-1)?.row, order);
  if (last === null) {
    const due = state.runsSinceSweep >= config.sync.sweepEveryRuns;
    const next: Pass = due ? { kind: "sweep", after: null, missing: null } : { kind: "idle" };
    return { commit: NOTHING, state: { ...afterTail(state, change), pass: next } };
  }
  const outcome = await comparePage(context, source, rows, null);
  return { commit: outcome, state: { ...state, pass: { ...pass, after: [...last] } } };
}
