import { encodeColumns } from "./binary.ts";

/** Largest value of a signed byte: the largest component of all embeddings is scaled to it. */
const BYTE_MAX = 127;
/** Embeddings that share one allocation: growing by copying would hold everything twice. */
const CHUNK_ITEMS = 2_000;

/**
 * Embeddings of a snapshot's items in the making, added one by one in the order of places. The bytes are those of
 * `encodeItemVectors`; they can only be made at the end, since their scale is the largest component of all, so until
 * then there are four bytes for each component, and nothing else.
 */
export class ItemVectorsBuilder {
  readonly #dimension: number;
  readonly #chunks: Float32Array[] = [];
  #size = 0;
  #largest = 0;

  constructor(dimension: number) {
    this.#dimension = dimension;
  }

  /** Adds the embedding of the next place, null for an item without one. */
  add(embedding: Float32Array | null): void {
    const position = this.#size % CHUNK_ITEMS;
    if (position === 0) this.#chunks.push(new Float32Array(CHUNK_ITEMS * this.#dimension));
    this.#size += 1;
    if (embedding === null) return;
    this.#chunks.at(-1)?.set(embedding, position * this.#dimension);
    for (const value of embedding) this.#largest = Math.max(this.#largest, Math.abs(value));
  }

  /** Quantises the embeddings and packs them for `decodeItemVectors`. */
  encode(catalogue: string, model: string): ArrayBuffer {
    const scale = this.#largest === 0 ? 1 : this.#largest / BYTE_MAX;
    const values = new Int8Array(this.#size * this.#dimension);
    this.#chunks.forEach((chunk, number) => {
      const offset = number * CHUNK_ITEMS * this.#dimension;
      const length = Math.min(chunk.length, values.length - offset);
      for (let component = 0; component < length; component++)
        values[offset + component] = Math.round((chunk[component] ?? 0) / scale);
    });
    return encodeColumns({ catalogue, model, dimension: this.#dimension, scale }, { values });
  }
}
