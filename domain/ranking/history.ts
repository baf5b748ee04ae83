import type { Catalogue } from "../catalogue/catalogue.ts";
import type { SessionView } from "../sessions/session.ts";

/** How much an interaction of this session tells of a taste, in views. A custom event counts as one. */
const KIND_WEIGHTS: Readonly<Record<string, number>> = {
  view_item: 1,
  select_item: 1,
  add_to_wishlist: 1.5,
  add_to_cart: 2,
  begin_checkout: 1,
  purchase: 2,
};
const REMOVED = "remove_from_cart";
/** What was bought earlier, or rated, counts as a view. */
const KNOWN_WEIGHT = 1;
/** A rating of this says nothing; each of the two stars above and below it half of what a rating may. */
const RATING_MIDDLE = 3;
const RATING_STARS = 2;

/** How a shopper's past is weighed (manifest `blend`). */
export interface HistoryWeights {
  /** What each older item counts of the next newer one: 1 = the order says nothing. */
  readonly recency: number;
  /** What a rating of five adds to an item, and a rating of one takes off it. */
  readonly rating: number;
}

/** An item of a shopper's past and how much it tells, negative for what was disliked. */
export interface HistoryEntry {
  readonly place: number;
  readonly weight: number;
}

/**
 * A shopper's past, each item once, what was touched last first: interactions of the session, then purchases, then
 * what is only known from a rating. Of several interactions with an item the most telling one counts; what was taken
 * out of the cart tells nothing of what was done before.
 */
export function historyOf(
  catalogue: Catalogue,
  session: Pick<SessionView, "recent" | "purchases" | "ratings">,
  { recency, rating }: HistoryWeights,
): HistoryEntry[] {
  const weights = new Map<number, number>();
  const removed = new Set<number>();
  const touch = (itemId: string, weight: number): void => {
    const place = catalogue.placeOf(itemId);
    if (place === undefined || removed.has(place)) return;
    weights.set(place, Math.max(weights.get(place) ?? 0, weight));
  };
  for (const { item_id, name } of session.recent.toReversed()) {
    if (name !== REMOVED) touch(item_id, KIND_WEIGHTS[name] ?? KNOWN_WEIGHT);
    else {
      const place = catalogue.placeOf(item_id);
      if (place !== undefined && !weights.has(place)) removed.add(place);
    }
  }
  for (const { item_id } of session.purchases.toReversed()) touch(item_id, KNOWN_WEIGHT);
  for (const { item_id } of session.ratings.toReversed()) touch(item_id, KNOWN_WEIGHT);
  const stars = new Map(
    session.ratings.map(({ item_id, rating: given }) => [
      catalogue.placeOf(item_id),
      (given - RATING_MIDDLE) / RATING_STARS,
    ]),
  );
  const entries: HistoryEntry[] = [];
  let share = 1;
  // A map keeps the order in which its keys came: the last touched first.
  for (const [place, weight] of weights) {
    entries.push({ place, weight: share * weight + rating * (stars.get(place) ?? 0) });
    share *= recency;
  }
  return entries;
}
