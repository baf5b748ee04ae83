import { expect, it } from "vitest";

import { countRecommended, coverageOf, giniOf, selfInformation } from "../../domain/evaluation/catalogue-metrics.ts";
import { evaluatedUsers, evaluateLists } from "../../domain/evaluation/evaluate.ts";
import { measureRanking } from "../../domain/evaluation/metrics.ts";
import { createRandom } from "../../scripts/random.ts";
import { row } from "./rows.ts";

it("measures a list as computed by hand", () => {
  // Hits at ranks 2 and 4 of 5; four items were to be found.
  const measured = measureRanking(["x", "a", "y", "b", "z"], new Set(["a", "b", "c", "d"]), 5);
  expect(measured.precision).toBeCloseTo(2 / 5, 12);
  expect(measured.recall).toBeCloseTo(2 / 4, 12);
  expect(measured.hit_rate).toBe(1);
  expect(measured.mrr).toBeCloseTo(1 / 2, 12);
  // Precision at the hits' ranks is 1/2 and 2/4; four could have been hit.
  expect(measured.map).toBeCloseTo((1 / 2 + 2 / 4) / 4, 12);
  const gain = 1 / Math.log2(3) + 1 / Math.log2(5);
  const ideal = 1 + 1 / Math.log2(3) + 1 / Math.log2(4) + 1 / Math.log2(5);
  expect(measured.ndcg).toBeCloseTo(gain / ideal, 12);
});

it.each([
  {
    name: "the best possible list",
    ranked: ["a", "b"],
    relevant: ["a", "b", "c"],
    k: 2,
    // Two of two hits; the third could not have been shown.
    expected: { ndcg: 1, precision: 1, recall: 2 / 3, map: 1, mrr: 1, hit_rate: 1 },
  },
  {
    name: "a list without a hit",
    ranked: ["x"],
    relevant: ["a"],
    k: 10,
    expected: { ndcg: 0, precision: 0, recall: 0, map: 0, mrr: 0, hit_rate: 0 },
  },
  {
    name: "no list at all",
    ranked: [],
    relevant: ["a"],
    k: 10,
    expected: { ndcg: 0, precision: 0, recall: 0, map: 0, mrr: 0, hit_rate: 0 },
  },
  {
    name: "a short list",
    ranked: ["a"],
    relevant: ["a"],
    k: 10,
    // One hit of ten places: what the list leaves empty is not forgiven.
    expected: { ndcg: 1, precision: 0.1, recall: 1, map: 1, mrr: 1, hit_rate: 1 },
  },
  {
    name: "a hit beyond the cut",
    ranked: ["x", "a"],
    relevant: ["a"],
    k: 1,
    expected: { ndcg: 0, precision: 0, recall: 0, map: 0, mrr: 0, hit_rate: 0 },
  },
])("measures $name", ({ ranked, relevant, k, expected }) => {
  expect(measureRanking(ranked, new Set(relevant), k)).toEqual(expected);
});

it.each([
  { counts: [], coverage: 0, gini: 0 },
  { counts: [5], coverage: 1, gini: 0 },
  { counts: [0, 0, 0], coverage: 0, gini: 0 },
  { counts: [3, 3, 3, 3], coverage: 1, gini: 0 },
  // One item alone: (2·4 − 4 − 1) · 7 / (3 · 7) = 3 / 3.
  { counts: [0, 7, 0, 0], coverage: 1 / 4, gini: 1 },
  // Sorted 0 1 1 4 with the factors −3 −1 1 3: (0 − 1 + 1 + 12) / (3 · 6).
  { counts: [1, 4, 0, 1], coverage: 3 / 4, gini: 12 / 18 },
])("counts of $counts are a coverage of $coverage and a Gini index of $gini", ({ counts, coverage, gini }) => {
  expect(coverageOf(Uint32Array.from(counts))).toBeCloseTo(coverage, 12);
  expect(giniOf(Uint32Array.from(counts))).toBeCloseTo(gini, 12);
});

it("counts a list as often as its user was drawn, and forgets the counts before", () => {
  const counts = Uint32Array.from([9, 9, 9]);
  countRecommended(
    counts,
    [[0, 2], [2], [1]].map((list) => Uint32Array.from(list)),
    Uint32Array.from([1, 3, 0]),
  );
  expect([...counts]).toEqual([1, 0, 1 + 3]);
});

it("takes what fewer users have for more surprising", () => {
  expect(selfInformation(8, 8)).toBe(0);
  expect(selfInformation(4, 8)).toBe(1);
  expect(selfInformation(1, 8)).toBe(3);
  // Nobody has it: as surprising as what one user has.
  expect(selfInformation(0, 8)).toBe(3);
});

it("averages over users, and counts coverage, Gini index and novelty over all lists", () => {
  // Four users in training: all have a, two have b, one has c, nobody d.
  const train = [row("u1", "a"), row("u2", "a"), row("u3", "a"), row("u4", "a"), row("u1", "b"), row("u2", "b")];
  train.push(row("u1", "c"), row("u1", "c"));
  const test = [row("u3", "b"), row("u4", "d"), row("u3", "b"), row("u3", "c")];
  expect(evaluatedUsers(test)).toEqual(["u3", "u4"]);
  const evaluation = evaluateLists(
    [
      { userId: "u3", itemIds: ["b", "c", "beyond the cut"] },
      { userId: "u4", itemIds: ["b", "d"] },
    ],
    { train, test, ranked: ["a", "b", "c", "d"], k: 2, random: createRandom(1) },
  );
  const { metrics } = evaluation;
  expect(evaluation.users).toBe(2);
  expect(metrics.precision.value).toBeCloseTo((2 / 2 + 1 / 2) / 2, 12);
  expect(metrics.recall.value).toBe(1);
  expect(metrics.ndcg.value).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 12);
  expect(metrics.mrr.value).toBeCloseTo((1 + 1 / 2) / 2, 12);
  expect(metrics.coverage.value).toBeCloseTo(3 / 4, 12);
  // Sorted 0 1 1 2 with the factors −3 −1 1 3: (−1 + 1 + 6) / (3 · 4).
  expect(metrics.gini.value).toBeCloseTo(6 / 12, 12);
  // b is worth 1 bit, c and d (as if one had it) 2 bits.
  expect(metrics.novelty.value).toBeCloseTo(((1 + 2) / 2 + (1 + 2) / 2) / 2, 12);
  expect(evaluation.lists[0]).toEqual({ userId: "u3", itemIds: ["b", "c"] });
});

it("measures empty lists, and no users at all", () => {
  const ground = { train: [row("u1", "a")], ranked: ["a"], k: 2, random: createRandom(1) };
  const none = evaluateLists([], { ...ground, test: [] });
  expect(none.users).toBe(0);
  const empty = evaluateLists([{ userId: "u1", itemIds: [] }], { ...ground, test: [row("u1", "b")] });
  for (const { metrics } of [none, empty])
    for (const estimate of Object.values(metrics)) expect(estimate).toEqual({ value: 0, low: 0, high: 0 });
});
