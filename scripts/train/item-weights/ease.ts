import { invertPositiveDefinite, type OnProgress } from "./invert.ts";

/**
 * Catalogues up to this size get their weights from the closed form: 0.4 GB of matrices and about a dozen seconds of one
 * core. Both grow fast beyond it (memory by the square, time by the cube): there {@link shrunkCosine} takes over.
 *
 * @see shrunkCosine in cosine.ts
 */
export const EASE_ITEMS_MAX = 4_096;

/** What keeps the weights from learning the training data by heart. */
export interface EaseOptions {
  /** λ, in interactions: added to each item's own count; the larger, the more the popular pairs alone count. */
  readonly regularization: number;
  /** Share of the past that is thought away, from 0 (the original) to below 1: what is left has to say it again. */
  readonly dropout: number;
}

/**
 * Item–item weights that rebuild each user's row from the rest of that row with least square error, in closed form:
 * B = I − P · diag(1 / P_ii) with P = (G + Λ)⁻¹ (Steck, "Embarrassingly shallow autoencoders for sparse data", 2019),
 * and Λ_ii = λ + p / (1 − p) · G_ii for a share p of dropout (Steck, "Autoencoders that don't overfit towards the
 * identity", 2020).
 * @param gram `items × items` numbers, row by row, as {@link gramMatrix} makes it; not changed
 * @returns B, row by row: `B[j * items + i]` is what having item `j` says of item `i`; 0 on the diagonal
 * @throws RangeError on options out of range, Error when G + Λ is not positive definite
 */
export async function fitEase(
  gram: Float64Array,
  items: number,
  { regularization, dropout }: EaseOptions,
  onProgress?: OnProgress,
): Promise<Float32Array> {
  if (!(dropout >= 0 && dropout < 1)) throw new RangeError(`dropout is ${dropout}, not from 0 to below 1.`);
  if (!(regularization > 0)) throw new RangeError(`regularization is ${regularization}, not above 0.`);
  const precision = gram.slice();
  for (let item = 0; item < items; item++) {
    const at = item * items + item;
    precision[at] = regularization + (precision[at] ?? 0) / (1 - dropout);
  }
  await invertPositiveDefinite(precision, items, onProgress);
  const scales = Float64Array.from({ length: items }, (_, item) => -1 / (precision[item * items + item] ?? 0));
  const weights = new Float32Array(items * items);
  for (let row = 0; row < items; row++) {
    const start = row * items;
    for (let column = 0; column < items; column++)
      weights[start + column] = (precision[start + column] ?? 0) * (scales[column] ?? 0);
    weights[start + row] = 0;
  }
  return weights;
}
