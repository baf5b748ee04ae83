import { decodeColumns, encodeColumns } from "./binary.ts";

/** Largest value of a signed byte: an embedding's largest component is scaled to it. */
const BYTE_MAX = 127;

interface VectorsMeta {
  readonly catalogue: string;
  readonly model: string;
  readonly dimension: number;
  /** What one unit of a byte stands for. */
  readonly scale: number;
}

/** Item embeddings of one model by place in one catalogue snapshot, a byte per component: enough to compare items. */
export interface ItemVectors {
  readonly catalogue: string;
  readonly model: string;
  readonly dimension: number;
  readonly scale: number;
  /** `size × dimension`; all zeros for an item without an embedding. */
  readonly values: Int8Array;
  /** 1 / length of each item's bytes, 0 for an item without an embedding: a cosine is then one dot product. */
  readonly inverseLengths: Float32Array;
}

/** Quantises embeddings (null = none) and packs them. */
export function encodeItemVectors(
  catalogue: string,
  model: string,
  dimension: number,
  embeddings: readonly (Float32Array | null)[],
): ArrayBuffer {
  let largest = 0;
  for (const embedding of embeddings) for (const value of embedding ?? []) largest = Math.max(largest, Math.abs(value));
  const scale = largest === 0 ? 1 : largest / BYTE_MAX;
  const values = new Int8Array(embeddings.length * dimension);
  embeddings.forEach((embedding, place) => {
    embedding?.forEach((value, component) => (values[place * dimension + component] = Math.round(value / scale)));
  });
  const meta: VectorsMeta = { catalogue, model, dimension, scale };
  return encodeColumns(meta, { values });
}

/** Opens what {@link encodeItemVectors} made. @throws Error when the bytes are not that. */
export function decodeItemVectors(bytes: ArrayBuffer): ItemVectors {
  const reader = decodeColumns<VectorsMeta>(bytes);
  const values = reader.column("values", "i8");
  const { dimension } = reader.meta;
  const inverseLengths = new Float32Array(values.length / dimension);
  for (let place = 0; place < inverseLengths.length; place++) {
    let squares = 0;
    for (let component = 0; component < dimension; component++)
      squares += (values[place * dimension + component] ?? 0) ** 2;
    inverseLengths[place] = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  }
  return { ...reader.meta, values, inverseLengths };
}

/** Cosine of two items' embeddings; 0 when one has none. */
export function cosineOfItems(
  { dimension, values, inverseLengths }: ItemVectors,
  first: number,
  second: number,
): number {
  const firstOffset = first * dimension;
  const secondOffset = second * dimension;
  let dot = 0;
  for (let component = 0; component < dimension; component++) {
    dot += (values[firstOffset + component] ?? 0) * (values[secondOffset + component] ?? 0);
  }
  return dot * (inverseLengths[first] ?? 0) * (inverseLengths[second] ?? 0);
}

/**
 * The weighted mean of some items' embeddings, scaled to length 1, or null when none of them has one.
 * @returns `Float32Array` of `dimension`
 */
export function meanVector(
  vectors: ItemVectors,
  weighted: readonly { readonly place: number; readonly weight: number }[],
): Float32Array | null {
  const { dimension, values } = vectors;
  const sum = new Float32Array(dimension);
  for (const { place, weight } of weighted) {
    const offset = place * dimension;
    for (let component = 0; component < dimension; component++) {
      sum[component] = (sum[component] ?? 0) + weight * (values[offset + component] ?? 0);
    }
  }
  let squares = 0;
  for (const value of sum) squares += value * value;
  if (squares === 0) return null;
  const length = Math.sqrt(squares);
  return sum.map((value) => value / length);
}

/** Dot product of a vector and an item's embedding. */
export function dotWithItem(vectors: ItemVectors, vector: Float32Array, place: number): number {
  const { dimension, values, scale } = vectors;
  const offset = place * dimension;
  let sum = 0;
  for (let component = 0; component < dimension; component++)
    sum += (vector[component] ?? 0) * (values[offset + component] ?? 0);
  return sum * scale;
}
