import { WorkerEntrypoint } from "cloudflare:workers";

import type {
  StoredVector,
  VectorIndex,
  VectorIndexInfo,
  VectorMatches,
  VectorMutation,
  VectorQueryOptions,
} from "../domain/models/vector-index.ts";
import type { RuntimeEnv } from "../platform/env.ts";

const STORE_NAME = "index";

/**
 * What the local runtime binds as `VECTOR_INDEX` in place of a Vectorize index, which has no simulator: the same
 * methods, answered by one {@link LocalVectorStore}.
 */
export class LocalVectorIndex extends WorkerEntrypoint<RuntimeEnv> implements VectorIndex {
  get #store() {
    const namespace = this.env.LOCAL_VECTOR_STORE;
    if (namespace === undefined) throw new Error("LOCAL_VECTOR_STORE is bound on the local runtime only.");
    return namespace.getByName(STORE_NAME);
  }

  describe(): Promise<VectorIndexInfo> {
    return this.#store.describe();
  }

  query(vector: readonly number[] | Float32Array, options?: VectorQueryOptions): Promise<VectorMatches> {
    return this.#store.query(vector, options);
  }

  queryById(id: string, options?: VectorQueryOptions): Promise<VectorMatches> {
    return this.#store.queryById(id, options);
  }

  insert(vectors: StoredVector[]): Promise<VectorMutation> {
    return this.#store.insert(vectors);
  }

  upsert(vectors: StoredVector[]): Promise<VectorMutation> {
    return this.#store.upsert(vectors);
  }

  getByIds(ids: string[]): Promise<StoredVector[]> {
    return this.#store.getByIds(ids);
  }

  deleteByIds(ids: string[]): Promise<VectorMutation> {
    return this.#store.deleteByIds(ids);
  }
}
