import { expect, it } from "vitest";

import { parseCsv } from "../../scripts/evaluate/csv.ts";
import type { AnsweredUser } from "../../scripts/recommend/batch-answer.ts";
import { HEADER, rowsOf } from "../../scripts/recommend/rows.ts";

function answerWith(text: string): AnsweredUser {
  const item = { name: text, price: -1, currency: "USD", url: text };
  const items = [{ item_id: text, score: -0.5, reason: { code: "popular", text }, item }];
  return { user_id: text, recommendation_id: "r", placement: "home", shelves: [{ strategy: "popular", items }] };
}

function rowOf(text: string): Record<string, string> {
  return parseCsv(HEADER + rowsOf(answerWith(text)).join(""))[0] ?? {};
}

it.each(["=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])("%j is a text to a spreadsheet", (text) => {
  expect(rowOf(text)).toMatchObject({ name: `'${text}`, url: `'${text}`, reason: `'${text}` });
});

it("ids and numbers stay as they are", () => {
  expect(rowOf("-1")).toMatchObject({ user_id: "-1", item_id: "-1", price: "-1", score: "-0.5" });
});

it("a text that is no formula is left alone", () => {
  const text = "1969 Harley-Davidson, 1:10 = a model";
  expect(rowOf(text)).toMatchObject({ name: text, url: text, reason: text });
});
