import { expect, it } from "vitest";

import {
  BOOTSTRAP_SAMPLES,
  centredEstimate,
  meanOfSample,
  percentileEstimate,
  resampleUsers,
} from "../../domain/evaluation/bootstrap.ts";
import { evaluateLists } from "../../domain/evaluation/evaluate.ts";
import { createRandom } from "../../scripts/random.ts";
import { row } from "./rows.ts";

const TRIALS = 200;
const USERS = 60;

it("draws as many users as there are, a thousand times", () => {
  let samples = 0;
  resampleUsers(USERS, createRandom(1), (timesDrawn) => {
    samples++;
    expect(timesDrawn.length).toBe(USERS);
    expect(timesDrawn.reduce((sum, times) => sum + times, 0)).toBe(USERS);
  });
  expect(samples).toBe(BOOTSTRAP_SAMPLES);
  resampleUsers(0, createRandom(1), () => expect.unreachable());
});

it("reads the interval off the samples: of a thousand, 25 lie outside on either side", () => {
  const samples = Array.from({ length: 1_000 }, (_, place) => place).reverse();
  expect(percentileEstimate(500, samples)).toEqual({ value: 500, low: 25, high: 974 });
  expect(percentileEstimate(0.5, [])).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
});

it("leaves users without a value out of the mean", () => {
  const values = Float64Array.from([1, Number.NaN, 4]);
  expect(meanOfSample(values, Uint32Array.from([2, 5, 1]))).toBe((1 + 1 + 4) / 3);
  expect(meanOfSample(values, Uint32Array.from([0, 5, 0]))).toBe(0);
});

it("moves the interval of what counts different items back around its value, within 0 and 1", () => {
  const samples = Array.from({ length: 1_000 }, (_, place) => 0.3 + place / 10_000);
  const { low, high } = centredEstimate(0.5, samples);
  // The samples' mean is 0.34995, so all of them are moved by 0.15005.
  expect(low).toBeCloseTo(0.3025 + 0.15005, 10);
  expect(high).toBeCloseTo(0.3974 + 0.15005, 10);
  expect(centredEstimate(0.99, samples).high).toBe(1);
});

it("holds the true mean in about 95 of 100 cases", () => {
  const random = createRandom(5);
  let held = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    // One in three users has a value at all, uniform in 0–1: the true mean is 1/6, and far from normal.
    const values = Float64Array.from({ length: USERS }, () => (random() < 1 / 3 ? random() : 0));
    const samples: number[] = [];
    resampleUsers(USERS, random, (timesDrawn) => samples.push(meanOfSample(values, timesDrawn)));
    const { low, high } = percentileEstimate(0, samples);
    if (low <= 1 / 6 && 1 / 6 <= high) held++;
  }
  expect(held / TRIALS).toBeGreaterThan(0.9);
  expect(held / TRIALS).toBeLessThan(0.99);
});

/** Lists of two different items of twenty, drawn so that the first are recommended most. */
function drawLists(random: () => number): { userId: string; itemIds: string[] }[] {
  const draw = (): string => `i${Math.floor(20 * random() ** 3)}`;
  return Array.from({ length: USERS }, (_, user) => {
    const first = draw();
    let second = draw();
    while (second === first) second = draw();
    return { userId: `u${String(user).padStart(2, "0")}`, itemIds: [first, second] };
  });
}

it("holds what coverage and Gini index are on average in most cases, and its own value in all", () => {
  const random = createRandom(11);
  const ranked = Array.from({ length: 20 }, (_, item) => `i${item}`);
  const ground = { train: [row("u00", "i0")], test: [], ranked, k: 2, random };
  const all = Array.from({ length: TRIALS }, () => evaluateLists(drawLists(random), ground).metrics);
  for (const metric of ["coverage", "gini"] as const) {
    const truth = all.reduce((sum, metrics) => sum + metrics[metric].value, 0) / TRIALS;
    for (const { [metric]: each } of all) {
      expect(each.low).toBeLessThanOrEqual(each.value);
      expect(each.high).toBeGreaterThanOrEqual(each.value);
    }
    const held = all.filter(({ [metric]: each }) => each.low <= truth && truth <= each.high).length;
    expect(held / TRIALS).toBeGreaterThan(0.85);
    // Nor is it so wide that it says nothing.
    expect(held / TRIALS).toBeLessThan(1);
  }
});

it("gives the same intervals for the same seed, and others for another", () => {
  const lists = drawLists(createRandom(3));
  const of = (seed: number): unknown =>
    evaluateLists(lists, {
      train: [row("u00", "i0"), row("u01", "i1")],
      test: lists.map(({ userId }, user) => row(userId, `i${user % 5}`)),
      ranked: Array.from({ length: 20 }, (_, item) => `i${item}`),
      k: 2,
      random: createRandom(seed),
    }).metrics;
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
});
