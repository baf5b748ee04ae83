import type { Catalogue } from "../catalogue/catalogue.ts";
import type { SessionView } from "../sessions/session.ts";

/** How much an interaction tells of a taste, in views. A custom event brings its own weight. */
const KIND_WEIGHTS: Readonly<Record<string, number>> = {
  view_item: 1,
  select_item: 1,
  add_to_wishlist: 2,
  add_to_cart: 3,
  remove_from_cart: -1,
  begin_checkout: 1,
  purchase: 5,
};
const PURCHASE_WEIGHT = 1;
/** What a shopper did last tells most: each older interaction counts this much of the next newer one … */
const INTERACTION_DECAY = 0.9;
/** … and each older purchase this much: what was bought last year still tells a taste. */
const PURCHASE_DECAY = 0.99;
/** A rating of 3 says nothing, 5 counts as this much, 1 as its negative. */
const RATING_WEIGHT = 1;

/** An item of a shopper's past and how much it tells, negative for what was disliked. */
export interface HistoryEntry {
  readonly place: number;
  readonly weight: number;
}

/** A shopper's past as weighted items, newest first: interactions of the session, then purchases, then ratings. */
export function historyOf(catalogue: Catalogue, session: SessionView): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  const add = (itemId: string, weight: number): void => {
    const place = catalogue.placeOf(itemId);
    if (place !== undefined && weight !== 0) entries.push({ place, weight });
  };
  let decay = 1;
  for (let position = session.recent.length - 1; position >= 0; position--) {
    const interaction = session.recent[position];
    if (interaction === undefined) continue;
    add(interaction.item_id, decay * (KIND_WEIGHTS[interaction.name] ?? 1));
    decay *= INTERACTION_DECAY;
  }
  decay = 1;
  for (let position = session.purchases.length - 1; position >= 0; position--) {
    const purchase = session.purchases[position];
    if (purchase === undefined) continue;
    add(purchase.item_id, decay * PURCHASE_WEIGHT);
    decay *= PURCHASE_DECAY;
  }
  for (const { item_id, rating } of session.ratings) add(item_id, (RATING_WEIGHT * (rating - 3)) / 2);
  return entries;
}
