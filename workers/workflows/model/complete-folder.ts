import { CountryCentroids } from "../../../domain/models/country-centroids.ts";
import type { EmbeddingRow } from "../../../domain/models/embeddings-csv.ts";
import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  manifestSchema,
  USER_EMBEDDINGS_FILE,
  WEIGHTS_FILE,
} from "../../../domain/models/manifest.ts";
import { writeSafetensors } from "../../../domain/models/safetensors.ts";
import { readCountries } from "../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { modelFileKey, readEmbeddings } from "../../../platform/r2/model-store.ts";
import { inBatches } from "./embedding-batches.ts";
import { summarizeFile } from "./folder-file.ts";

/** Length of the first readable embedding, or undefined. */
async function dimensionOf(env: RuntimeEnv, version: string): Promise<number | undefined> {
  const rows = await readEmbeddings(env.MODELS, version, ITEM_EMBEDDINGS_FILE);
  if (rows === null) return undefined;
  for await (const row of rows) if (row.ok) return row.value.embedding.length;
  return undefined;
}

async function countryCentroids(env: RuntimeEnv, version: string, dimension: number): Promise<CountryCentroids | null> {
  const rows = await readEmbeddings(env.MODELS, version, USER_EMBEDDINGS_FILE);
  if (rows === null) return null;
  const centroids = new CountryCentroids(dimension);
  const count = async (batch: readonly EmbeddingRow[]): Promise<void> => {
    const countries = await readCountries(
      env.DB,
      batch.map(({ id }) => id),
    );
    for (const { id, embedding } of batch)
      if (embedding.length === dimension) centroids.add(embedding, countries.get(id) ?? null);
  };
  await inBatches(rows, count);
  return centroids;
}

/**
 * Makes a model folder of one that holds only embeddings by id, the form in which data scientists have always handed
 * them over: adds a manifest, and a user tower for shoppers who have no embedding of their own. A folder that has a
 * manifest, or no item embeddings, is left as it is; unreadable rows are left to validation to name.
 */
export async function completeFolder(env: RuntimeEnv, version: string, now: Date): Promise<void> {
  if ((await env.MODELS.head(modelFileKey(version, MANIFEST_FILE))) !== null) return;
  const dimension = await dimensionOf(env, version);
  if (dimension === undefined) return;
  const tower = (await countryCentroids(env, version, dimension))?.toTower();
  if (tower !== undefined) await env.MODELS.put(modelFileKey(version, WEIGHTS_FILE), writeSafetensors(tower.tensors));
  const files: Record<string, unknown> = {};
  for (const file of [ITEM_EMBEDDINGS_FILE, USER_EMBEDDINGS_FILE, WEIGHTS_FILE]) {
    const summary = await summarizeFile(env.MODELS, version, file);
    if (summary !== null) files[file] = summary;
  }
  const manifest = manifestSchema.safeParse({
    format: 1,
    version,
    created_at: now.toISOString(),
    description: "Embeddings by id, as they were handed in.",
    dimension,
    metric: "dot",
    user_tower: tower?.tower ?? null,
    item_tower: null,
    files,
  });
  // A dimension that no manifest may have: without a manifest validation says what is missing.
  if (!manifest.success) return;
  await env.MODELS.put(modelFileKey(version, MANIFEST_FILE), JSON.stringify(manifest.data, null, 2), {
    httpMetadata: { contentType: "application/json" },
  });
}
