import { type ModelManifest, USER_EMBEDDINGS_FILE } from "../../../domain/models/manifest.ts";
import { normalize } from "../../../domain/models/normalize.ts";
import { deleteUserEmbeddings, writeUserEmbeddings } from "../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { readEmbeddings } from "../../../platform/r2/model-store.ts";
import { inBatches } from "./embedding-batches.ts";

/** Puts a validated model's user embeddings where answering finds them by id; repeating it changes nothing. */
export async function storeUserEmbeddings(env: RuntimeEnv, { version, metric }: ModelManifest): Promise<void> {
  await deleteUserEmbeddings(env.DB, version);
  const rows = await readEmbeddings(env.MODELS, version, USER_EMBEDDINGS_FILE);
  if (rows === null) return;
  await inBatches(rows, (batch) => {
    if (metric === "cosine") for (const { embedding } of batch) normalize(embedding);
    return writeUserEmbeddings(env.DB, version, batch);
  });
}
