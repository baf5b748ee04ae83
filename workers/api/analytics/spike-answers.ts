import type { Context } from "hono";

import { reportCsv } from "../../../domain/analytics/reports/csv.ts";
import { readLastLook } from "../../../platform/d1/analytics/spike-look-store.ts";
import { type ApiEnv, waitUntilOf } from "../context.ts";
import { isoTime } from "../list.ts";
import { type Answer, ANSWER_SECONDS, answerOnce } from "./answers.ts";
import type { ReportRow } from "./respond.ts";

const SECOND_MILLISECONDS = 1_000;

/** Which spikes a list is of. */
export interface SpikeRange {
  readonly from: string;
  readonly to: string;
  readonly timezone: string;
  readonly group_by: readonly string[];
}

/** A page of rows, and the columns that they make a table of. */
export interface SpikePage {
  /** What a list was asked for; absent for one spike's series. */
  readonly range?: SpikeRange;
  readonly columns: readonly string[];
  readonly rows: readonly ReportRow[];
  readonly nextCursor: string | null;
}

type Format = "json" | "csv";

function formatOf(context: Context<ApiEnv>, asked: Format | undefined): Format {
  return asked ?? (/^text\/csv\b/i.test(context.req.header("accept") ?? "") ? "csv" : "json");
}

/** @param asOf when the last look was, null before the first */
function csvAnswer({ columns, rows, nextCursor }: SpikePage, asOf: number | null): Answer {
  const headers = { "content-type": "text/csv; charset=utf-8", ...(asOf === null ? {} : { "x-as-of": isoTime(asOf) }) };
  return { body: reportCsv(columns, rows), headers, nextCursor };
}

function jsonAnswer({ range, rows, nextCursor }: SpikePage, asOf: number | null, now: number): Answer {
  const body = {
    data: rows,
    next_cursor: nextCursor,
    ...range,
    as_of: isoTime(asOf),
    freshness_seconds: asOf === null ? null : Math.max(0, Math.round((now - asOf) / SECOND_MILLISECONDS)),
  };
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" }, nextCursor };
}

/** Answers as JSON or as a table, with the time of the last look, computed at most every few seconds for all who ask. */
export async function answerWithSpikes(
  context: Context<ApiEnv>,
  query: { readonly format?: Format | undefined },
  compute: (now: number) => Promise<SpikePage>,
): Promise<Response> {
  const now = Date.now();
  const format = formatOf(context, query.format);
  const question = JSON.stringify([context.req.path, format, query]);
  const { body, headers, nextCursor } = await answerOnce(question, waitUntilOf(context), now, async () => {
    // Read before the spikes: what it says was looked at is among them.
    const asOf = (await readLastLook(context.env.DB))?.lookedAt ?? null;
    const page = await compute(now);
    return format === "csv" ? csvAnswer(page, asOf) : jsonAnswer(page, asOf, now);
  });
  const next = new URL(context.req.url);
  next.searchParams.set("cursor", nextCursor ?? "");
  return context.body(body, 200, {
    ...headers,
    "cache-control": `private, max-age=${ANSWER_SECONDS}`,
    vary: "accept, authorization, cookie",
    ...(format === "csv" && nextCursor !== null ? { link: `<${next.href}>; rel="next"` } : {}),
  });
}
