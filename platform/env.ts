import type { VectorIndex } from "../domain/models/vector-index.ts";

/**
 * The Worker's bindings as generated from wrangler.toml, but for the vector index: its two incarnations (Vectorize in
 * production, an entrypoint of this Worker locally) are used through the one interface that both satisfy.
 */
export type RuntimeEnv = Omit<Env, "VECTOR_INDEX"> & { readonly VECTOR_INDEX: VectorIndex };
