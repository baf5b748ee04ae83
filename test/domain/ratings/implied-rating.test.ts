import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import config from "../../../endcap.config.ts";
import { defineConfig, type EndcapConfigInput } from "../../../domain/config/schema.ts";
import type { Interaction } from "../../../domain/events/interaction.ts";
import { totalsOf } from "../../../domain/ledger/totals.ts";
import { impliedRating, type RatedTotals, type RatingConfig } from "../../../domain/ratings/implied-rating.ts";

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const NOTHING = { views: 0, carts: 0, removals: 0, purchases: 0, others: 0, refunds: 0, rating: null, last_at: NOW };

function withRatings(ratings: EndcapConfigInput["ratings"]): RatingConfig {
  const { shop, source } = config;
  return defineConfig({ shop, source, ratings }).ratings;
}

function totalsFrom(min: number): fc.Arbitrary<RatedTotals> {
  const count = fc.oneof(fc.integer({ min, max: 5 }), fc.integer({ min, max: 1_000 }));
  return fc.record({
    views: count,
    carts: count,
    removals: count,
    purchases: count,
    others: count,
    refunds: count,
    rating: fc.constant(null),
    last_at: fc.integer({ min: NOW - 2_000 * DAY, max: NOW + DAY }),
  });
}
const totalsArbitrary = totalsFrom(0);
const weight = fc.double({ min: 0, max: 100, noNaN: true });
const configArbitrary = fc.oneof(
  fc.constant(config.ratings),
  fc
    .record({
      weights: fc.record({
        view: weight,
        other: weight,
        cart: weight,
        purchase: weight,
        removal: weight,
        refund: weight,
      }),
      halfLifeDays: fc.double({ min: 0.01, max: 10_000, noNaN: true }),
      oldShare: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(withRatings),
);
/** When the one more thing happened: before or after what is known so far. */
const timeArbitrary = fc.integer({ min: NOW - 2_000 * DAY, max: NOW });

const implied = (totals: RatedTotals, under = config.ratings) => impliedRating(totals, NOW, under)?.rating ?? null;

function oneMore(totals: RatedTotals, signal: keyof RatedTotals, at: number): RatedTotals {
  return { ...totals, [signal]: (totals[signal] ?? 0) + 1, last_at: Math.max(totals.last_at, at) };
}

describe("an implied rating", () => {
  it("is always between 1 and 5, also when a correction came before what it corrects", () => {
    fc.assert(
      fc.property(totalsFrom(-2), configArbitrary, (totals, under) => {
        const rating = implied(totals, under);
        if (rating === null) return;
        expect(rating).toBeGreaterThanOrEqual(1);
        expect(rating).toBeLessThanOrEqual(5);
      }),
    );
  });

  it.each(["views", "carts", "purchases", "others"] as const)("is never lowered by one more of the %s", (signal) => {
    fc.assert(
      fc.property(totalsArbitrary, configArbitrary, timeArbitrary, (totals, under, at) => {
        const before = implied(totals, under);
        if (before === null) return;
        expect(implied(oneMore(totals, signal, at), under)).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it.each(["removals", "refunds"] as const)("is never raised by one more of the %s", (signal) => {
    fc.assert(
      fc.property(totalsArbitrary, configArbitrary, timeArbitrary, (totals, under, at) => {
        const before = implied(totals, under);
        if (before === null) return;
        expect(implied(oneMore(totals, signal, at), under)).toBeLessThanOrEqual(before);
      }),
    );
  });

  it("is never raised by the time that goes by", () => {
    fc.assert(
      fc.property(totalsArbitrary, configArbitrary, fc.nat(5_000 * DAY), (totals, under, later) => {
        const before = impliedRating(totals, NOW, under);
        if (before === null) return;
        expect(impliedRating(totals, NOW + later, under)?.rating).toBeLessThanOrEqual(before.rating);
      }),
    );
  });

  it("does not depend on the order in which the events came", () => {
    const names = [
      "view_item",
      "add_to_cart",
      "remove_from_cart",
      "purchase",
      "refund",
      "add_to_wishlist",
      "rate_item",
    ];
    const interactions = fc
      .array(
        fc.record({ name: fc.constantFrom(...names), at: timeArbitrary, rating: fc.integer({ min: 1, max: 5 }) }),
        {
          minLength: 1,
          maxLength: 30,
        },
      )
      .map((events) =>
        events.map(({ name, at, rating }, position): Interaction => ({
          event_id: String(position),
          name,
          shopper: "u:1",
          at,
          received_at: at,
          items: [{ item_id: "a", quantity: 1, price: 10 }],
          params: { rating, transaction_id: "t" },
        })),
      );
    const shuffled = interactions.chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
    );
    fc.assert(
      fc.property(shuffled, ([events, others]) => {
        const rate = (some: readonly Interaction[]) =>
          totalsOf(some).map((totals) => impliedRating(totals, NOW, config.ratings));
        expect(rate(others)).toEqual(rate(events));
      }),
    );
  });

  it("of an item that was only looked past in a list is none", () => {
    expect(impliedRating(NOTHING, NOW, config.ratings)).toBeNull();
    const past = { name: "view_item_list", shopper: "u:1", at: NOW, received_at: NOW, items: [{ item_id: "a" }] };
    expect(totalsOf([{ ...past, event_id: "1", params: {} }])).toEqual([]);
  });

  it("gives way to the rating that the shopper gave", () => {
    expect(impliedRating({ ...NOTHING, purchases: 9, rating: 2 }, NOW, config.ratings)).toEqual({
      rating: 2,
      kind: "explicit",
      rule: "explicit/1",
    });
  });

  it("tells apart under which configuration it was made", () => {
    const totals = { ...NOTHING, views: 1 };
    const rules = [config.ratings, withRatings({}), withRatings({ weights: { view: 0.5 } })].map(
      (under) => impliedRating(totals, NOW, under)?.rule,
    );
    expect(rules[0]).toMatch(/^implicit\/1-[0-9a-f]{8}$/);
    expect(rules[1]).toBe(rules[0]);
    expect(rules[2]).not.toBe(rules[0]);
  });
});
