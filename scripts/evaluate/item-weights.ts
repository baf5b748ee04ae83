import type { Catalogue } from "../../domain/catalogue/catalogue.ts";
import { ItemNeighboursBuilder } from "../../domain/catalogue/item-neighbours-builder.ts";
import { ItemNeighbours } from "../../domain/catalogue/item-neighbours.ts";
import { type ItemWeightLists, listOf } from "../train/item-weights/item-weight-lists.ts";

/** Item–item weights and the ids of the items between which they are. */
export interface ItemWeights {
  /** By place in `lists`. */
  readonly itemIds: readonly string[];
  readonly lists: ItemWeightLists;
}

/** The weights by the places of a catalogue, as a snapshot carries them; items that it does not have are left out. */
export function placeWeights(catalogue: Catalogue, { itemIds, lists }: ItemWeights): ItemNeighbours {
  const places = itemIds.map((itemId) => catalogue.placeOf(itemId));
  const builder = new ItemNeighboursBuilder(catalogue.size);
  places.forEach((from, own) => {
    if (from === undefined) return;
    const { items, weights } = listOf(lists, own);
    for (let position = 0; position < items.length; position++) {
      const to = places[items[position] ?? -1];
      if (to !== undefined) builder.add(from, to, weights[position] ?? 0);
    }
  });
  return new ItemNeighbours(builder.encode(catalogue.version, "evaluated"));
}
