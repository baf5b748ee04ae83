import type { Context } from "hono";

import { reportCsv } from "../../../domain/analytics/reports/csv.ts";
import { type ApiEnv, waitUntilOf } from "../context.ts";
import { isoTime } from "../list.ts";
import { type Answer, ANSWER_SECONDS, answerOnce } from "./answers.ts";
import { type AnswerTable, cellsOf, type LookAnswer } from "./freshness-tables.ts";
import { wantsCsv } from "./respond.ts";

const SECOND_MILLISECONDS = 1_000;
const DATE_LENGTH = "2026-11-21".length;

/** What is asked: the same `question` for the same answer, and which of its lists as a table. */
export interface Look {
  readonly name: "freshness" | "quality" | "pipelines";
  readonly question: readonly string[];
  readonly format?: "json" | "csv" | undefined;
  readonly table: { readonly name: string; readonly of: AnswerTable };
}

/** What answers say of their age that are computed from what is there at a moment. */
export function ageOf(asOf: number): { as_of: string; freshness_seconds: number } {
  const freshness_seconds = Math.max(0, Math.round((Date.now() - asOf) / SECOND_MILLISECONDS));
  return { as_of: isoTime(asOf), freshness_seconds };
}

function csvAnswer({ name, table }: Look, answer: LookAnswer, asOf: number): Answer {
  const fileName = `${name}-${table.name.replaceAll("_", "-")}-${isoTime(asOf).slice(0, DATE_LENGTH)}.csv`;
  return {
    body: reportCsv(table.of.columns, cellsOf(table.of.rowsOf(answer))),
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${fileName}"`,
      "x-as-of": isoTime(asOf),
    },
    nextCursor: null,
  };
}

/**
 * Answers with what is there now, as JSON or one of its lists as a table, computed at most every few seconds for all who
 * ask the same.
 */
export async function answerLook(
  context: Context<ApiEnv>,
  look: Look,
  compute: (now: Date) => Promise<object>,
): Promise<Response> {
  const now = new Date();
  const csv = wantsCsv(context, look.format);
  const question = JSON.stringify([look.name, ...look.question, ...(csv ? ["csv", look.table.name] : [])]);
  const answer = await answerOnce(question, waitUntilOf(context), now.getTime(), async () => {
    const computed = { ...(await compute(now)), ...ageOf(now.getTime()) };
    if (csv) return csvAnswer(look, computed, now.getTime());
    return { body: JSON.stringify(computed), headers: { "content-type": "application/json" }, nextCursor: null };
  });
  return context.body(answer.body, 200, {
    ...answer.headers,
    "cache-control": `private, max-age=${ANSWER_SECONDS}`,
    vary: "accept, authorization, cookie",
  });
}
