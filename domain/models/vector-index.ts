/**
 * The vector database as Endcap uses it: a subset of Cloudflare Vectorize's own methods, so that the production
 * binding satisfies it unchanged and the local stand-in is called through the same lines of code.
 */
export interface VectorIndex {
  describe(): Promise<VectorIndexInfo>;
  query(vector: readonly number[] | Float32Array, options?: VectorQueryOptions): Promise<VectorMatches>;
  queryById(id: string, options?: VectorQueryOptions): Promise<VectorMatches>;
  insert(vectors: StoredVector[]): Promise<VectorMutation>;
  upsert(vectors: StoredVector[]): Promise<VectorMutation>;
  getByIds(ids: string[]): Promise<StoredVector[]>;
  deleteByIds(ids: string[]): Promise<VectorMutation>;
}

export interface StoredVector {
  id: string;
  values: number[] | Float32Array | Float64Array;
  namespace?: string;
}

export interface VectorQueryOptions {
  topK?: number;
  namespace?: string;
  returnValues?: boolean;
}

export interface VectorMatches {
  matches: { id: string; score: number; namespace?: string; values?: number[] | Float32Array | Float64Array }[];
  count: number;
}

export interface VectorMutation {
  mutationId: string;
}

export interface VectorIndexInfo {
  vectorCount: number;
  dimensions: number;
  /** The newest mutation that queries can see; writes are asynchronous. */
  processedUpToMutation: string | number;
}

/** Dimensions of the one Vectorize index; shorter embeddings are padded with zeros, which changes no dot product. */
export const VECTOR_INDEX_DIMENSIONS = 64;
/** Vectorize's own limits, which the stand-in enforces too. */
export const VECTOR_ID_MAX_BYTES = 64;
export const VECTOR_QUERY_MAX_TOP_K = 100;
export const VECTOR_QUERY_MAX_TOP_K_WITH_VALUES = 20;
export const VECTOR_UPSERT_MAX_VECTORS = 1_000;
/** One call deletes at most as many ids … */
export const VECTOR_DELETE_MAX_IDS = 100;
/** … and reads at most as many. */
export const VECTOR_GET_MAX_IDS = 20;
export const VECTOR_QUERY_DEFAULT_TOP_K = 5;

/** An embedding of up to {@link VECTOR_INDEX_DIMENSIONS} numbers, padded with zeros: what the index stores and is asked with. */
export function padToIndex(embedding: ArrayLike<number>): Float32Array {
  const padded = new Float32Array(VECTOR_INDEX_DIMENSIONS);
  padded.set(embedding);
  return padded;
}
