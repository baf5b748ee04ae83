import { neighboursPerItem } from "../../../domain/catalogue/item-neighbours.ts";
import type { Interaction } from "../training-data.ts";
import { shrunkCosine } from "./cosine.ts";
import { EASE_ITEMS_MAX, fitEase } from "./ease.ts";
import { gramMatrix } from "./gram.ts";
import type { InteractionMatrix } from "./interaction-matrix.ts";
import type { OnProgress } from "./invert.ts";
import type { ItemWeightLists } from "./item-weight-lists.ts";
import { type PastOptions, pastMatrix } from "./past-matrix.ts";
import { strongest } from "./strongest.ts";

/** How item–item weights are fitted. All but `shrinkage` belong to the closed form, which larger catalogues do without. */
export interface WeightOptions extends PastOptions {
  /** A past of n items counts n^−userPower as much: one who bought everything is not everyone. */
  readonly userPower: number;
  /** λ in interactions of mean weight. */
  readonly regularization: number;
  readonly dropout: number;
  /** What speaks for an item that n pasts have is divided by n^popularityPower. */
  readonly popularityPower: number;
  /** Of the cosine, in users. */
  readonly shrinkage: number;
}

/** Where the search begins. */
export const FIRST_WEIGHT_OPTIONS: WeightOptions = {
  rowsBy: "user",
  halfLifeDays: null,
  userPower: 0.25,
  regularization: 150,
  dropout: 0,
  popularityPower: 0,
  shrinkage: 10,
};

/** Weights before the strongest are chosen: a row for what having an item says of all others; null = too many items. */
export interface DenseWeights {
  readonly matrix: InteractionMatrix;
  readonly values: Float32Array | null;
}

function pastsOf({ items, columns }: InteractionMatrix): Float64Array {
  const counts = new Float64Array(items);
  for (const place of columns) counts[place] = (counts[place] ?? 0) + 1;
  return counts;
}

/** The mean weight of an interaction: what λ is counted in, so that one λ means the same for all ways to weigh pasts. */
function meanWeight(gram: Float64Array, { items, columns }: InteractionMatrix): number {
  let trace = 0;
  for (let item = 0; item < items; item++) trace += gram[item * items + item] ?? 0;
  // Without any interaction there is nothing to weigh, and λ is λ.
  return trace === 0 ? 1 : trace / columns.length;
}

/** The costly part of a fit: everything but `popularityPower`. @param placeOf of all items, 0 … n − 1 */
export async function fitDense(
  interactions: readonly Interaction[],
  placeOf: ReadonlyMap<string, number>,
  options: WeightOptions,
  onProgress?: OnProgress,
): Promise<DenseWeights> {
  const matrix = pastMatrix(interactions, placeOf, options);
  if (matrix.items > EASE_ITEMS_MAX) return { matrix, values: null };
  const gram = gramMatrix(matrix, options.userPower);
  const regularization = options.regularization * meanWeight(gram, matrix);
  return {
    matrix,
    values: await fitEase(gram, matrix.items, { regularization, dropout: options.dropout }, onProgress),
  };
}

/** The strongest weights of each item. */
export function strongestWeights({ matrix, values }: DenseWeights, options: WeightOptions): ItemWeightLists {
  const { items } = matrix;
  const perItemMax = neighboursPerItem(items);
  if (values === null) return shrunkCosine(matrix, { shrinkage: options.shrinkage, perItemMax });
  if (options.popularityPower === 0) return strongest(values, items, perItemMax);
  const shares = pastsOf(matrix).map((count) => Math.max(1, count) ** -options.popularityPower);
  const scaled = values.slice();
  for (let row = 0; row < items; row++) {
    for (let item = 0; item < items; item++) {
      const at = row * items + item;
      scaled[at] = (scaled[at] ?? 0) * (shares[item] ?? 1);
    }
  }
  return strongest(scaled, items, perItemMax);
}
