import { expect, it } from "vitest";

import { servedFiles } from "../../../domain/served/served-files.ts";
import type { ServedAnswer } from "../../../domain/served/served-message.ts";

function answer(recommendation_id: string, items: number): ServedAnswer {
  const ids = Array.from({ length: items }, (_, n) => `item-${n}`);
  return {
    recommendation_id,
    at: 0,
    shopper: null,
    placement: "home",
    model_version: null,
    arm: null,
    degraded: [],
    latency_ms: 1,
    shelves: [{ strategy: "popular", items: ids, scores: ids.map(() => 1), reasons: ids.map(() => "popular") }],
  };
}

it("files hold at most so many rows, answers stay whole and in order", () => {
  const messages = [
    { format: 1, lost: 2, answers: [answer("a", 4), answer("b", 4)] },
    { format: 1, lost: 3, answers: [answer("c", 0), answer("d", 3), answer("e", 9)] },
  ] as const;
  const files = servedFiles(
    messages.map((message) => ({ ...message, answers: [...message.answers] })),
    8,
  );
  // The last is larger than a file alone: an answer is never divided.
  expect(files.map((answers) => answers.map((one) => one.recommendation_id))).toEqual([["a", "b", "c"], ["d"], ["e"]]);
});

it("answers without items make no file", () => {
  expect(servedFiles([{ format: 1, lost: 4, answers: [answer("a", 0)] }])).toEqual([]);
});
