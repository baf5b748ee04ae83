import type { Context } from "hono";

import { type ReportCell, reportCsv } from "../../../domain/analytics/reports/csv.ts";
import type { Range } from "../../../domain/analytics/reports/range.ts";
import config from "#shop-config";
import { type ApiEnv, waitUntilOf } from "../context.ts";
import { isoTime } from "../list.ts";
import { type Answer, ANSWER_SECONDS, answerOnce, LONG_ANSWER_SECONDS } from "./answers.ts";
import { dataTimes, type DataTimes } from "./as-of.ts";

const SECOND_MILLISECONDS = 1_000;
/** Ranges beyond this are long: their answers are kept for longer. */
const SHORT_RANGE_MILLISECONDS = 3 * 24 * 60 * 60 * SECOND_MILLISECONDS;
const DATE_LENGTH = "2026-11-21".length;

/** A row by the names of its columns. */
export type ReportRow = Readonly<Record<string, ReportCell>>;

/** What a report came to. */
export interface Report {
  readonly columns: readonly string[];
  readonly rows: readonly ReportRow[];
  readonly nextCursor: string | null;
  readonly range: Range;
  readonly timezone: string;
  readonly interval: string;
  readonly groupBy: readonly string[];
}

/** A caller's question: which report, and its query as it was understood. */
export interface Question<Query> {
  readonly name: string;
  /** True where answers are counted among the numbers: these come through a queue of their own. */
  readonly countsServed?: boolean;
  readonly query: Query & { readonly format?: "json" | "csv" | undefined };
}

/** Whether a table is asked for: by the parameter, else by the header. */
export function wantsCsv(context: Context<ApiEnv>, format: "json" | "csv" | undefined): boolean {
  if (format !== undefined) return format === "csv";
  return /^text\/csv\b/i.test(context.req.header("accept") ?? "");
}

function jsonAnswer(report: Report, { asOf, ordersAsOf }: DataTimes): Answer {
  const { rows, nextCursor, range, timezone, interval, groupBy } = report;
  const body = {
    data: rows,
    next_cursor: nextCursor,
    from: isoTime(range.from),
    to: isoTime(range.to),
    timezone,
    interval,
    group_by: groupBy,
    currency: config.shop.currency,
    as_of: isoTime(asOf),
    freshness_seconds: asOf === null ? null : Math.max(0, Math.round((Date.now() - asOf) / SECOND_MILLISECONDS)),
    orders_as_of: isoTime(ordersAsOf),
  };
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" }, nextCursor };
}

/** `sales-2026-11-20-2026-11-21-by-line.csv` */
function fileName(name: string, { range, groupBy }: Report): string {
  const dates = [range.from, range.to].map((time) => isoTime(time).slice(0, DATE_LENGTH));
  return `${[name, ...dates, ...(groupBy.length === 0 ? [] : ["by", ...groupBy])].join("-")}.csv`;
}

function csvAnswer(name: string, report: Report, { asOf, ordersAsOf }: DataTimes): Answer {
  return {
    body: reportCsv(report.columns, report.rows),
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${fileName(name, report)}"`,
      ...(asOf === null ? {} : { "x-as-of": isoTime(asOf) }),
      ...(ordersAsOf === null ? {} : { "x-orders-as-of": isoTime(ordersAsOf) }),
    },
    nextCursor: report.nextCursor,
  };
}

function nextLink(context: Context<ApiEnv>, cursor: string): string {
  const url = new URL(context.req.url);
  url.searchParams.set("cursor", cursor);
  return `<${url.href}>; rel="next"`;
}

/** Answers with a report, as JSON or as a table, computed at most every few seconds for all who ask the same. */
export async function respond<Query>(
  context: Context<ApiEnv>,
  { name, query, countsServed = false }: Question<Query>,
  compute: (query: Query, now: number) => Promise<Report>,
): Promise<Response> {
  const now = Date.now();
  const csv = wantsCsv(context, query.format);
  const waitUntil = waitUntilOf(context);
  const answer = await answerOnce(JSON.stringify([name, csv, query]), waitUntil, now, async () => {
    const known = await dataTimes(context.env, waitUntil, now);
    const times = countsServed ? { ...known, asOf: known.servedAsOf } : known;
    const report = await compute(query, now);
    const made = csv ? csvAnswer(name, report, times) : jsonAnswer(report, times);
    const isLong = report.range.to - report.range.from > SHORT_RANGE_MILLISECONDS;
    return isLong ? { ...made, keepSeconds: LONG_ANSWER_SECONDS } : made;
  });
  return context.body(answer.body, 200, {
    ...answer.headers,
    "cache-control": `private, max-age=${ANSWER_SECONDS}`,
    vary: "accept, authorization, cookie",
    ...(csv && answer.nextCursor !== null ? { link: nextLink(context, answer.nextCursor) } : {}),
  });
}
