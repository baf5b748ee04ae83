import type { ChangeDetection } from "../../../domain/config/schema.ts";
import { cursorWithOverlap } from "../../../domain/sync/cursor.ts";
import { parseRowKey, rowKeyText } from "../../../domain/sync/key.ts";
import { EXISTING_ROWS_MAX } from "../../../domain/sync/limits.ts";
import { columnOf } from "../../../domain/sync/map-key.ts";
import { afterTail, type EntityState, type Pass, type PassOf } from "../../../domain/sync/pass.ts";
import { insertRetiredStatement } from "../../../platform/d1/range-store.ts";
import { readQuarantinedKeys, releaseStatements } from "../../../platform/d1/quarantine-store.ts";
import { NOTHING } from "./commit-page.ts";
import { comparePage, type PageOutcome } from "./compare-page.ts";
import type { DatabaseContext } from "./context.ts";
import type { EntitySource } from "./entity-source.ts";
import { keyOf, withSatellites } from "./load-rows.ts";
import type { PassPage } from "./pass-page.ts";

/**
 * What a page of single rows comes to where only a comparison looks at every row. The keys that it has touched are kept
 * until then, and read once more: checksums are of the rows as their ranges were read, so that a row that comes and goes
 * in between, or changes and changes back, would leave no trace in them.
 */
function singleRows(
  { db }: DatabaseContext,
  { entity, change }: EntitySource,
  state: EntityState,
  outcome: PageOutcome,
): Pick<PassPage, "commit" | "state"> {
  const { touched } = outcome;
  if (change.kind === "snapshot" || touched.length === 0) return { commit: outcome, state };
  const kept = insertRetiredStatement(db, entity, state.nextRange, touched);
  return {
    commit: { ...outcome, statements: [...outcome.statements, kept] },
    state: { ...state, nextRange: state.nextRange + 1 },
  };
}

/**
 * The next page of rows that wait for another row, read by their key: no change of their own would bring them back.
 * @param next gives the state with which the run goes on when no more wait
 */
export async function retryPage(
  context: DatabaseContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"retry">,
  next: (state: EntityState) => Promise<EntityState>,
): Promise<PassPage> {
  const { db, config, from } = context;
  const { entity, table, columns, keys } = source;
  const rowKeys = await readQuarantinedKeys(db, entity, pass.after, config.sync.pageRows, true);
  const last = rowKeys.at(-1);
  if (last === undefined) return { commit: NOTHING, state: await next(state), effort: 0 };
  const wanted = rowKeys.flatMap((rowKey) => {
    const key = parseRowKey(rowKey, keys.length);
    return key === null ? [] : [key];
  });
  const readAt = context.now();
  const rows = await from.read(async (reader) =>
    withSatellites(reader, source, await reader.readByKeys(table, columns, keys, wanted, EXISTING_ROWS_MAX)),
  );
  const outcome = await comparePage(context, source, { rows, nullKeys: null, readAt });
  const found = new Set(rows.map(({ row }) => rowKeyText(keyOf(source, row))));
  const gone = rowKeys.filter((rowKey) => !found.has(rowKey));
  const { commit, state: after } = singleRows(context, source, state, outcome);
  return {
    commit: { ...commit, statements: [...commit.statements, ...releaseStatements(db, entity, gone)] },
    state: { ...after, pass: { kind: "retry", after: last } },
    effort: rowKeys.length,
  };
}

/** Where the reading of what is new begins; null where nothing tells what is new. */
export async function firstTail(
  { from }: DatabaseContext,
  source: EntitySource,
  state: EntityState,
): Promise<Pass | null> {
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
      const before = await from.read((reader) => reader.keyBefore(table, keys, lastKey, change.overlapRows));
      return { kind: "tail", after: before === null ? null : [...before], from: null };
    }
    case "snapshot":
      return null;
  }
}

function tailOrder(change: ChangeDetection, keys: readonly string[]): readonly string[] {
  return change.kind === "cursor" ? [change.column, ...keys] : keys;
}

/** The next page of what is new since the last run. */
export async function tailPage(
  context: DatabaseContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"tail">,
  next: (state: EntityState) => Promise<EntityState>,
): Promise<PassPage> {
  const { config, from } = context;
  const { table, columns, keys, change } = source;
  const order = tailOrder(change, keys);
  const selected = [...new Set([...columns, ...order])];
  const request = { table, columns: selected, order, after: pass.after, upto: null, from: pass.from };
  const page = { ...request, limit: config.sync.pageRows };
  const readAt = context.now();
  const rows = await from.read(async (reader) => withSatellites(reader, source, (await reader.readPage(page)).rows));
  if (rows.length === 0) return { commit: NOTHING, state: await next(afterTail(state, change)), effort: 0 };
  const outcome = await comparePage(context, source, { rows, nullKeys: null, readAt });
  const { commit, state: after } = singleRows(context, source, state, outcome);
  const isEnd = rows.length < config.sync.pageRows;
  // Where reading goes on is kept: not at an erased user's row, unless it would never get behind it.
  const known = new Set(outcome.keys);
  const last = rows.findLast(({ row }) => known.has(rowKeyText(keyOf(source, row)))) ?? (isEnd ? null : rows.at(-1));
  if (last === null || last === undefined) {
    return { commit, state: await next(afterTail(after, change)), effort: rows.length };
  }
  return {
    commit,
    state: { ...after, pass: { ...pass, after: order.map((column) => last.row[column] ?? "") } },
    effort: rows.length,
  };
}
