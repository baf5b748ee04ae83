import { deleteUserEmbeddings } from "../../../platform/d1/models.ts";
import { closeNotice } from "../../../platform/d1/notice-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { logger } from "../../../platform/logger.ts";
import { deleteModelParts } from "../../../platform/r2/catalogue-store.ts";
import { removeVectors } from "../index-items.ts";
import { putFolderRecord, readFolderRecord } from "./folder-record.ts";
import { followedVersions } from "./followed-versions.ts";

/** Deletes what a version has in index, database and snapshots; its folder stays. Repeating it changes nothing. */
export async function clearVersion(env: RuntimeEnv, version: string, keep: () => Promise<void>): Promise<void> {
  await removeVectors(env, version, keep);
  await deleteUserEmbeddings(env.DB, version);
  await deleteModelParts(env.RUNTIME, version);
  const record = await readFolderRecord(env.RUNTIME, version);
  if (record !== null) await putFolderRecord(env.RUNTIME, version, { ...record, vectors: false });
}

/**
 * Deletes what is left of a version that was retired. To be called once no isolate can hold a control.json any more
 * that names it.
 * @returns false when control.json names it (again): then nothing is deleted
 */
export async function withdrawVersion(env: RuntimeEnv, version: string, keep: () => Promise<void>): Promise<boolean> {
  if ((await followedVersions(env)).includes(version)) {
    logger.warn("model_not_withdrawn", { version, message: "control.json names it." });
    return false;
  }
  await clearVersion(env, version, keep);
  await closeNotice(env.DB, "model_refused", version, new Date());
  return true;
}
