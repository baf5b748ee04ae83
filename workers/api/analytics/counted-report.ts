import { bucketsOf, type Interval } from "../../../domain/analytics/reports/buckets.ts";
import { HOURLY_RANGE_DAYS_MAX } from "../../../domain/analytics/reports/limits.ts";
import type { Range, RangeQuery } from "../../../domain/analytics/reports/range.ts";
import { DAY_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import type { CountedGroup, CountedTable } from "../../../platform/d1/analytics/counted.ts";
import { type ItemFacts, readItemFacts } from "../../../platform/d1/analytics/item-facts.ts";
import config from "#shop-config";
import { isoTime } from "../list.ts";
import { readGroups, selectionOf } from "./counted-groups.ts";
import { decodeCursor, encodeCursor, fingerprintOf } from "./cursor.ts";
import { rangeOf } from "./query.ts";
import type { Report, ReportRow } from "./respond.ts";

const DEFAULT_LENGTH = { hours: 24 } as const;

/** A report that adds counters up over time and by dimensions. */
export interface CountedReport {
  /** Column of the counters, by dimension, in the order of an answer's columns. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Of those who name none; null: by the length of the range. */
  readonly interval: Interval | null;
  /** Which counters answer, where these dimensions are asked for or must have a value. */
  readonly tables: (by: ReadonlySet<string>) => readonly CountedTable[];
  /** True where money of each currency is a row of its own. */
  readonly byCurrency: boolean;
  /** SQL of the sums over the columns of the tables, by name. */
  readonly sums: Readonly<Record<string, string>>;
  /** SQL over the sums: false for a group in which there is nothing. */
  readonly having: string;
  /** SQL of the sum that `top` goes by. */
  readonly topBy: string;
  /** Columns of what was counted … */
  readonly measures: readonly string[];
  /** … and what a group has in them. */
  readonly measure: (group: CountedGroup, by: ReadonlySet<string>) => ReportRow;
}

/** A question to such a report, as it was understood. */
export interface CountedQuery extends RangeQuery {
  readonly timezone: string;
  readonly interval?: Interval | undefined;
  readonly group_by: readonly string[];
  readonly top?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** What each dimension must be. */
  readonly filters: Readonly<Record<string, string | undefined>>;
}

function intervalOf({ interval }: CountedQuery, own: Interval | null, { from, to }: Range): Interval {
  return interval ?? own ?? (to - from <= HOURLY_RANGE_DAYS_MAX * DAY_MILLISECONDS ? "hour" : "day");
}

function dimensionCells(
  report: CountedReport,
  { group_by, filters }: CountedQuery,
  group: CountedGroup,
  facts: ReadonlyMap<string, ItemFacts>,
): ReportRow {
  const itemId = group["item_id"] ?? filters["item"];
  const item = itemId === undefined ? undefined : facts.get(String(itemId));
  const cells = group_by.map((name): ReportRow => {
    if (name === "item") return { item_id: String(itemId ?? ""), name: item?.name ?? null };
    const value = group[report.dimensions[name] ?? name];
    // The line is a column of the lines' counters; of an item it is the one that it has now.
    return { [name]: value === undefined ? (item?.line ?? "") : String(value) };
  });
  return Object.assign({}, ...cells) as ReportRow;
}

/** Answers a question from the counters. @throws ApiError 400 for a range or cursor that is none */
export async function computeCounted(
  db: D1Database,
  report: CountedReport,
  query: CountedQuery,
  now: number,
): Promise<Report> {
  const selection = selectionOf(report, query);
  const { interval: asked, group_by, top, filters, timezone } = query;
  const question = await fingerprintOf(JSON.stringify([report.measures, asked, group_by, top, filters, timezone]));
  const cursor = decodeCursor(query.cursor, selection.keys.length, question);
  const range = cursor?.range ?? rangeOf(query, DEFAULT_LENGTH, now);
  const interval = intervalOf(query, report.interval, range);
  const buckets = bucketsOf(range, interval, query.timezone);
  const page = await readGroups(db, report, selection, { ...query, buckets, cursor });
  const items = [query.filters["item"], ...page.groups.map((group) => group["item_id"])];
  const facts = await readItemFacts(db, [...new Set(items.filter((id) => id !== undefined).map(String))]);
  const currencyOf = (group: CountedGroup): string => String(group["currency"] || config.shop.currency);
  return {
    columns: [
      "time",
      "grain",
      ...query.group_by.flatMap((name) => (name === "item" ? ["item_id", "name"] : [name])),
      ...(report.byCurrency ? ["currency"] : []),
      ...report.measures,
    ],
    rows: page.groups.map((group) => ({
      time: isoTime(Number(group["time"])),
      grain: String(group["grain"]),
      ...dimensionCells(report, query, group, facts),
      ...(report.byCurrency ? { currency: currencyOf(group) } : {}),
      ...report.measure(group, selection.by),
    })),
    nextCursor: page.last === null ? null : encodeCursor({ range, after: page.last, chosen: page.chosen, question }),
    range,
    timezone: query.timezone,
    interval,
    groupBy: query.group_by,
  };
}
