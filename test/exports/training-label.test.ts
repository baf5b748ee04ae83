import { describe, expect, it } from "vitest";

import { configSchema } from "../../domain/config/schema.ts";
import { stateForTraining } from "../../domain/exports/point-in-time.ts";
import { type LabelTotals, labelOf, type SourceRating } from "../../domain/exports/training-row.ts";
import { implicitRuleOf } from "../../domain/ratings/implied-rating.ts";
import endcap from "../../endcap.config.ts";

const DAY = 24 * 60 * 60 * 1000;
const NOW = 1_000 * DAY;
const CONFIG = configSchema.parse(endcap).ratings;

const totals = (rest: Partial<LabelTotals> = {}): LabelTotals => ({
  views: 0,
  carts: 0,
  removals: 0,
  purchases: 0,
  refunds: 0,
  others: 0,
  rating: null,
  rated_at: 0,
  last_at: 0,
  ...rest,
});
const told = (rating: number, at: number, last = at): LabelTotals => totals({ rating, rated_at: at, last_at: last });
const read = (rating: number, ratedAt: number | null, since: number | null = null): SourceRating => ({
  rating,
  ratedAt,
  since,
});

describe("a rating that was given", () => {
  it.each<[string, LabelTotals | null, SourceRating | null, rating: number, at: number | null, last: number | null]>([
    ["the storefront's alone", told(2, 100), null, 2, 100, 100],
    ["the storefront's, before something else was done", told(2, 100, 150), null, 2, 100, 150],
    ["the replica's alone, with its time", null, read(4, 70), 4, 70, 70],
    ["the replica's alone, without a time", null, read(4, null), 4, null, null],
    ["the replica's alone, without a time, seen at some time", null, read(4, null, 60), 4, null, null],
    ["the replica's, of an item that was looked at", totals({ views: 1, last_at: 90 }), read(4, 70), 4, 70, 90],
    ["the replica's, after the last thing that was done", totals({ views: 1, last_at: 60 }), read(4, 70), 4, 70, 70],
    ["the storefront's, as the later", told(2, 100), read(4, 99), 2, 100, 100],
    ["the replica's, as the later", told(2, 100), read(4, 101), 4, 101, 101],
    ["of two at one time the storefront's, as the higher", told(5, 100), read(4, 100), 5, 100, 100],
    ["of two at one time the replica's, as the higher", told(2, 100), read(4, 100), 4, 100, 100],
    [
      "the storefront's, since the replica's without a time was seen before",
      told(2, 100),
      read(4, null, 99),
      2,
      100,
      100,
    ],
    ["the replica's without a time, since it was seen later", told(2, 100), read(4, null, 101), 4, null, 100],
    ["the storefront's, since the replica's was there before anything", told(2, 100), read(4, null, null), 2, 100, 100],
    // Its own time counts, not when we saw it.
    ["the storefront's, though the replica's was seen later", told(2, 100), read(4, 50, 200), 2, 100, 100],
  ])("is %s", (_, done, source, rating, ratedAt, lastInteractionAt) => {
    expect(labelOf(done, source, NOW, CONFIG)).toEqual({
      rating,
      kind: "explicit",
      rule: "explicit/1",
      ratedAt,
      lastInteractionAt,
    });
  });
});

describe("what was done", () => {
  it("implies a rating where none was given, as of the time that is asked for", () => {
    const bought = totals({ purchases: 1, last_at: NOW });
    const label = labelOf(bought, null, NOW, CONFIG);
    expect(label).toEqual({
      rating: 4,
      kind: "implicit",
      rule: implicitRuleOf(CONFIG),
      ratedAt: null,
      lastInteractionAt: NOW,
    });
    expect(labelOf(bought, null, NOW + 365 * DAY, CONFIG)?.rating).toBe(3.77);
  });

  it.each<[string, LabelTotals | null]>([
    ["nobody knows of anything", null],
    ["nothing counts", totals({ last_at: 5 })],
  ])("has no label where %s", (_, done) => {
    expect(labelOf(done, null, NOW, CONFIG)).toBeNull();
  });
});

describe("the state that a row shows", () => {
  const history = [
    { since: null, value: null },
    { since: 10, value: "first" },
    { since: 20, value: null },
    { since: 30, value: "again" },
  ];
  it.each([
    [9, 10, "first"],
    [10, 10, "first"],
    [19, 10, "first"],
    // Deleted in between: what it was before.
    [25, 10, "first"],
    [30, 30, "again"],
    [99, 30, "again"],
    [null, 10, "first"],
  ])("of a last interaction at %s is that since %i", (at, since, value) => {
    expect(stateForTraining(history, at)).toEqual({ since, value });
  });

  it("is what was so for as long as is known, where nothing else is known", () => {
    expect(stateForTraining([{ since: null, value: "always" }], 5)).toEqual({ since: null, value: "always" });
    expect(stateForTraining([{ since: null, value: "always" }], null)).toEqual({ since: null, value: "always" });
  });

  it("is none of what was never there", () => {
    expect(stateForTraining([{ since: null, value: null }], 5)).toBeNull();
  });
});
