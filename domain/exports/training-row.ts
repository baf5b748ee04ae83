import { impliedRating, type RatedTotals, type Rating, type RatingConfig } from "../ratings/implied-rating.ts";

/** A rating that the replica has. Times are milliseconds since 1970 UTC. */
export interface SourceRating {
  readonly rating: number;
  /** Null where the source does not say. */
  readonly ratedAt: number | null;
  /** When we first saw it; null: before anything that we know. */
  readonly since: number | null;
}

/** What the ledger has of a user and an item, as far as a label goes by it. */
export interface LabelTotals extends RatedTotals {
  readonly rated_at: number;
}

/** The label of a row of training data. Times are milliseconds since 1970 UTC, null where nobody knows. */
export interface Label extends Rating {
  readonly ratedAt: number | null;
  readonly lastInteractionAt: number | null;
}

type Given = { readonly rating: number; readonly at: number; readonly ratedAt: number | null };

/** Of a rating that the storefront told and one that the replica has, the later; of two at one time the higher. */
function later(one: Given | null, other: Given | null): Given | null {
  if (one === null || other === null) return one ?? other;
  if (one.at === other.at) return one.rating >= other.rating ? one : other;
  return one.at > other.at ? one : other;
}

/**
 * The label of a user and an item. A rating without a time counts as given when we first saw it, and does not move
 * `lastInteractionAt`: nobody knows that it was then.
 * @param totals null where the ledger has nothing
 * @param now milliseconds since 1970 UTC: what recency is counted from
 * @returns null where nothing tells of a taste
 */
export function labelOf(
  totals: LabelTotals | null,
  source: SourceRating | null,
  now: number,
  config: RatingConfig,
): Label | null {
  const told: Given | null =
    totals === null || totals.rating === null
      ? null
      : { rating: totals.rating, at: totals.rated_at, ratedAt: totals.rated_at };
  const read: Given | null =
    source === null
      ? null
      : { rating: source.rating, at: source.ratedAt ?? source.since ?? -Infinity, ratedAt: source.ratedAt };
  const given = later(told, read);
  const rated = impliedRating({ ...(totals ?? NOTHING_DONE), rating: given?.rating ?? null }, now, config);
  if (rated === null) return null;
  const last = Math.max(totals?.last_at ?? 0, source?.ratedAt ?? 0);
  return { ...rated, ratedAt: given?.ratedAt ?? null, lastInteractionAt: last > 0 ? last : null };
}

const NOTHING_DONE: RatedTotals = {
  views: 0,
  carts: 0,
  removals: 0,
  purchases: 0,
  refunds: 0,
  others: 0,
  rating: null,
  last_at: 0,
};
