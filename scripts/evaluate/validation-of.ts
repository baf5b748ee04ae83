import { rowsByUser } from "../../domain/evaluation/rows-by-user.ts";
import type { GivenProtocol } from "../../domain/evaluation/split-given.ts";
import { type EvaluationRow, type Split, splitInteractions } from "../../domain/evaluation/split.ts";
import type { FitModelOptions } from "../train/fit-model.ts";

/** A test part lies after the training part when so much of it does: clocks and files are seldom perfect. */
const AFTER_SHARE_MIN = 0.95;

function newestAt(rows: readonly EvaluationRow[]): number {
  return rows.reduce((newest, { at }) => Math.max(newest, at ?? 0), 0);
}

function shareAfter(test: readonly EvaluationRow[], momentOf: (row: EvaluationRow) => number): number {
  return test.filter((row) => (row.at ?? 0) >= momentOf(row)).length / Math.max(1, test.length);
}

function looksLike({ train, test, sessions }: Split): FitModelOptions["validation"] {
  if (sessions.size > 0) return "next-item";
  if (train.some(({ at }) => at === null)) return "random";
  const isOneEach = new Set(test.map(({ userId }) => userId)).size === test.length;
  if (test.some(({ at }) => at === null)) return isOneEach ? "leave-one-out" : "random";
  const end = newestAt(train);
  if (shareAfter(test, () => end) >= AFTER_SHARE_MIN) return "temporal";
  const ends = new Map([...rowsByUser(train)].map(([userId, rows]) => [userId, newestAt(rows)]));
  const isLater = shareAfter(test, ({ userId }) => ends.get(userId) ?? 0) >= AFTER_SHARE_MIN;
  return isLater ? "leave-one-out" : "random";
}

function canSplit(train: readonly EvaluationRow[], protocol: FitModelOptions["validation"]): boolean {
  const split = splitInteractions(train, protocol, () => 0);
  return split.ok && split.value.test.length > 0;
}

/**
 * How a model that is judged on this test part should choose its own validation part: in the same way. Of a given test
 * part that is seen from how it lies to the training part, in time.
 */
export function validationOf(split: Split, protocol: GivenProtocol): FitModelOptions["validation"] {
  if (protocol === "given") return looksLike(split);
  // New items are ranked by content alone; the rest of the model has nothing to learn from how they were chosen.
  if (protocol === "cold-items") return "random";
  // A test part may be of a kind that its training part says too little for.
  return canSplit(split.train, protocol) ? protocol : "random";
}
