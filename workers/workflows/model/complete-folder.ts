import config from "#shop-config";
import { userFeatures } from "../../../domain/catalogue/features.ts";
import type { FeatureValues } from "../../../domain/catalogue/records.ts";
import type { EmbeddingRow } from "../../../domain/models/embeddings-csv.ts";
import { type FittedTower, UserTowerFit } from "../../../domain/models/fit-user-tower.ts";
import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  MODEL_FILES,
  manifestSchema,
  USER_EMBEDDINGS_FILE,
  WEIGHTS_FILE,
} from "../../../domain/models/manifest.ts";
import { writeSafetensors } from "../../../domain/models/safetensors.ts";
import { VECTOR_INDEX_DIMENSIONS } from "../../../domain/models/vector-index.ts";
import { readUserFeatures } from "../../../platform/d1/user-features.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { modelFileKey, readEmbeddings } from "../../../platform/r2/model-store.ts";
import { erasedUsersAmong } from "../sync/erased-users.ts";
import { ASKED_ROWS_MAX, inBatches } from "./embedding-batches.ts";
import { summarizeFile } from "./folder-file.ts";
import { EMBEDDINGS_FOLDER, isMadeByRuntime, MADE_BY_RUNTIME } from "./uploaded-folder.ts";

/** Length of the first readable embedding, or undefined. */
async function dimensionOf(env: RuntimeEnv, version: string): Promise<number | undefined> {
  const rows = await readEmbeddings(env.MODELS, version, ITEM_EMBEDDINGS_FILE);
  if (rows === null) return undefined;
  for await (const row of rows) if (row.ok) return row.value.embedding.length;
  return undefined;
}

/** True for a file that somebody uploaded, false for none or one of our own from an earlier publication. */
async function isUploaded(env: RuntimeEnv, version: string, file: string): Promise<boolean> {
  const head = await env.MODELS.head(modelFileKey(version, file));
  return head !== null && !isMadeByRuntime(head);
}

/** Brings embeddings that stand in the subfolder to the top, where everything reads them. */
async function liftEmbeddings(env: RuntimeEnv, version: string): Promise<void> {
  for (const file of [ITEM_EMBEDDINGS_FILE, USER_EMBEDDINGS_FILE]) {
    if (await isUploaded(env, version, file)) continue;
    const below = await env.MODELS.get(modelFileKey(version, `${EMBEDDINGS_FOLDER}/${file}`));
    if (below === null) await env.MODELS.delete(modelFileKey(version, file));
    else await env.MODELS.put(modelFileKey(version, file), below.body, { customMetadata: MADE_BY_RUNTIME });
  }
}

/** Columns of the users that a tower may be fitted on; the country is one by another name. */
function featureColumns(): string[] {
  const { features, country } = config.source.users;
  return features.filter((feature) => feature !== country);
}

async function fitUserTower(
  env: RuntimeEnv,
  version: string,
  dimension: number,
  keep: () => Promise<void>,
): Promise<FittedTower | null> {
  const fit = new UserTowerFit(dimension, featureColumns());
  const forEach = async (take: (embedding: Float32Array, features: FeatureValues | null) => void): Promise<boolean> => {
    const rows = await readEmbeddings(env.MODELS, version, USER_EMBEDDINGS_FILE);
    if (rows === null) return false;
    await inBatches(rows, ASKED_ROWS_MAX, async (batch: readonly EmbeddingRow[]) => {
      await keep();
      const ids = batch.map(({ id }) => id);
      const known = await readUserFeatures(env.DB, ids);
      const erased = await erasedUsersAmong(env, new Set(ids));
      for (const { id, embedding } of batch) {
        if (embedding.length !== dimension || erased.has(id)) continue;
        const user = known.get(id);
        const { columns } = config.source.users;
        take(embedding, user === undefined ? null : userFeatures(user.features, user.country, columns));
      }
    });
    return true;
  };
  if (!(await forEach((embedding, features) => fit.summarize(embedding, features)))) return null;
  await forEach((embedding, features) => {
    if (features !== null) fit.add(embedding, features);
  });
  return fit.toTower();
}

/**
 * Makes a model folder of one that holds only embeddings by id, the form in which data scientists have always handed
 * them over: adds a manifest, and a user tower for shoppers who have no embedding of their own. A folder that has a
 * manifest, or no item embeddings, is left as it is; unreadable rows are left to validation to name.
 */
export async function completeFolder(
  env: RuntimeEnv,
  version: string,
  now: Date,
  keep: () => Promise<void>,
): Promise<void> {
  // Weights of the author's own need a manifest of the author's own.
  if ((await isUploaded(env, version, MANIFEST_FILE)) || (await isUploaded(env, version, WEIGHTS_FILE))) return;
  // What an earlier publication added belongs to the files that were there then.
  await env.MODELS.delete([modelFileKey(version, MANIFEST_FILE), modelFileKey(version, WEIGHTS_FILE)]);
  await liftEmbeddings(env, version);
  const dimension = await dimensionOf(env, version);
  if (dimension === undefined) return;
  const fitted = dimension > VECTOR_INDEX_DIMENSIONS ? null : await fitUserTower(env, version, dimension, keep);
  if (fitted !== null)
    await env.MODELS.put(modelFileKey(version, WEIGHTS_FILE), writeSafetensors(fitted.tensors), {
      customMetadata: MADE_BY_RUNTIME,
    });
  const files: Record<string, unknown> = {};
  for (const file of MODEL_FILES) {
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
    user_tower: fitted?.tower ?? null,
    item_tower: null,
    files,
  });
  // A dimension that no manifest may have: without a manifest validation says what is missing.
  if (!manifest.success) return;
  await env.MODELS.put(modelFileKey(version, MANIFEST_FILE), JSON.stringify(manifest.data, null, 2), {
    httpMetadata: { contentType: "application/json" },
    customMetadata: MADE_BY_RUNTIME,
  });
}
