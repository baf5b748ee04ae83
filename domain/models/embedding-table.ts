const FIRST_CAPACITY = 256;

/** Embeddings by id, in one growing array. */
export class EmbeddingTable {
  readonly dimension: number;
  readonly #places = new Map<string, number>();
  #values: Float32Array;

  constructor(dimension: number) {
    this.dimension = dimension;
    this.#values = new Float32Array(FIRST_CAPACITY * dimension);
  }

  get size(): number {
    return this.#places.size;
  }

  /**
   * Adds an embedding of `dimension` numbers.
   * @returns false when the id has one already, which stays
   * @throws RangeError when it has another length
   */
  add(id: string, embedding: Float32Array): boolean {
    if (embedding.length !== this.dimension)
      throw new RangeError(`The embedding of "${id}" has ${embedding.length} numbers, not ${this.dimension}.`);
    if (this.#places.has(id)) return false;
    const place = this.#places.size;
    if ((place + 1) * this.dimension > this.#values.length) {
      const grown = new Float32Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values.set(embedding, place * this.dimension);
    this.#places.set(id, place);
    return true;
  }

  /** True when the id has an embedding. */
  has(id: string): boolean {
    return this.#places.has(id);
  }

  /** A copy of an embedding, or null for an id that has none. */
  get(id: string): Float32Array | null {
    const place = this.#places.get(id);
    return place === undefined ? null : this.#values.slice(place * this.dimension, (place + 1) * this.dimension);
  }
}
