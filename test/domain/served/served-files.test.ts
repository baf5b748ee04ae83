import { expect, it } from "vitest";

import { servedFiles } from "../../../domain/served/served-files.ts";
import type { ServedAnswer } from "../../../domain/served/served-message.ts";

function answer(recommendation_id: string, items: number, degraded: string[] = []): ServedAnswer {
  const ids = Array.from({ length: items }, (_, n) => `item-${n}`);
  return {
    recommendation_id,
    at: 0,
    shopper: null,
    placement: "home",
    model_version: null,
    arm: null,
    degraded,
    latency_ms: 1,
    shelves: [{ strategy: "popular", items: ids, scores: ids.map(() => 1), reasons: ids.map(() => "popular") }],
  };
}

const idsOf = (files: ReturnType<typeof servedFiles>): string[][] =>
  files.map((file) => file.answers.map((one) => one.recommendation_id));

it("files hold at most so many rows, answers stay whole and in order, and every figure counts once", () => {
  const messages = [
    { format: 1, lost: 2, answers: [answer("a", 4), answer("b", 4, ["no_model"])] },
    { format: 1, lost: 3, answers: [answer("c", 0), answer("d", 3), answer("e", 9)] },
  ] as const;
  const files = servedFiles(
    messages.map((message) => ({ ...message, answers: [...message.answers] })),
    8,
  );
  expect(idsOf(files)).toEqual([["a", "b", "c"], ["d"], ["e"]]);
  expect(files.map(({ items, degraded, lost }) => [items, degraded, lost])).toEqual([
    [8, 1, 5],
    [3, 0, 0],
    // Larger than a file alone: an answer is never divided.
    [9, 0, 0],
  ]);
});

it("there is a file even for nothing, since losses must be counted", () => {
  expect(servedFiles([{ format: 1, lost: 4, answers: [] }])).toEqual([{ answers: [], items: 0, degraded: 0, lost: 4 }]);
});
