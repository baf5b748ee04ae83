import type { Interaction } from "../events/interaction.ts";
import { ONE_OFF_PREFIX, SIGN_IN } from "./routing.ts";

/** What a shopper has done with one item so far. Counts are of events, `quantity` of pieces bought. */
export interface Totals {
  readonly shopper: string;
  readonly item_id: string;
  readonly views: number;
  readonly carts: number;
  readonly removals: number;
  /** Orders that hold the item. */
  readonly purchases: number;
  /** Orders that were cancelled or given back as a whole, as far as this item goes. */
  readonly refunds: number;
  /** Events of other names (wish lists, selections, a shop's own). */
  readonly others: number;
  readonly quantity: number;
  /** Sum of price × quantity, in the shop's currency; refunds are taken off. */
  readonly revenue: number;
  /** 1–5, the latest; null when never rated. */
  readonly rating: number | null;
  /** Milliseconds since 1970 UTC, 0 when never rated. */
  readonly rated_at: number;
  /** Milliseconds since 1970 UTC. */
  readonly last_at: number;
}

type Counts = Omit<Totals, "shopper" | "item_id">;

/** Of an item of which nothing is known. */
export const NO_TOTALS: Counts = {
  views: 0,
  carts: 0,
  removals: 0,
  purchases: 0,
  refunds: 0,
  others: 0,
  quantity: 0,
  revenue: 0,
  rating: null,
  rated_at: 0,
  last_at: 0,
};

/** A list that was looked past is no interest; orders come to the totals by what they came to (order-state.ts). */
const NOT_COUNTED: ReadonlySet<string> = new Set(["view_item_list", "purchase", "refund", SIGN_IN]);

function counted(before: Counts, { name, at, params }: Interaction): Counts {
  const counts = { ...before, last_at: Math.max(before.last_at, at) };
  switch (name) {
    case "view_item":
      return { ...counts, views: counts.views + 1 };
    case "add_to_cart":
      return { ...counts, carts: counts.carts + 1 };
    case "remove_from_cart":
      return { ...counts, removals: counts.removals + 1 };
    case "rate_item": {
      const rating = params["rating"];
      if (typeof rating !== "number") return counts;
      return { ...counts, ...laterRating(counts, { rating, rated_at: at }) };
    }
    default:
      return { ...counts, others: counts.others + 1 };
  }
}

type Rated = Pick<Totals, "rating" | "rated_at">;

/** The later of two ratings; of two at the same time the higher, so that it makes no difference which came first. */
function laterRating(one: Rated, other: Rated): Rated {
  if (other.rating === null) return { rating: one.rating, rated_at: one.rated_at };
  if (one.rating === null || other.rated_at > one.rated_at) return { rating: other.rating, rated_at: other.rated_at };
  if (other.rated_at < one.rated_at) return { rating: one.rating, rated_at: one.rated_at };
  return { rating: Math.max(one.rating, other.rating), rated_at: one.rated_at };
}

/**
 * What these interactions add to the totals, one entry per shopper and item: the ledger adds the counts to what it
 * has, and takes the later `last_at` and rating. What a one-off id did belongs to nobody's totals.
 */
export function totalsOf(interactions: readonly Interaction[]): Totals[] {
  const byShopper = new Map<string, Map<string, Counts>>();
  for (const interaction of interactions) {
    const { shopper, name } = interaction;
    if (NOT_COUNTED.has(name) || shopper.startsWith(ONE_OFF_PREFIX)) continue;
    const byItem = byShopper.get(shopper) ?? new Map<string, Counts>();
    byShopper.set(shopper, byItem);
    for (const item of interaction.items) {
      byItem.set(item.item_id, counted(byItem.get(item.item_id) ?? NO_TOTALS, interaction));
    }
  }
  return [...byShopper].flatMap(([shopper, byItem]) =>
    [...byItem].map(([item_id, counts]) => ({ shopper, item_id, ...counts })),
  );
}
