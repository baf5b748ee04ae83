import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { addToSketch, countOfSketch, emptySketch } from "../../../domain/models/linear-count.ts";
import {
  LATENCY_BOUNDS,
  LATENCY_BUCKETS,
  latencyBucket,
  OVERLAP_BUCKETS,
  overlapBucket,
  SCORE_BOUNDS,
  SCORE_BUCKETS,
  scoreBucket,
} from "../../../domain/models/shadow-buckets.ts";
import { compareShelves, type ShelfItem } from "../../../domain/models/shadow-comparison.ts";
import { reportOf } from "../../../domain/models/shadow-report.ts";
import { isSampled } from "../../../domain/models/shadow-sample.ts";
import {
  addLatency,
  addOutcome,
  addShelves,
  emptyTally,
  OUTCOMES,
  type ShadowTally,
  uniteTallies,
} from "../../../domain/models/shadow-tally.ts";

const shelfOf = (...ids: readonly (number | string)[]): ShelfItem[] =>
  ids.map((id, place) => ({ item_id: String(id), score: 1 - place / 100 }));
const shelf = fc
  .uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 15 })
  .map((ids) => shelfOf(...ids));

describe("two shelves", () => {
  it.each([
    ["the same", [1, 2, 3], [1, 2, 3], 1, 1],
    ["the same backwards", [1, 2, 3], [3, 2, 1], 1, -1],
    ["nothing in common", [1, 2], [3, 4], 0, null],
    ["one in common", [1, 2], [2, 3], 0.5, null],
    ["one swap of three", [1, 2, 3], [1, 3, 2], 1, 1 / 3],
    ["a shorter one", [1, 2, 3, 4], [1, 2], 0.5, 1],
    [
      "only the first ten count",
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 1],
      0,
      null,
    ],
  ])("%s", (_, one, other, overlap, tau) => {
    const comparison = compareShelves(shelfOf(...one), shelfOf(...other));
    expect(comparison.overlap).toBe(overlap);
    if (tau === null) expect(comparison.tau).toBeNull();
    else expect(comparison.tau).toBeCloseTo(tau, 12);
  });

  it("it makes no difference which of both is asked about the other", () => {
    fc.assert(
      fc.property(shelf, shelf, (one, other) => {
        expect(compareShelves(one, other)).toEqual(compareShelves(other, one));
      }),
    );
  });

  it("figures stay within their bounds, and a shelf is like itself", () => {
    fc.assert(
      fc.property(shelf, shelf, (one, other) => {
        const { overlap, tau } = compareShelves(one, other);
        expect(overlap).toBeGreaterThanOrEqual(0);
        expect(overlap).toBeLessThanOrEqual(1);
        if (tau !== null) expect(Math.abs(tau)).toBeLessThanOrEqual(1);
        expect(compareShelves(one, one)).toEqual({ overlap: 1, tau: one.length < 2 ? null : 1 });
      }),
    );
  });
});

describe("buckets", () => {
  it.each([
    ["scores", scoreBucket, SCORE_BOUNDS, SCORE_BUCKETS, fc.double({ min: -5, max: 100, noNaN: true })],
    ["durations", latencyBucket, LATENCY_BOUNDS, LATENCY_BUCKETS, fc.double({ min: 0, max: 10_000, noNaN: true })],
  ])("%s fall where the bounds say", (_, bucketOf, bounds, buckets, values) => {
    expect(bounds).toHaveLength(buckets);
    fc.assert(
      fc.property(values, (value) => {
        const bucket = bucketOf(value);
        // The bounds are shown rounded to four digits.
        expect(value).toBeGreaterThanOrEqual((bounds[bucket] ?? -Infinity) * 0.999);
        expect(value).toBeLessThanOrEqual((bounds[bucket + 1] ?? Infinity) * 1.001);
      }),
    );
  });

  it("an overlap of so many tenths falls on its own", () => {
    expect(Array.from({ length: OVERLAP_BUCKETS }, (_, tenth) => overlapBucket(tenth / 10))).toEqual(
      Array.from({ length: OVERLAP_BUCKETS }, (_, tenth) => tenth),
    );
  });
});

const tally: fc.Arbitrary<ShadowTally> = fc
  .array(
    fc.oneof(
      fc.tuple(shelf, shelf).map(
        ([one, other]) =>
          (into: ShadowTally) =>
            addShelves(into, one, other),
      ),
      fc.constantFrom(...OUTCOMES).map((outcome) => (into: ShadowTally) => addOutcome(into, outcome)),
      fc.nat({ max: 5_000 }).map((milliseconds) => (into: ShadowTally) => addLatency(into, "shadow", milliseconds)),
    ),
    { maxLength: 8 },
  )
  .map((adds) => {
    const into = emptyTally();
    for (const add of adds) add(into);
    return into;
  });
/** Sums of fractions depend on their order in the last digits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === "number" ? Number(inner.toFixed(9)) : inner)),
  );

describe("tallies", () => {
  it("are the same in whatever order and grouping they are united", () => {
    fc.assert(
      fc.property(tally, tally, tally, (a, b, c) => {
        expect(rounded(uniteTallies(a, b))).toEqual(rounded(uniteTallies(b, a)));
        expect(rounded(uniteTallies(uniteTallies(a, b), c))).toEqual(rounded(uniteTallies(a, uniteTallies(b, c))));
        expect(rounded(uniteTallies(a, emptyTally()))).toEqual(rounded(a));
      }),
    );
  });

  it("count a shelf that only one of both has", () => {
    const into = emptyTally();
    addShelves(into, shelfOf(1), []);
    addShelves(into, null, shelfOf(1));
    addShelves(into, null, null);
    expect(reportOf(into).answers).toMatchObject({
      sampled: 3,
      compared: 0,
      shadow_empty: 1,
      active_empty: 1,
      impersonal: 1,
    });
    expect(reportOf(into).overlap).toMatchObject({ mean: null, interval: null });
  });

  it("say the mean overlap with its interval as the textbook does", () => {
    const into = emptyTally();
    for (let time = 0; time < 50; time++) addShelves(into, shelfOf(1, 2), time < 30 ? shelfOf(1, 2) : shelfOf(3, 4));
    const { mean, interval } = reportOf(into).overlap;
    const deviation = Math.sqrt((0.6 * 0.4 * 50) / 49);
    expect(mean).toBeCloseTo(0.6, 12);
    expect(interval?.[0]).toBeCloseTo(0.6 - (1.96 * deviation) / Math.sqrt(50), 12);
    expect(interval?.[1]).toBeCloseTo(0.6 + (1.96 * deviation) / Math.sqrt(50), 12);
  });
});

it.each([0, 1, 10, 100, 1_000, 5_000])("a sketch of %d distinct items counts them within 5 per cent", (items) => {
  const sketch = emptySketch();
  for (let time = 0; time < 2; time++) for (let item = 0; item < items; item++) addToSketch(sketch, `item-${item}`);
  expect(Math.abs(countOfSketch(sketch) - items)).toBeLessThanOrEqual(Math.max(1, items * 0.05));
});

it("the share that is sampled is the share that was asked for, and grows by answers only", () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => `${(n * 2_654_435_761).toString(36)}.payload`);
  const quarter = ids.filter((id) => isSampled(id, 0.25));
  expect(Math.abs(quarter.length - 5_000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.25 * 0.75));
  expect(quarter.every((id) => isSampled(id, 0.5))).toBe(true);
  expect(ids.every((id) => isSampled(id, 1))).toBe(true);
});
