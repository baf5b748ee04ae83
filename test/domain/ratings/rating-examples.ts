import { type RatedTotals } from "../../../domain/ratings/implied-rating.ts";

/** Examples of the rule: the table in docs/ratings.md is made of them. */
export interface RatingExample {
  readonly what: string;
  readonly counts: Partial<RatedTotals>;
  readonly daysAgo: number;
}

export const RATING_EXAMPLES: readonly RatingExample[] = [
  { what: "seen in a list only", counts: {}, daysAgo: 0 },
  { what: "viewed", counts: { views: 1 }, daysAgo: 0 },
  { what: "viewed", counts: { views: 1 }, daysAgo: 365 },
  { what: "viewed three times", counts: { views: 3 }, daysAgo: 0 },
  { what: "viewed, in the cart", counts: { views: 1, carts: 1 }, daysAgo: 0 },
  { what: "viewed, in the cart, taken out", counts: { views: 1, carts: 1, removals: 1 }, daysAgo: 0 },
  { what: "bought", counts: { purchases: 1 }, daysAgo: 0 },
  { what: "bought", counts: { purchases: 1 }, daysAgo: 365 },
  { what: "viewed, in the cart, bought", counts: { views: 1, carts: 1, purchases: 1 }, daysAgo: 0 },
  { what: "bought in three orders", counts: { purchases: 3 }, daysAgo: 0 },
  { what: "bought in two orders, one given back", counts: { purchases: 1, refunds: 1 }, daysAgo: 0 },
  { what: "viewed, in the cart, bought, given back", counts: { views: 1, carts: 1, refunds: 1 }, daysAgo: 0 },
  { what: "bought, rated 2", counts: { purchases: 1, rating: 2 }, daysAgo: 0 },
];
