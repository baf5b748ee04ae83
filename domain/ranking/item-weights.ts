import type { Catalogue } from "../catalogue/catalogue.ts";
import type { ItemNeighbours, NeighbourList } from "../catalogue/item-neighbours.ts";
import type { HistoryEntry } from "./history.ts";

/** Where item–item weights come from: the active model's, else what is bought in one order. */
export interface WeightSource {
  readonly catalogue: Catalogue;
  readonly itemWeights: ItemNeighbours | null;
}

/** What having the item at `place` says of others, the strongest first. */
export function weightsOf({ catalogue, itemWeights }: WeightSource, place: number): NeighbourList {
  return itemWeights === null ? catalogue.togetherWith(place) : itemWeights.of(place);
}

/** Sums by place, dense, with the places that are not 0. */
export interface PlaceSums {
  /** Valid until {@link sumWeights} is called again. */
  readonly values: Float32Array;
  readonly places: readonly number[];
}

// One array for all answers of an isolate: a sum is used up before the next begins, and only what was touched is cleared.
let scratch = new Float32Array(0);
let touched: number[] = [];

/** The item–item weights of a whole past, summed by place: score = Σ weight(entry) × weight(entry → place). */
export function sumWeights(source: WeightSource, history: readonly HistoryEntry[]): PlaceSums {
  if (scratch.length < source.catalogue.size) scratch = new Float32Array(source.catalogue.size);
  else for (const place of touched) scratch[place] = 0;
  const places: number[] = [];
  const seen = new Set<number>();
  for (const { place, weight } of history) {
    const { items, weights } = weightsOf(source, place);
    for (let position = 0; position < items.length; position++) {
      const other = items[position] ?? 0;
      scratch[other] = (scratch[other] ?? 0) + weight * (weights[position] ?? 0);
      if (!seen.has(other)) {
        seen.add(other);
        places.push(other);
      }
    }
  }
  touched = places;
  return { values: scratch, places };
}
