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

/** Sums by place, dense, with the places that were added to. */
export interface PlaceSums {
  /** Valid until {@link sumWeights} is called again. */
  readonly values: Float32Array;
  readonly places: readonly number[];
}

// One pair of arrays for all answers of an isolate: a sum is used up before the next begins, and only what was touched
// is cleared. A byte says what was touched, since a sum may come to 0.
let sums = new Float32Array(0);
let isTouched = new Uint8Array(0);
let touched: readonly number[] = [];

function clearedFor(size: number): void {
  if (sums.length < size) {
    sums = new Float32Array(size);
    isTouched = new Uint8Array(size);
    return;
  }
  for (const place of touched) {
    sums[place] = 0;
    isTouched[place] = 0;
  }
}

/** The item–item weights of a whole past, summed by place: score = Σ weight(entry) × weight(entry → place). */
export function sumWeights(source: WeightSource, history: readonly HistoryEntry[]): PlaceSums {
  clearedFor(source.catalogue.size);
  const places: number[] = [];
  touched = places;
  for (const { place, weight } of history) {
    const { items, weights } = weightsOf(source, place);
    for (let position = 0; position < items.length; position++) {
      const other = items[position] ?? 0;
      sums[other] = (sums[other] ?? 0) + weight * (weights[position] ?? 0);
      if (isTouched[other] !== 0) continue;
      isTouched[other] = 1;
      places.push(other);
    }
  }
  return { values: sums, places };
}
