/** An item of a shelf, best first. */
export interface ShelfItem {
  readonly item_id: string;
  readonly score: number;
}

/** How alike two models' shelves are. */
export interface ShelfComparison {
  /** Share of the items of the longer shelf that both have, 0–1; only the first {@link COMPARED_ITEMS_MAX} of each count. */
  readonly overlap: number;
  /** Kendall's tau of the items that both have: 1 in the same order, −1 in the opposite one; null for fewer than two. */
  readonly tau: number | null;
}

/** Of each shelf the first so many items are compared: what a shopper sees without scrolling. */
export const COMPARED_ITEMS_MAX = 10;

/**
 * Kendall's tau (1938) of two orders of the same items. Every place is taken once, so there are no ties.
 * @param places of the items in the second order, in the order of the first
 */
function kendallTau(places: readonly number[]): number | null {
  if (places.length < 2) return null;
  let agreeing = 0;
  places.forEach((place, position) => {
    for (const later of places.slice(position + 1)) agreeing += later > place ? 1 : -1;
  });
  return agreeing / ((places.length * (places.length - 1)) / 2);
}

/** Compares two shelves that answer the same request. Neither is empty, and neither has an item twice. */
export function compareShelves(one: readonly ShelfItem[], other: readonly ShelfItem[]): ShelfComparison {
  const first = one.slice(0, COMPARED_ITEMS_MAX);
  const second = other.slice(0, COMPARED_ITEMS_MAX);
  const placeInSecond = new Map(second.map((item, place) => [item.item_id, place]));
  const common = first.flatMap((item) => placeInSecond.get(item.item_id) ?? []);
  return {
    overlap: common.length / Math.max(1, first.length, second.length),
    tau: kendallTau(common),
  };
}
