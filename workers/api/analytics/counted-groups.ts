import { type Buckets, bucketsWithin, slicesOf } from "../../../domain/analytics/reports/buckets.ts";
import { HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { type CountedGroup, type CountedQuestion, readCounted } from "../../../platform/d1/analytics/counted.ts";
import { ApiError } from "../errors.ts";
import type { CountedQuery, CountedReport } from "./counted-report.ts";
import { fingerprintOf, type ReportCursor, type RowKeys } from "./cursor.ts";

/** Up to so many pairs of hour and item are sought one by one; beyond, reading the range as it stands is cheaper. */
const SEEKS_MAX = 100_000;

/** Which counters a question means, and what tells its rows apart. */
export interface Selection extends Pick<CountedQuestion, "tables" | "filters" | "items" | "lineNow"> {
  /** Dimensions that are asked for or must have a value. */
  readonly by: ReadonlySet<string>;
  /** True where a dimension is asked for: then only what is there is a row. */
  readonly isDivided: boolean;
  /** Columns of the dimensions that groups are told apart by. */
  readonly columns: readonly string[];
  /** The same between time and currency: a row's keys, which rows are in the order of. */
  readonly keys: readonly string[];
}

/** A page of groups; `last` are the keys that the next one begins after, null on the last page. */
interface RowsPage {
  readonly groups: readonly CountedGroup[];
  readonly last: RowKeys | null;
}

/** A page of groups, and which groups it is of. */
export interface GroupPage extends RowsPage, Pick<ReportCursor, "chosen"> {}

/** Which groups, and from where. */
export interface PageQuery extends Pick<CountedQuery, "top" | "limit"> {
  readonly buckets: Buckets;
  readonly cursor: ReportCursor | null;
}

/**
 * What a question selects. The counters of items know no lines: an item has the one that it has now, so that it is
 * looked up, not grouped by.
 */
export function selectionOf(report: CountedReport, { group_by, filters }: CountedQuery): Selection {
  const given = new Map(Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const by = new Set([...group_by, ...given.keys()]);
  const column = (name: string): string => report.dimensions[name] ?? name;
  const isCounted = (name: string): boolean => name !== "line" || !by.has("item");
  const item = given.get("item");
  const columns = group_by.filter(isCounted).map(column);
  return {
    by,
    isDivided: group_by.length > 0,
    tables: report.tables(by),
    items: item === undefined ? null : [item],
    lineNow: isCounted("line") ? undefined : given.get("line"),
    filters: Object.fromEntries(
      [...given].filter(([name]) => name !== "item" && isCounted(name)).map(([name, value]) => [column(name), value]),
    ),
    columns,
    keys: ["time", "grain", ...columns, ...(report.byCurrency ? ["currency"] : [])],
  };
}

function keysOf(group: CountedGroup, keys: readonly string[]): RowKeys {
  const [, ...others] = keys.map((key) => String(group[key]));
  return [Number(group["time"]), ...others];
}

function compareKeys(one: RowKeys, other: RowKeys): number {
  const place = one.findIndex((key, n) => key !== other[n]);
  return place === -1 ? 0 : Number((one[place] ?? "") > (other[place] ?? "")) * 2 - 1;
}

/** Values of the groups with the most over the whole range, the most first. */
async function topGroups(
  db: D1Database,
  question: CountedQuestion,
  columns: readonly string[],
  topBy: string,
  top: number,
): Promise<readonly (readonly string[])[]> {
  const sums = { ...question.sums, top_by: topBy };
  const groups = await readCounted(db, {
    ...question,
    sums,
    keys: columns,
    order: ["top_by DESC", ...columns],
    limit: top,
  });
  return groups.map((group) => columns.map((column) => String(group[column])));
}

/** Narrows a question to some groups; items among them are found one by one where that is cheaper. */
function amongGroups(
  question: CountedQuestion,
  columns: readonly string[],
  values: readonly (readonly string[])[],
): CountedQuestion {
  const among = { columns, values };
  const place = columns.indexOf("item_id");
  if (place === -1) return { ...question, among };
  const items = [...new Set(values.map((row) => row[place] ?? ""))];
  const hours = question.buckets.hours.reduce((sum, [from, to]) => sum + (to - from) / HOUR_MILLISECONDS, 0);
  return items.length * hours > SEEKS_MAX ? { ...question, among } : { ...question, among, items };
}

/** Buckets in which nothing was counted are rows too, so that a chart's axis has no holes. */
function withEmptyBuckets(groups: readonly CountedGroup[], buckets: Buckets, report: CountedReport): CountedGroup[] {
  const nothing = Object.fromEntries(Object.keys(report.sums).map((name) => [name, 0]));
  const isOwn = ({ grain, currency = "" }: CountedGroup): boolean => grain === buckets.interval && currency === "";
  const seen = new Set(groups.filter(isOwn).map(({ time }) => time));
  const missing = buckets.times
    .filter((time) => !seen.has(time))
    .map((time) => ({ ...nothing, time, grain: buckets.interval, currency: "" }));
  return [...groups, ...missing];
}

function pageOf(rows: readonly CountedGroup[], keys: readonly string[], limit: number): RowsPage {
  const groups = rows.slice(0, limit);
  const last = groups.at(-1);
  return { groups, last: rows.length > limit && last !== undefined ? keysOf(last, keys) : null };
}

/** The first groups of a question; where they are of all items, no more of the range is read than they need. */
async function readPage(db: D1Database, question: CountedQuestion, rows: number): Promise<CountedGroup[]> {
  const { buckets, keys, items } = question;
  const isOfAllItems = keys.includes("item_id") && items === null;
  const groups: CountedGroup[] = [];
  for (const slice of isOfAllItems ? slicesOf(buckets) : [buckets]) {
    groups.push(...(await readCounted(db, { ...question, buckets: slice, limit: rows - groups.length })));
    if (groups.length === rows) break;
  }
  return groups;
}

/** A page of a question without columns: all of its rows are at hand, since there is one for each bucket and money. */
async function undividedPage(
  db: D1Database,
  report: CountedReport,
  question: CountedQuestion,
  { buckets, cursor, limit, isDivided }: PageQuery & Pick<Selection, "isDivided">,
): Promise<RowsPage> {
  const after = cursor?.after ?? null;
  const groups = await readCounted(db, question);
  const rows = (isDivided ? groups : withEmptyBuckets(groups, buckets, report))
    .map((group) => ({ group, own: keysOf(group, question.keys) }))
    .filter(({ own }) => after === null || compareKeys(own, after) > 0)
    .toSorted((one, other) => compareKeys(one.own, other.own));
  return pageOf(
    rows.map(({ group }) => group),
    question.keys,
    limit,
  );
}

/** A page of some groups over a whole range, in their own order. */
async function rankedPage(
  db: D1Database,
  question: CountedQuestion,
  { columns, values }: NonNullable<CountedQuestion["among"]>,
  { cursor, limit }: PageQuery,
): Promise<RowsPage> {
  const ranks = new Map(values.map((group, rank) => [JSON.stringify(group), rank]));
  const rankOf = (group: CountedGroup): number =>
    ranks.get(JSON.stringify(columns.map((column) => String(group[column])))) ?? ranks.size;
  const rows = (await readCounted(db, question)).toSorted((one, other) => rankOf(one) - rankOf(other));
  if (cursor === null) return pageOf(rows, question.keys, limit);
  const place = rows.findIndex((row) => compareKeys(keysOf(row, question.keys), cursor.after) === 0);
  if (place === -1) throw groupsChanged();
  return pageOf(rows.slice(place + 1), question.keys, limit);
}

/** The refusal of a page of groups that are no longer those of the first: the pages would not fit together. */
function groupsChanged(): ApiError {
  return new ApiError(
    "invalid_cursor",
    "The groups with the most are others than on the first page. Begin again without `cursor`.",
  );
}

/** Tells some groups from others, in any order or in this one. */
function fingerprintOfGroups(groups: readonly (readonly string[])[], isRanked: boolean): Promise<string> {
  const names = groups.map((group) => JSON.stringify(group));
  return fingerprintOf((isRanked ? names : names.toSorted()).join("\n"));
}

/** A page of the groups with the most, which must be those of the first page. */
async function topPage(
  db: D1Database,
  all: CountedQuestion,
  { columns, keys }: Selection,
  topBy: string,
  query: PageQuery & { readonly top: number },
): Promise<GroupPage> {
  const isRanked = query.buckets.interval === "total";
  const groups = await topGroups(db, all, columns, topBy, query.top);
  const chosen = await fingerprintOfGroups(groups, isRanked);
  if (query.cursor !== null && query.cursor.chosen !== chosen) throw groupsChanged();
  const question = amongGroups(all, columns, groups);
  const page = isRanked
    ? await rankedPage(db, question, { columns, values: groups }, query)
    : await keyedPage(db, question, keys, query);
  return { ...page, chosen };
}

/** A page in the order of its keys. */
async function keyedPage(
  db: D1Database,
  question: CountedQuestion,
  keys: readonly string[],
  { buckets, cursor, limit }: PageQuery,
): Promise<RowsPage> {
  const after = cursor?.after;
  const rest = after === undefined ? buckets : bucketsWithin(buckets, after[0]);
  return pageOf(await readPage(db, { ...question, buckets: rest, after }, limit + 1), keys, limit);
}

/**
 * The groups of a page, in the order of their keys; the most first where `top` asks for some of a whole range.
 * @throws ApiError 400 `invalid_cursor` where `top` chooses others than it did for the first page
 */
export async function readGroups(
  db: D1Database,
  report: CountedReport,
  selection: Selection,
  query: PageQuery,
): Promise<GroupPage> {
  const { columns, keys, isDivided } = selection;
  const { buckets, top } = query;
  const all: CountedQuestion = { ...selection, buckets, sums: report.sums, having: report.having };
  if (columns.length === 0) return { ...(await undividedPage(db, report, all, { ...query, isDivided })), chosen: null };
  if (top !== undefined) return topPage(db, all, selection, report.topBy, { ...query, top });
  return { ...(await keyedPage(db, all, keys, query)), chosen: null };
}
