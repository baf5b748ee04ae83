import { expect, it } from "vitest";

import { evaluate } from "../../domain/evaluation/evaluate.ts";
import { estimateMean, measureRanking } from "../../domain/evaluation/metrics.ts";
import { type EvaluationRow, splitInteractions } from "../../domain/evaluation/split.ts";
import { createRandom } from "../../scripts/random.ts";

it("measures a list as computed by hand", () => {
  // Hits at ranks 2 and 4 of 5; four items were to be found.
  const measured = measureRanking(["x", "a", "y", "b", "z"], new Set(["a", "b", "c", "d"]), 5);
  expect(measured.precision).toBeCloseTo(2 / 5);
  expect(measured.recall).toBeCloseTo(2 / 4);
  expect(measured.hit_rate).toBe(1);
  expect(measured.mrr).toBeCloseTo(1 / 2);
  expect(measured.map).toBeCloseTo((1 / 2 + 2 / 4) / 4);
  const gain = 1 / Math.log2(3) + 1 / Math.log2(5);
  const ideal = 1 + 1 / Math.log2(3) + 1 / Math.log2(4) + 1 / Math.log2(5);
  expect(measured.ndcg).toBeCloseTo(gain / ideal);
});

it.each([
  {
    name: "the best possible list",
    ranked: ["a", "b"],
    relevant: ["a", "b", "c"],
    k: 2,
    ndcg: 1,
    precision: 1,
    map: 1,
  },
  { name: "a list without a hit", ranked: ["x"], relevant: ["a"], k: 10, ndcg: 0, precision: 0, map: 0 },
  { name: "no list at all", ranked: [], relevant: ["a"], k: 10, ndcg: 0, precision: 0, map: 0 },
  { name: "a short list", ranked: ["a"], relevant: ["a"], k: 10, ndcg: 1, precision: 0.1, map: 1 },
  { name: "a hit beyond the cut", ranked: ["x", "a"], relevant: ["a"], k: 1, ndcg: 0, precision: 0, map: 0 },
])("measures $name", ({ ranked, relevant, k, ndcg, precision, map }) => {
  expect(measureRanking(ranked, new Set(relevant), k)).toMatchObject({ ndcg, precision, map });
});

it("gives a mean its 95 % interval", () => {
  const { value, low, high } = estimateMean([0.4, 0.6, 0.4, 0.6]);
  expect(value).toBeCloseTo(0.5);
  expect(low).toBeCloseTo(0.5 - 1.96 * Math.sqrt(0.04 / 3 / 4));
  expect(high).toBeCloseTo(0.5 + 1.96 * Math.sqrt(0.04 / 3 / 4));
  expect(estimateMean([])).toEqual({ value: 0, low: 0, high: 0 });
});

const row = (userId: string, itemId: string, at: number | null = null): EvaluationRow => ({
  userId,
  itemId,
  at,
  rating: null,
  orderId: null,
});

it("asks for each user with held-out rows once, and counts coverage over the training items", () => {
  const asked: string[] = [];
  const result = evaluate([row("u2", "a"), row("u1", "b"), row("u2", "a"), row("u2", "c")], 4, 2, (userId) => {
    asked.push(userId);
    return ["a", "b", "beyond the cut"];
  });
  expect(asked).toEqual(["u1", "u2"]);
  expect(result.users).toBe(2);
  expect(result.metrics.precision.value).toBeCloseTo(0.5);
  expect(result.metrics.recall.value).toBeCloseTo((1 + 1 / 2) / 2);
  expect(result.metrics.coverage.value).toBeCloseTo(2 / 4);
  expect(result.lists[0]).toEqual({ userId: "u1", itemIds: ["a", "b"] });
});

const rows = ["u1", "u2"].flatMap((user, shift) =>
  Array.from({ length: 20 }, (_, n) => row(user, `i${n % 10}`, 1000 * n + shift)),
);

it.each(["random", "leave-one-out", "temporal"] as const)("never asks (%s) for what stayed in training", (protocol) => {
  const split = splitInteractions([...rows, row("u3", "i1", 19_500)], protocol, createRandom(1));
  if (!split.ok) throw new Error(split.error.kind);
  const { train, test } = split.value;
  const known = new Set(train.map((each) => `${each.userId} ${each.itemId}`));
  expect(test.filter((each) => known.has(`${each.userId} ${each.itemId}`))).toEqual([]);
  expect(test.length).toBeGreaterThan(0);
});

it("holds out a fifth of each user's items at random, the same ones for the same seed", () => {
  const first = splitInteractions(rows, "random", createRandom(1));
  expect(first).toEqual(splitInteractions(rows, "random", createRandom(1)));
  expect(first).not.toEqual(splitInteractions(rows, "random", createRandom(2)));
  const test = first.ok ? first.value.test : [];
  for (const user of ["u1", "u2"])
    expect(new Set(test.filter((each) => each.userId === user).map((each) => each.itemId)).size).toBe(2);
});

it("leaves the last item out, and nothing of a user with one", () => {
  const split = splitInteractions([...rows, row("u3", "i1", 5)], "leave-one-out", createRandom(1));
  const test = split.ok ? split.value.test : [];
  expect(new Set(test.map((each) => `${each.userId} ${each.itemId}`))).toEqual(new Set(["u1 i9", "u2 i9"]));
});

it("splits by one moment for all, and refuses to without times", () => {
  const split = splitInteractions(
    [row("u1", "a", 1), row("u1", "b", 2), row("u2", "c", 3), row("u2", "d", 4), row("u1", "e", 5)],
    "temporal",
    createRandom(1),
  );
  expect(split.ok && split.value.test.map((each) => each.itemId)).toEqual(["e"]);
  expect(splitInteractions([row("u1", "a")], "temporal", createRandom(1)).ok).toBe(false);
});
