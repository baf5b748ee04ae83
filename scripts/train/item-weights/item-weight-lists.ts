import type { NeighbourList } from "../../../domain/catalogue/item-neighbours.ts";

/** What having each item says of others, one list after the other, each with the strongest first. */
export interface ItemWeightLists {
  /** One more than there are items: the list of place `p` stands from `starts[p]` up to `starts[p + 1]`. */
  readonly starts: Uint32Array;
  /** Places of neighbours. */
  readonly items: Uint32Array;
  /** One by one with `items`. */
  readonly weights: Float32Array;
}

/** The neighbours of the item at `place`, as views; none beyond the last item. */
export function listOf({ starts, items, weights }: ItemWeightLists, place: number): NeighbourList {
  const start = starts[place] ?? 0;
  const end = starts[place + 1] ?? start;
  return { items: items.subarray(start, end), weights: weights.subarray(start, end) };
}

/** Packs the lists of all items, in the order of their places. */
export function packLists(lists: readonly NeighbourList[]): ItemWeightLists {
  const starts = new Uint32Array(lists.length + 1);
  lists.forEach((list, place) => (starts[place + 1] = (starts[place] ?? 0) + list.items.length));
  const items = new Uint32Array(starts.at(-1) ?? 0);
  const weights = new Float32Array(items.length);
  lists.forEach((list, place) => {
    items.set(list.items, starts[place]);
    weights.set(list.weights, starts[place]);
  });
  return { starts, items, weights };
}
