import { NamespaceVectors } from "./namespace-vectors.ts";
import { Nearest } from "./nearest.ts";

/** The namespace of vectors that were written without one. */
export const NO_NAMESPACE = "";

/**
 * An exact vector index in memory. Ids are index-wide, as in Vectorize: the same id in another namespace replaces the
 * vector, it does not stand beside it.
 */
export class ExactIndex {
  readonly #dimensions: number;
  readonly #namespaces = new Map<string, NamespaceVectors>();
  readonly #namespaceOf = new Map<string, string>();

  /** @param dimensions length of every vector, a multiple of four */
  constructor(dimensions: number) {
    this.#dimensions = dimensions;
  }

  get size(): number {
    return this.#namespaceOf.size;
  }

  has(id: string): boolean {
    return this.#namespaceOf.has(id);
  }

  /** Adds a vector, or replaces the one of that id wherever it is. */
  put(id: string, namespace: string, values: Float32Array): void {
    const before = this.#namespaceOf.get(id);
    if (before !== undefined && before !== namespace) this.remove(id);
    let vectors = this.#namespaces.get(namespace);
    if (vectors === undefined) {
      vectors = new NamespaceVectors(this.#dimensions);
      this.#namespaces.set(namespace, vectors);
    }
    vectors.put(id, values);
    this.#namespaceOf.set(id, namespace);
  }

  /** Removes a vector if it is there. */
  remove(id: string): void {
    const namespace = this.#namespaceOf.get(id);
    if (namespace === undefined) return;
    const vectors = this.#namespaces.get(namespace);
    vectors?.remove(id);
    if (vectors?.size === 0) this.#namespaces.delete(namespace);
    this.#namespaceOf.delete(id);
  }

  /** A vector and its namespace. */
  get(id: string): { namespace: string; values: Float32Array } | undefined {
    const namespace = this.#namespaceOf.get(id);
    if (namespace === undefined) return undefined;
    const values = this.#namespaces.get(namespace)?.get(id);
    return values === undefined ? undefined : { namespace, values };
  }

  /** The `limit` vectors with the largest dot product, best first, of one namespace or (undefined) of all. */
  search(query: Float32Array, limit: number, namespace?: string): { id: string; score: number }[] {
    const nearest = new Nearest(limit);
    if (namespace === undefined) for (const vectors of this.#namespaces.values()) vectors.scan(query, nearest);
    else this.#namespaces.get(namespace)?.scan(query, nearest);
    return nearest.ranked();
  }
}
