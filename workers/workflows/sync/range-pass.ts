import { parseRowKey, rowKeyText } from "../../../domain/sync/key.ts";
import {
  ALIKE_ROWS_MAX,
  EXISTING_ROWS_MAX,
  RANGES_PER_STATEMENT_MAX,
  STEP_ROWS_MAX,
  STEP_VERIFIED_ROWS_MAX,
} from "../../../domain/sync/limits.ts";
import type { EntityState, PassOf } from "../../../domain/sync/pass.ts";
import type { DatabaseReader, RangeChecksum, RowKey, SourceRow } from "../../../domain/sync/replica.ts";
import {
  dropRangeStatement,
  insertRangeStatement,
  insertRetiredStatement,
  markUnreadStatement,
  readRangeKeys,
  readRanges,
  readRetiredKeys,
  type StoredRange,
} from "../../../platform/d1/range-store.ts";
import { NOTHING } from "./commit-page.ts";
import { comparePage, deleteStatements } from "./compare-page.ts";
import type { DatabaseContext } from "./context.ts";
import { checksumRequest, type EntitySource, type LoadedRow } from "./entity-source.ts";
import { untilKept } from "./erased-rows.ts";
import { keyOf, withSatellites } from "./load-rows.ts";
import type { PassPage } from "./pass-page.ts";

/** Keys as the source takes them; a key that was too long to be kept whole cannot be asked for. */
function askable(source: EntitySource, rowKeys: readonly string[]): RowKey[] {
  return rowKeys.flatMap((rowKey) => {
    const key = parseRowKey(rowKey, source.keys.length);
    return key === null ? [] : [key];
  });
}

/** Which of the keys that the source was asked for are not among its rows. */
function keysWithout(source: EntitySource, asked: readonly RowKey[], rows: readonly SourceRow[]): RowKey[] {
  // A full answer may have been cut.
  if (rows.length === EXISTING_ROWS_MAX) return [];
  const existing = new Set(rows.map((row) => rowKeyText(keyOf(source, row))));
  return asked.filter((key) => !existing.has(rowKeyText(key)));
}

/**
 * Which of these keys the source no longer has. The source is asked about keys that we name, so that its collation
 * and D1's never have to agree on an order.
 */
async function missingKeys(
  reader: DatabaseReader,
  source: EntitySource,
  rowKeys: readonly string[],
): Promise<RowKey[]> {
  if (rowKeys.length === 0) return [];
  const keys = askable(source, rowKeys);
  const rows = await reader.readByKeys(source.table, source.keys, source.keys, keys, EXISTING_ROWS_MAX);
  return keysWithout(source, keys, rows);
}

/** Equals no checksum: a source that cannot compute one is read anew in every comparison. */
const NO_CHECKSUM = "";
/** What a page that only asks counts for: a round trip is not free. */
const ROUND_TRIP_EFFORT = 500;

/** A part of a range as it was read, of one moment. */
interface RangePart {
  /** A moment before it was read. */
  readonly readAt: Date;
  readonly rows: readonly LoadedRow[];
  /** Key of the last row that was read; null when the range was read to its end. */
  readonly last: RowKey | null;
  readonly checksum: RangeChecksum;
  /** Keys that the range had and the source no longer has; known at the range's end only. */
  readonly gone: readonly RowKey[];
}

function orderValues(source: EntitySource, row: SourceRow | undefined): RowKey | null {
  return row === undefined ? null : source.keys.map((column) => row[column] ?? "");
}

/** How many rows to read of a range: a range that has outgrown its page is divided evenly. */
function partRows(range: StoredRange, pageRows: number): number {
  if (range.rows <= pageRows) return pageRows;
  return Math.ceil(range.rows / Math.ceil(range.rows / pageRows));
}

/**
 * The rows of a part together with those that share its last key and stand behind the page's end. Theirs may be another
 * key for us: many databases take `A` for `a`, and `a` for `a` with a space behind it.
 */
async function withAlike(
  reader: DatabaseReader,
  source: EntitySource,
  rows: readonly SourceRow[],
  last: RowKey,
): Promise<SourceRow[]> {
  const { table, keys, columns } = source;
  const alike = await reader.readByKeys(table, columns, keys, [last], ALIKE_ROWS_MAX);
  const found = new Set(alike.map((row) => rowKeyText(keyOf(source, row))));
  return [...rows.filter((row) => !found.has(rowKeyText(keyOf(source, row)))), ...alike];
}

async function readPartNow(
  { from, config, now, erasedAmong }: DatabaseContext,
  source: EntitySource,
  range: StoredRange,
  known: readonly string[],
): Promise<RangePart> {
  const { table, keys, columns } = source;
  const readAt = now();
  const limit = partRows(range, config.sync.pageRows);
  const page = { table, columns, order: keys, after: range.after, upto: range.upto, from: null };
  return from.read(async (reader) => {
    // One more than the part may hold: whether there are more is part of the answer.
    const { rows: read } = await reader.readPage({ ...page, limit: limit + 1 });
    const isWhole = read.length <= limit;
    const first = isWhole ? read : await untilKept({ erasedAmong }, source, read.slice(0, limit));
    const last = !isWhole ? orderValues(source, first.at(-1)) : null;
    const part = { after: range.after, upto: last ?? range.upto };
    const [checksum] = await reader.checksums(checksumRequest(source), [part]);
    const isCut = last !== null && checksum !== undefined && checksum.rows > first.length;
    const rows = isCut ? await withAlike(reader, source, first, last) : first;
    const seen = new Set(rows.map((row) => rowKeyText(keyOf(source, row))));
    const left = known.filter((rowKey) => !seen.has(rowKey));
    return {
      readAt,
      rows: await withSatellites(reader, source, rows),
      last,
      checksum: checksum ?? { rows: rows.length, checksum: null },
      gone: last === null ? await missingKeys(reader, source, left) : [],
    };
  });
}

/** What is left of a range behind a part of it that was read. */
function restOf(range: StoredRange, { rows }: RangePart, last: RowKey): StoredRange {
  return { ...range, after: last, rows: Math.max(range.rows - rows.length, 0), checksum: null };
}

/**
 * The next part of a range. While D1 writes it the source reads the part after it, as long as nothing was known of the
 * range: then what comes next depends on nothing that is written.
 */
async function readPart(
  context: DatabaseContext,
  source: EntitySource,
  range: StoredRange,
  known: readonly string[],
): Promise<RangePart> {
  const { step } = context;
  const name = (wanted: StoredRange): string => JSON.stringify([wanted.id, wanted.after, wanted.upto, wanted.rows]);
  const { ahead } = step;
  step.ahead = null;
  // Only this function writes it, and only parts.
  const part = await (ahead?.part === name(range)
    ? (ahead.result as Promise<RangePart>)
    : readPartNow(context, source, range, known));
  step.rowsLeft -= part.rows.length;
  if (part.last !== null && known.length === 0 && step.rowsLeft > 0) {
    const rest = restOf(range, part, part.last);
    const result = readPartNow(context, source, rest, known);
    // Whoever needs it hears of its failure; nobody may.
    result.catch(() => undefined);
    step.ahead = { part: name(rest), result };
  }
  return part;
}

/** Reads the next part of a range that is not what it was, and divides the range behind it when there is more. */
async function readRange(
  context: DatabaseContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"ranges">,
  range: StoredRange,
): Promise<PassPage> {
  const { db } = context;
  const { entity } = source;
  const known = await readRangeKeys(db, entity, range.id);
  const part = await readPart(context, source, range, known);
  const { last, checksum, gone } = part;
  const lastRow = part.rows.at(-1);
  // More rows share the part's last key than can be read at once: it is no key.
  const cut = last !== null && lastRow !== undefined && checksum.rows > part.rows.length;
  const repeated = new Set(cut ? [rowKeyText(keyOf(source, lastRow.row))] : []);
  const page = { rows: part.rows, nullKeys: null, repeated, readAt: part.readAt, blank: pass.blank };
  const outcome = await comparePage(context, source, page);
  const bounds = { after: range.after, upto: last ?? range.upto };
  const read = { ...bounds, rows: checksum.rows, checksum: checksum.checksum ?? NO_CHECKSUM };
  const seen = new Set(outcome.keys);
  const left = known.filter((rowKey) => !seen.has(rowKey));
  const divided =
    last === null
      ? [insertRangeStatement(db, entity, { ...read, id: range.id }, outcome.keys)]
      : [
          insertRangeStatement(db, entity, { ...read, id: state.nextRange }, outcome.keys),
          insertRangeStatement(db, entity, restOf(range, part, last), left),
        ];
  const lastKept = part.rows.findLast(({ row }) => seen.has(rowKeyText(keyOf(source, row))));
  const endKey = range.upto === null ? orderValues(source, lastKept?.row) : null;
  return {
    commit: {
      ...outcome,
      statements: [...outcome.statements, ...deleteStatements(context, source, gone), ...divided],
      counts: { ...outcome.counts, deleted: (outcome.counts.deleted ?? 0) + gone.length },
    },
    state: {
      ...state,
      nextRange: last === null ? state.nextRange : state.nextRange + 1,
      lastKey: endKey === null ? state.lastKey : [...endKey],
      pass: last === null ? { ...pass, verified: Math.max(pass.verified, range.id) } : pass,
    },
    effort: Math.max(part.rows.length, ROUND_TRIP_EFFORT),
  };
}

/** Rows with NULL in their key stand in no range: they are counted once in each comparison. */
async function countNullKeys(
  context: DatabaseContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"ranges">,
): Promise<PassPage> {
  const readAt = context.now();
  const nullKeys = await context.from.read((reader) => reader.countNulls(source.table, source.keys));
  const commit = await comparePage(context, source, { rows: [], nullKeys, readAt });
  return { commit, state: { ...state, pass: { ...pass, counted: true } }, effort: ROUND_TRIP_EFFORT };
}

/** What follows when every range is known: the keys that no range holds. */
function afterRanges(state: EntityState): EntityState {
  return {
    ...state,
    known: true,
    cursor: state.known ? state.cursor : (state.cursorAtStart ?? state.cursor),
    cursorAtStart: null,
    runsSinceVerify: 0,
    pass: { kind: "retired" },
  };
}

/**
 * The next page of the comparison by ranges: either the source is asked for the checksums of some ranges, or a range
 * that differs is read. What a killed run had read stays read: the division itself says what is missing.
 */
export async function rangePage(
  context: DatabaseContext,
  source: EntitySource,
  state: EntityState,
  pass: PassOf<"ranges">,
): Promise<PassPage> {
  const { db, from } = context;
  const { entity } = source;
  if (!pass.counted) return countNullKeys(context, source, state, pass);
  const ranges = await readRanges(db, entity, pass.verified, pass.bound, RANGES_PER_STATEMENT_MAX);
  const [first] = ranges;
  if (first === undefined) return { commit: NOTHING, state: afterRanges(state), effort: 0 };
  if (first.checksum === null || !source.comparable) return readRange(context, source, state, pass, first);
  const unread = ranges.findIndex((range) => range.checksum === null);
  const compared = unread === -1 ? ranges : ranges.slice(0, unread);
  const now = await from.read((reader) => reader.checksums(checksumRequest(source), compared));
  const differing = compared.flatMap((range, place) => {
    const found = now[place];
    const same = found !== undefined && found.checksum !== null && found.checksum === range.checksum;
    return same ? [] : [{ id: range.id, rows: found?.rows ?? range.rows }];
  });
  const rows = now.reduce((sum, found) => sum + found.rows, 0);
  return {
    commit: {
      statements: differing.map(({ id, rows: count }) => markUnreadStatement(db, entity, id, count)),
      counts: { compared: rows },
    },
    state: { ...state, pass: { ...pass, verified: compared.at(-1)?.id ?? pass.verified } },
    effort: Math.max((rows * STEP_ROWS_MAX) / STEP_VERIFIED_ROWS_MAX, ROUND_TRIP_EFFORT),
  };
}

/**
 * Reads the next rows whose keys an earlier division or a tail has left: what is not as D1 has it is written, what is
 * gone is deleted.
 */
export async function retiredPage(
  context: DatabaseContext,
  source: EntitySource,
  state: EntityState,
): Promise<PassPage> {
  const { db, from, config } = context;
  const { entity, table, columns, keys } = source;
  const retired = await readRetiredKeys(db, entity);
  if (retired === null) {
    return { commit: NOTHING, state: { ...state, pass: { kind: "idle" } }, effort: 0 };
  }
  const rowKeys = retired.keys.slice(0, config.sync.pageRows);
  const readAt = context.now();
  const asked = askable(source, rowKeys);
  const { rows, gone } = await from.read(async (reader) => {
    const found = await reader.readByKeys(table, columns, keys, asked, EXISTING_ROWS_MAX);
    return { rows: await withSatellites(reader, source, found), gone: keysWithout(source, asked, found) };
  });
  const outcome = await comparePage(context, source, { rows, nullKeys: null, readAt });
  const rest = retired.keys.slice(rowKeys.length);
  return {
    commit: {
      ...outcome,
      statements: [
        ...outcome.statements,
        ...deleteStatements(context, source, gone),
        rest.length === 0
          ? dropRangeStatement(db, entity, retired.id)
          : insertRetiredStatement(db, entity, retired.id, rest),
      ],
      counts: { ...outcome.counts, deleted: (outcome.counts.deleted ?? 0) + gone.length },
    },
    state,
    effort: Math.max(rowKeys.length, ROUND_TRIP_EFFORT),
  };
}
