import { deleteUserEmbeddings } from "../../../platform/d1/models.ts";
import { closeNotice } from "../../../platform/d1/notice-store.ts";
import { logger } from "../../../platform/logger.ts";
import { deleteModelParts } from "../../../platform/r2/catalogue-store.ts";
import { removeVectors } from "../index-items.ts";
import { putFolderRecord, readFolderRecord } from "./folder-record.ts";
import { followedVersions } from "./followed-versions.ts";
import type { ModelRun } from "./model-run.ts";

/** Deletes what a version has in index, database and snapshots; its folder stays. Repeating it changes nothing. */
export async function clearVersion({ env, version, step, keep }: ModelRun): Promise<void> {
  let after: string | null = "";
  for (let part = 1; after !== null; part++) {
    const from: string = after;
    after = await step(`remove vectors ${part}`, () => removeVectors(env, version, from, keep));
  }
  await step("remove the rest", async () => {
    await deleteUserEmbeddings(env.DB, version);
    await deleteModelParts(env.RUNTIME, version);
    const record = await readFolderRecord(env.RUNTIME, version);
    if (record !== null) await putFolderRecord(env.RUNTIME, version, { ...record, vectors: false });
  });
}

/**
 * Deletes what is left of a version that was retired. To be called once no isolate can hold a control.json any more
 * that names it; when control.json names it (again), nothing is deleted.
 */
export async function withdrawVersion(run: ModelRun): Promise<void> {
  const { env, version, step } = run;
  const named = await step("look who is named", async () => (await followedVersions(env)).includes(version));
  if (named) {
    logger.warn("model_not_withdrawn", { version, message: "control.json names it." });
    return;
  }
  await clearVersion(run);
  await step("close the notice", () => closeNotice(env.DB, "model_refused", version, new Date()));
}
