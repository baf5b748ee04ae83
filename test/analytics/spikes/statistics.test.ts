import { describe, expect, it } from "vitest";

import { dispersionOf, pooledDispersion } from "../../../domain/analytics/spikes/dispersion.ts";
import { besideHours, levelFrom } from "../../../domain/analytics/spikes/expectation.ts";
import { discoveryThreshold, levelOfLook } from "../../../domain/analytics/spikes/false-discoveries.ts";
import { DISPERSION_MIN, FALSE_LOOKS_PER_DAY } from "../../../domain/analytics/spikes/limits.ts";
import { lookedAt } from "../../../domain/analytics/spikes/looked-at.ts";
import { logGamma, upperTail } from "../../../domain/analytics/spikes/negative-binomial.ts";
import { gammaAroundOne, poisson, seeded } from "./random-counts.ts";

describe("the chance of so many counts or more", () => {
  it.each([
    [1, 0],
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [5, Math.log(24)],
    [171, 706.573_062_245_787],
  ])("takes the gamma function of %d", (x, logarithm) => {
    expect(logGamma(x)).toBeCloseTo(logarithm, 9);
  });

  it.each([
    // A shape of 1 is the geometric distribution: (mean / (mean + 1)) ** count.
    { count: 3, mean: 1, shape: 1, chance: 0.125 },
    { count: 200, mean: 4, shape: 1, chance: 0.8 ** 200 },
    { count: 2, mean: 9, shape: 1, chance: 0.81 },
    // A shape without end is Poisson's.
    { count: 1, mean: 2, shape: 1e12, chance: 1 - Math.exp(-2) },
    { count: 0, mean: 2, shape: 3, chance: 1 },
  ])("is $chance for $count, mean $mean, shape $shape", ({ count, mean, shape, chance }) => {
    expect(upperTail(count, mean, shape) / chance).toBeCloseTo(1, 4);
  });

  it.each([30, 45, 60, 100])("is as often as counts are drawn that high: %d of 50", (count) => {
    const random = seeded(1);
    const draws = Array.from({ length: 20_000 }, () => poisson(50 * gammaAroundOne(8, random), random));
    const share = draws.filter((drawn) => drawn >= count).length / draws.length;
    expect(Math.abs(share - upperTail(count, 50, 8))).toBeLessThan(0.01);
  });
});

describe("what is a discovery", () => {
  const asked = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324];
  it("follows Benjamini and Hochberg's own example of 15 questions", () => {
    expect(discoveryThreshold(asked, 15, 0.05)).toBe(0.0095);
  });
  it("is less among more questions", () => {
    expect(discoveryThreshold(asked, 1_500, 0.05)).toBe(0);
    expect(discoveryThreshold([], 15, 0.05)).toBe(0);
  });
});

describe("a day's looks", () => {
  it("together spend what a day may", () => {
    const minutes = Array.from({ length: 288 }, (_, n) => 2 + 5 * n);
    const levels = minutes.map((minute) => levelOfLook(lookedAt(Date.UTC(2026, 10, 21) + minute * 60_000).share));
    expect(levels.reduce((sum, level) => sum + level, 0)).toBeCloseTo(FALSE_LOOKS_PER_DAY, 9);
  });
});

describe("what is believed of a level", () => {
  const nothing = { same: [0, 0, 0, 0, 0], beside: 0 };
  it("leans on the line where an item has no past, and on the past where there is one", () => {
    expect(levelFrom(nothing, 10, 0.1).mean).toBeGreaterThan(levelFrom(nothing, 10, 0.001).mean);
    const full = { same: [100, 110, 90, 105, 95], beside: 1_000 };
    expect(levelFrom(full, 10, 0.001).mean).toBeCloseTo(100, 0);
    expect(levelFrom(full, 10, 10_000).mean).toBeCloseTo(100, -1);
  });
  it("is hardly bent by busier hours beside", () => {
    const peak = { same: [100, 100, 100, 100, 100], beside: 200 };
    expect(levelFrom(peak, 10, 1).mean).toBeGreaterThan(90);
  });
  it("holds where nobody knows anything", () => {
    expect(levelFrom(nothing, 0, 0)).toEqual({ mean: 0.1, shape: 0.5 });
    expect(besideHours(nothing)).toBe(0);
  });
  it("takes hours beside for what the shop has in them", () => {
    expect(besideHours({ same: [100, 100], beside: 100 })).toBe(1);
  });
});

describe("how much hours vary beyond chance", () => {
  const drawn = (dispersion: number): number[][] => {
    const random = seeded(2);
    const luck = (): number => (dispersion === 0 ? 1 : gammaAroundOne(1 / dispersion, random));
    return Array.from({ length: 2_000 }, (_, n) =>
      Array.from({ length: 5 }, () => poisson((5 + (n % 100)) * luck(), random)),
    );
  };
  it.each([0.05, 0.2])("is found again: %d", (dispersion) => {
    expect(pooledDispersion(drawn(dispersion)) / dispersion).toBeCloseTo(1, 0);
  });
  it("is next to nothing for Poisson counts, even when one series in twenty had a spike", () => {
    const series = drawn(0).map((counts, n) => (n % 20 === 0 ? counts.with(0, 10 * (counts[0] ?? 0)) : counts));
    expect(pooledDispersion(series)).toBeLessThan(2 * DISPERSION_MIN);
  });
  it("is more for a series that varied more than the others", () => {
    expect(dispersionOf([20, 90, 10, 60, 20], 0.01)).toBeGreaterThan(0.1);
    expect(dispersionOf([40, 41, 39, 40, 40], 0.01)).toBe(0.01);
  });
});
