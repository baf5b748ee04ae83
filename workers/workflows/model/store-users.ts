import { type ModelManifest, USER_EMBEDDINGS_FILE } from "../../../domain/models/manifest.ts";
import { normalize } from "../../../domain/models/normalize.ts";
import { deleteUserEmbeddings, writeUserEmbeddings } from "../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { readEmbeddings } from "../../../platform/r2/model-store.ts";
import { erasedUsersAmong } from "../sync/erased-users.ts";
import { inBatches, WRITTEN_ROWS_MAX } from "./embedding-batches.ts";

/**
 * Puts a validated model's user embeddings where answering finds them by id; repeating it changes nothing. Users who
 * were erased are left out: the model was trained before, or by somebody who was not told.
 */
export async function storeUserEmbeddings(
  env: RuntimeEnv,
  { version, metric }: ModelManifest,
  keep: () => Promise<void>,
): Promise<void> {
  await deleteUserEmbeddings(env.DB, version);
  const rows = await readEmbeddings(env.MODELS, version, USER_EMBEDDINGS_FILE);
  if (rows === null) return;
  await inBatches(rows, WRITTEN_ROWS_MAX, async (batch) => {
    await keep();
    const erased = await erasedUsersAmong(env, new Set(batch.map(({ id }) => id)));
    const kept = batch.filter(({ id }) => !erased.has(id));
    if (metric === "cosine") for (const { embedding } of kept) normalize(embedding);
    await writeUserEmbeddings(env.DB, version, kept);
  });
}
