import type { Nearest } from "./nearest.ts";

const FIRST_CAPACITY = 64;

/** The vectors of one namespace in one contiguous array, which is what makes an exact scan fast. */
export class NamespaceVectors {
  readonly #dimensions: number;
  readonly #ids: string[] = [];
  readonly #places = new Map<string, number>();
  #values: Float32Array;

  /** @param dimensions length of every vector, a multiple of four */
  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#values = new Float32Array(FIRST_CAPACITY * dimensions);
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Adds or replaces a vector. */
  put(id: string, values: Float32Array): void {
    let place = this.#places.get(id);
    if (place === undefined) {
      place = this.#ids.length;
      this.#ids.push(id);
      this.#places.set(id, place);
      if (this.#ids.length * this.#dimensions > this.#values.length) {
        const grown = new Float32Array(this.#values.length * 2);
        grown.set(this.#values);
        this.#values = grown;
      }
    }
    this.#values.set(values, place * this.#dimensions);
  }

  /** Removes a vector; the last one takes its place, so that the array has no holes. */
  remove(id: string): void {
    const place = this.#places.get(id);
    const last = this.#ids.pop();
    if (place === undefined || last === undefined) throw new Error(`The vector ${id} is not in this namespace.`);
    this.#places.delete(id);
    if (last === id) return;
    this.#ids[place] = last;
    this.#places.set(last, place);
    const from = this.#ids.length * this.#dimensions;
    this.#values.copyWithin(place * this.#dimensions, from, from + this.#dimensions);
  }

  /** A copy of a vector. */
  get(id: string): Float32Array | undefined {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    return this.#values.slice(place * this.#dimensions, (place + 1) * this.#dimensions);
  }

  /** Offers every vector with its dot product with `query`. */
  scan(query: Float32Array, nearest: Nearest): void {
    const values = this.#values;
    const dimensions = this.#dimensions;
    let start = 0;
    for (const id of this.#ids) {
      // Four sums at a time: one alone would wait for itself with every addition.
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let column = 0; column < dimensions; column += 4) {
        const at = start + column;
        a += (values[at] ?? 0) * (query[column] ?? 0);
        b += (values[at + 1] ?? 0) * (query[column + 1] ?? 0);
        c += (values[at + 2] ?? 0) * (query[column + 2] ?? 0);
        d += (values[at + 3] ?? 0) * (query[column + 3] ?? 0);
      }
      const score = a + b + (c + d);
      if (score > nearest.threshold) nearest.offer(id, score);
      start += dimensions;
    }
  }
}
