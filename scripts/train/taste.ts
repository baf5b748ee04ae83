/** Share of the users of a batch of whom the features alone are shown: one who has just come has no past. */
const PAST_HIDDEN_SHARE = 0.3;
/** Of the others a share of the past between these is shown; the rest is to be found again. */
const SHOWN_SHARE_MIN = 0.2;
const SHOWN_SHARE_MAX = 0.8;
/** Keeps a sum of zeros from a division by zero. */
const LENGTH_MIN = 1e-12;

/** Which items of a past are shown to the model, and which it has to find: positions in the past. */
export interface ShownPast {
  readonly shown: readonly number[];
  readonly wanted: readonly number[];
}

/** Divides a past at random. What is wanted is never empty. */
export function dividePast(length: number, random: () => number): ShownPast {
  const share = random() < PAST_HIDDEN_SHARE ? 0 : SHOWN_SHARE_MIN + random() * (SHOWN_SHARE_MAX - SHOWN_SHARE_MIN);
  const shown: number[] = [];
  const wanted: number[] = [];
  for (let position = 0; position < length; position++) (random() < share ? shown : wanted).push(position);
  return wanted.length > 0 ? { shown, wanted } : { shown: [], wanted: shown };
}

/** The mean direction of some items' embeddings, and what its gradient needs. */
export class Taste {
  readonly vector: Float32Array;
  readonly #places: readonly number[];
  readonly #length: number;

  /** @param items embeddings of `dimension` numbers, one after the other; `places` none = no taste, all zeros */
  constructor(items: Float32Array, dimension: number, places: readonly number[]) {
    this.#places = places;
    this.vector = new Float32Array(dimension);
    for (const place of places)
      for (let column = 0; column < dimension; column++)
        this.vector[column] = (this.vector[column] ?? 0) + (items[place * dimension + column] ?? 0);
    this.#length = places.length === 0 ? 1 : Math.max(LENGTH_MIN, Math.hypot(...this.vector));
    for (let column = 0; column < dimension; column++) this.vector[column] = (this.vector[column] ?? 0) / this.#length;
  }

  /** With t = m / |m|, m = Σ e: adds (g − (g · t) t) / |m| to each item's slopes. @param slopes of the loss by `vector` */
  backward(slopes: Float32Array, itemSlopes: Float32Array): void {
    const dimension = this.vector.length;
    let along = 0;
    for (let column = 0; column < dimension; column++) along += (slopes[column] ?? 0) * (this.vector[column] ?? 0);
    for (const place of this.#places) {
      for (let column = 0; column < dimension; column++) {
        const at = place * dimension + column;
        const slope = ((slopes[column] ?? 0) - along * (this.vector[column] ?? 0)) / this.#length;
        itemSlopes[at] = (itemSlopes[at] ?? 0) + slope;
      }
    }
  }
}
