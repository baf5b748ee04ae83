import { z } from "zod";

import type { StoredVector, VectorIndex, VectorQueryOptions } from "../../domain/models/vector-index.ts";

/** A real Vectorize index of 64 dimensions with the metric dot product. */
export interface VectorizeAddress {
  readonly accountId: string;
  readonly apiToken: string;
  readonly indexName: string;
}

/** The address in CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_TOKEN and ENDCAP_TEST_VECTORIZE_INDEX; undefined unless all are set. */
export function vectorizeFromEnvironment(): VectorizeAddress | undefined {
  const { CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_TOKEN, ENDCAP_TEST_VECTORIZE_INDEX } = process.env;
  if (!CLOUDFLARE_ACCOUNT_ID || !CLOUDFLARE_API_TOKEN || !ENDCAP_TEST_VECTORIZE_INDEX) return undefined;
  return { accountId: CLOUDFLARE_ACCOUNT_ID, apiToken: CLOUDFLARE_API_TOKEN, indexName: ENDCAP_TEST_VECTORIZE_INDEX };
}

/** One call of a batch may carry more vectors over HTTP than from a Worker. */
export const REST_UPSERT_MAX_VECTORS = 5_000;

const values = z.array(z.number());
const namespace = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
const mutationSchema = z.object({ mutationId: z.string() });
const matchesSchema = z.object({
  count: z.number(),
  matches: z.array(z.object({ id: z.string(), score: z.number(), values: values.optional() })),
});
const vectorsSchema = z.array(z.object({ id: z.string(), values, namespace }));
const infoSchema = z.object({
  vectorCount: z.number(),
  dimensions: z.number(),
  processedUpToMutation: z.union([z.string(), z.number()]).nullish(),
});

/** A Vectorize index spoken to over HTTP, so that the contract can be tried against the real one from any machine. */
export function vectorizeOverRest({ accountId, apiToken, indexName }: VectorizeAddress): VectorIndex {
  const base = `https://api.cloudflare.com/client/v4/accounts/${accountId}/vectorize/v2/indexes/${indexName}`;
  const call = async <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    body?: string,
    contentType = "application/json",
  ): Promise<z.infer<Schema>> => {
    const response = await fetch(`${base}/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${apiToken}`, "content-type": contentType },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Vectorize answered ${response.status}: ${text}`);
    return schema.parse(z.object({ result: z.unknown() }).parse(JSON.parse(text)).result);
  };
  const write = (path: string, vectors: StoredVector[]) =>
    call(
      path,
      mutationSchema,
      vectors.map((vector) => JSON.stringify({ ...vector, values: [...vector.values] })).join("\n"),
      "application/x-ndjson",
    );
  const getByIds = async (ids: string[]): Promise<StoredVector[]> => {
    const vectors = await call("get_by_ids", vectorsSchema, JSON.stringify({ ids }));
    return vectors.map(({ id, values: numbers, namespace: of }) => ({
      id,
      values: numbers,
      ...(of === undefined ? {} : { namespace: of }),
    }));
  };
  const query = async (vector: readonly number[] | Float32Array, options: VectorQueryOptions = {}) => {
    const found = await call(
      "query",
      matchesSchema,
      JSON.stringify({ vector: [...vector], returnMetadata: "none", ...options }),
    );
    return {
      count: found.count,
      matches: found.matches.map(({ id, score, values: numbers }) => ({
        id,
        score,
        ...(numbers === undefined ? {} : { values: numbers }),
      })),
    };
  };
  return {
    query,
    getByIds,
    insert: (vectors) => write("insert", vectors),
    upsert: (vectors) => write("upsert", vectors),
    deleteByIds: (ids) => call("delete_by_ids", mutationSchema, JSON.stringify({ ids })),
    async queryById(id, options) {
      // HTTP has no such call: it is what the binding's own does, in two.
      const [stored] = await getByIds([id]);
      if (stored === undefined) throw new Error(`There is no vector ${id}.`);
      return query([...stored.values], options);
    },
    async describe() {
      const { processedUpToMutation, ...info } = await call("info", infoSchema);
      return { ...info, processedUpToMutation: processedUpToMutation ?? "" };
    },
  };
}
