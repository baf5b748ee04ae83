import { DurableObject } from "cloudflare:workers";

import {
  type StoredVector,
  VECTOR_INDEX_DIMENSIONS,
  type VectorIndex,
  type VectorIndexInfo,
  type VectorMatches,
  type VectorMutation,
  type VectorQueryOptions,
} from "../domain/models/vector-index.ts";
import type { RuntimeEnv } from "../platform/env.ts";
import { ExactIndex, NO_NAMESPACE } from "../platform/vector-index/exact-index.ts";
import { type MutationKind, MutationLog, type PendingMutation } from "../platform/vector-index/mutation-log.ts";
import {
  checked,
  idSchema,
  idsToDeleteSchema,
  idsToGetSchema,
  queryOptionsSchema,
  storedVectorsSchema,
  vectorSchema,
} from "../platform/vector-index/requests.ts";

/** A write becomes visible this long after it was accepted; Vectorize takes seconds. Code that relies on reading its own writes fails here too. */
export const VISIBILITY_DELAY_MILLISECONDS = 200;

/**
 * The local stand-in for a Vectorize index: exact search with the dot product over vectors in memory, kept in SQLite.
 * Its limits, its errors and its delay are Vectorize's, so that what works here works there.
 */
export class LocalVectorStore extends DurableObject<RuntimeEnv> implements VectorIndex {
  readonly #sql: SqlStorage;
  readonly #log: MutationLog;
  #loaded: ExactIndex | undefined;

  constructor(state: DurableObjectState, env: RuntimeEnv) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS vectors (id TEXT PRIMARY KEY, namespace TEXT NOT NULL, vector BLOB NOT NULL) WITHOUT ROWID",
    );
    this.#log = new MutationLog(this.#sql, VECTOR_INDEX_DIMENSIONS);
  }

  async describe(): Promise<VectorIndexInfo> {
    const index = this.#visibleIndex();
    return {
      vectorCount: index.size,
      dimensions: VECTOR_INDEX_DIMENSIONS,
      processedUpToMutation: this.#log.processed,
    };
  }

  async query(vector: readonly number[] | Float32Array, options: VectorQueryOptions = {}): Promise<VectorMatches> {
    return this.#search(checked("QUERY", vectorSchema, vector), options);
  }

  async queryById(id: string, options: VectorQueryOptions = {}): Promise<VectorMatches> {
    const stored = this.#visibleIndex().get(checked("QUERY", idSchema, id));
    if (stored === undefined) throw new Error(`VECTOR_QUERY_ERROR: there is no vector with the id ${id}`);
    return this.#search(stored.values, options);
  }

  async insert(vectors: StoredVector[]): Promise<VectorMutation> {
    return this.#accept("insert", vectorsToChanges(checked("INSERT", storedVectorsSchema, vectors)));
  }

  async upsert(vectors: StoredVector[]): Promise<VectorMutation> {
    return this.#accept("upsert", vectorsToChanges(checked("UPSERT", storedVectorsSchema, vectors)));
  }

  async getByIds(ids: string[]): Promise<StoredVector[]> {
    const index = this.#visibleIndex();
    return checked("GET", idsToGetSchema, ids).flatMap((id) => {
      const stored = index.get(id);
      if (stored === undefined) return [];
      const { namespace, values } = stored;
      return [{ id, values: [...values], ...(namespace === NO_NAMESPACE ? {} : { namespace }) }];
    });
  }

  async deleteByIds(ids: string[]): Promise<VectorMutation> {
    const targets = checked("DELETE", idsToDeleteSchema, ids);
    return this.#accept(
      "delete",
      targets.map((id) => ({ id, namespace: NO_NAMESPACE })),
    );
  }

  #search(query: Float32Array, input: VectorQueryOptions): VectorMatches {
    const { topK, namespace, returnValues } = checked("QUERY", queryOptionsSchema, input);
    const index = this.#visibleIndex();
    const matches = index.search(query, topK, namespace).map(({ id, score }) => {
      const stored = index.get(id);
      return {
        id,
        score,
        ...(stored === undefined || stored.namespace === NO_NAMESPACE ? {} : { namespace: stored.namespace }),
        ...(stored === undefined || !returnValues ? {} : { values: [...stored.values] }),
      };
    });
    return { matches, count: matches.length };
  }

  #accept(kind: MutationKind, changes: PendingMutation["changes"]): VectorMutation {
    // Earlier writes of a long series are applied beside the later ones, not all at once before the first query.
    this.#visibleIndex();
    const id = crypto.randomUUID();
    this.#log.append({ id, kind, changes }, Date.now() + VISIBILITY_DELAY_MILLISECONDS);
    return { mutationId: id };
  }

  /** The index in memory, with every mutation applied whose time has come. */
  #visibleIndex(): ExactIndex {
    const index = (this.#loaded ??= this.#load());
    const now = Date.now();
    for (let next = this.#log.nextVisible(now); next !== undefined; next = this.#log.nextVisible(now)) {
      this.#apply(index, next);
    }
    return index;
  }

  #load(): ExactIndex {
    const index = new ExactIndex(VECTOR_INDEX_DIMENSIONS);
    const rows = this.#sql.exec<{ id: string; namespace: string; vector: ArrayBuffer }>(
      "SELECT id, namespace, vector FROM vectors",
    );
    for (const { id, namespace, vector } of rows) index.put(id, namespace, new Float32Array(vector));
    return index;
  }

  /** Disk first, then memory: a failure leaves the mutation pending and memory as it was. */
  #apply(index: ExactIndex, { id: mutation, kind, changes }: PendingMutation): void {
    const effective = kind === "insert" ? firstOfNew(changes, index) : changes;
    this.ctx.storage.transactionSync(() => {
      for (const { id, namespace, values } of effective) {
        if (values === undefined) this.#sql.exec("DELETE FROM vectors WHERE id = ?", id);
        else this.#sql.exec("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", id, namespace, values.slice().buffer);
      }
      this.#log.markVisible(mutation);
    });
    for (const { id, namespace, values } of effective) {
      if (values === undefined) index.remove(id);
      else index.put(id, namespace, values);
    }
  }
}

/** What an insert does: ids that the index has stay as they are, and of two equal new ones the first counts. */
function firstOfNew(changes: PendingMutation["changes"], index: ExactIndex): PendingMutation["changes"] {
  const seen = new Set<string>();
  return changes.filter(({ id }) => {
    if (index.has(id) || seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function vectorsToChanges(
  vectors: readonly { id: string; namespace?: string | undefined; values: Float32Array }[],
): PendingMutation["changes"] {
  return vectors.map(({ id, namespace, values }) => ({ id, namespace: namespace ?? NO_NAMESPACE, values }));
}
