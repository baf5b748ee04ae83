import { z } from "zod";

import {
  VECTOR_DELETE_MAX_IDS,
  VECTOR_GET_MAX_IDS,
  VECTOR_ID_MAX_BYTES,
  VECTOR_INDEX_DIMENSIONS,
  VECTOR_QUERY_DEFAULT_TOP_K,
  VECTOR_QUERY_MAX_TOP_K,
  VECTOR_QUERY_MAX_TOP_K_WITH_VALUES,
  VECTOR_UPSERT_MAX_VECTORS,
} from "../../domain/models/vector-index.ts";

const encoder = new TextEncoder();
const name = z
  .string()
  .min(1)
  .refine((text) => encoder.encode(text).length <= VECTOR_ID_MAX_BYTES, `at most ${VECTOR_ID_MAX_BYTES} bytes`);

/** Numbers as they come over RPC, as the 32-bit floats that are stored. */
export const vectorSchema = z
  .union([z.array(z.number()), z.instanceof(Float32Array), z.instanceof(Float64Array)])
  .refine((values) => values.length === VECTOR_INDEX_DIMENSIONS, `must have ${VECTOR_INDEX_DIMENSIONS} dimensions`)
  .transform((values) => Float32Array.from(values))
  .refine((values) => values.every(Number.isFinite), "must be finite 32-bit floats");

/** What `insert` and `upsert` take. */
export const storedVectorsSchema = z
  .array(z.strictObject({ id: name, values: vectorSchema, namespace: name.optional() }))
  .max(VECTOR_UPSERT_MAX_VECTORS, `at most ${VECTOR_UPSERT_MAX_VECTORS} vectors`);

export const idSchema = name;
export const idsToGetSchema = z.array(name).max(VECTOR_GET_MAX_IDS, `at most ${VECTOR_GET_MAX_IDS} ids`);
export const idsToDeleteSchema = z.array(name).max(VECTOR_DELETE_MAX_IDS, `at most ${VECTOR_DELETE_MAX_IDS} ids`);

/** What `query` and `queryById` take. */
export const queryOptionsSchema = z
  .strictObject({
    topK: z.number().int().min(1).max(VECTOR_QUERY_MAX_TOP_K).default(VECTOR_QUERY_DEFAULT_TOP_K),
    namespace: name.optional(),
    returnValues: z.boolean().default(false),
  })
  .refine(({ topK, returnValues }) => !returnValues || topK <= VECTOR_QUERY_MAX_TOP_K_WITH_VALUES, {
    path: ["topK"],
    message: `at most ${VECTOR_QUERY_MAX_TOP_K_WITH_VALUES} with values`,
  });

/** Checks what a caller sent. @throws Error named as Vectorize names its own, such as `VECTOR_QUERY_ERROR: topK …`. */
export function checked<Schema extends z.ZodType>(
  operation: "QUERY" | "INSERT" | "UPSERT" | "GET" | "DELETE",
  schema: Schema,
  input: unknown,
): z.infer<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`VECTOR_${operation}_ERROR: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "not valid"}`);
}
