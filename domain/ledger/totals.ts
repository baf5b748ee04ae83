import type { Interaction, InteractionItem } from "../events/interaction.ts";

/** What a shopper has done with one item so far. Counts are of events, `quantity` of pieces bought. */
export interface Totals {
  readonly shopper: string;
  readonly item_id: string;
  readonly views: number;
  readonly carts: number;
  readonly removals: number;
  readonly purchases: number;
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

const NOTHING: Counts = {
  views: 0,
  carts: 0,
  removals: 0,
  purchases: 0,
  others: 0,
  quantity: 0,
  revenue: 0,
  rating: null,
  rated_at: 0,
  last_at: 0,
};

function counted(before: Counts, { name, at, params }: Interaction, item: InteractionItem): Counts {
  const counts = { ...before, last_at: Math.max(before.last_at, at) };
  const pieces = item.quantity ?? 1;
  const money = pieces * (item.price ?? 0);
  switch (name) {
    case "view_item":
      return { ...counts, views: counts.views + 1 };
    case "add_to_cart":
      return { ...counts, carts: counts.carts + 1 };
    case "remove_from_cart":
      return { ...counts, removals: counts.removals + 1 };
    case "purchase":
      return {
        ...counts,
        purchases: counts.purchases + 1,
        quantity: counts.quantity + pieces,
        revenue: counts.revenue + money,
      };
    case "refund":
      return { ...counts, quantity: counts.quantity - pieces, revenue: counts.revenue - money };
    case "rate_item": {
      const rating = params["rating"];
      if (typeof rating !== "number" || at < counts.rated_at) return counts;
      return { ...counts, rating, rated_at: at };
    }
    default:
      return { ...counts, others: counts.others + 1 };
  }
}

/**
 * What these interactions add to the totals, one entry per shopper and item: the ledger adds the counts to what it
 * has, and takes the later `last_at` and rating. A list that was looked past is not an interest: `view_item_list`
 * changes nothing.
 */
export function totalsOf(interactions: readonly Interaction[]): Totals[] {
  const byShopper = new Map<string, Map<string, Counts>>();
  for (const interaction of interactions) {
    if (interaction.name === "view_item_list") continue;
    const byItem = byShopper.get(interaction.shopper) ?? new Map<string, Counts>();
    byShopper.set(interaction.shopper, byItem);
    for (const item of interaction.items) {
      byItem.set(item.item_id, counted(byItem.get(item.item_id) ?? NOTHING, interaction, item));
    }
  }
  return [...byShopper].flatMap(([shopper, byItem]) =>
    [...byItem].map(([item_id, counts]) => ({ shopper, item_id, ...counts })),
  );
}
