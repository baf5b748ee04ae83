import { MANIFEST_FILE, manifestSchema } from "../../../domain/models/manifest.ts";
import { lastCompleteRun, readModel, updateModel } from "../../../platform/d1/models.ts";
import { closeNotice, openNotice, recordNotice } from "../../../platform/d1/notice-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { logger } from "../../../platform/logger.ts";
import { modelFileKey } from "../../../platform/r2/model-store.ts";
import { indexModel } from "../index-items.ts";
import { putModelParts } from "../publish-model-parts.ts";
import { completeFolder } from "./complete-folder.ts";
import { putFolderRecord, readFolderRecord } from "./folder-record.ts";
import { followedVersions } from "./followed-versions.ts";
import type { ModelRun } from "./model-run.ts";
import { storeUserEmbeddings } from "./store-users.ts";
import { listFolder } from "./uploaded-folder.ts";
import { validateFolder } from "./validate-folder.ts";
import { waitForIndex } from "./wait-for-index.ts";
import { clearVersion } from "./withdraw-version.ts";

/** A version in one of these states has been published, or is not wanted any more. */
const DONE: ReadonlySet<string> = new Set(["indexed", "shadow", "active", "retired"]);

/** True when another instance has done it meanwhile: nothing changes under a version that can be served. */
async function isDone({ env, version }: ModelRun, fingerprint: string): Promise<boolean> {
  const model = await readModel(env.DB, version);
  if (model === null || !DONE.has(model.state)) return model === null;
  if (model.state === "retired" || (await followedVersions(env)).includes(version)) return true;
  return (await readFolderRecord(env.RUNTIME, version))?.fingerprint === fingerprint;
}

/** Notes which folder is published now. @returns false when there is nothing to do */
async function begin(run: ModelRun): Promise<boolean> {
  const { env, version } = run;
  const { fingerprint } = await listFolder(env.MODELS, version);
  if (await isDone(run, fingerprint)) return false;
  const before = await readFolderRecord(env.RUNTIME, version);
  await putFolderRecord(env.RUNTIME, version, {
    fingerprint,
    manifest_etag: null,
    vectors: before?.vectors ?? false,
  });
  return true;
}

/** Opens the notice of a refused model. */
export async function noteRefusal(env: RuntimeEnv, version: string, problems: readonly string[]): Promise<void> {
  const [first = ""] = problems;
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  await openNotice(
    env.DB,
    {
      kind: "model_refused",
      subject: version,
      message: `The model ${version} was refused: ${count}. ${first} What is served did not change. All of them: endcap models list.`,
      announcementId: null,
    },
    new Date(),
  );
}

async function validate(run: ModelRun): Promise<boolean> {
  const { env, version } = run;
  const { manifest, problems, doubts } = await validateFolder(env, version, run.keep);
  await run.keep();
  const valid = manifest !== null && problems.length === 0;
  if (valid) await storeUserEmbeddings(env, manifest, run.keep);
  await updateModel(env.DB, version, {
    state: valid ? "validated" : "refused",
    manifest,
    problems: [...problems],
  });
  if (!valid) await noteRefusal(env, version, problems);
  for (const doubt of doubts)
    await recordNotice(
      env.DB,
      { kind: "model_doubtful", subject: version, message: `Model ${version}: ${doubt}`, announcementId: null },
      new Date(),
    );
  return valid;
}

/** Notes that the version can be activated, if the folder is still the one that was validated. */
async function end({ env, version }: ModelRun, indexedThroughRun: number): Promise<void> {
  const object = await env.MODELS.get(modelFileKey(version, MANIFEST_FILE));
  if (object === null) throw new Error(`The folder of ${version} was deleted while it was published.`);
  const record = await readFolderRecord(env.RUNTIME, version);
  const { fingerprint, content } = await listFolder(env.MODELS, version);
  if (record?.fingerprint !== fingerprint) {
    // Replaced since `begin`: nobody has looked at these files. The cron takes the folder up again.
    await updateModel(env.DB, version, { state: "published", manifest: null, problems: [] });
    logger.warn("model_changed_meanwhile", { version });
    return;
  }
  await putFolderRecord(env.RUNTIME, version, { ...record, manifest_etag: object.etag, content });
  // All of it again: whoever handed the folder in once more meanwhile has set the row back.
  const manifest = manifestSchema.parse(await object.json());
  await updateModel(env.DB, version, { state: "indexed", manifest, problems: [], indexedThroughRun });
  await closeNotice(env.DB, "model_refused", version, new Date());
}

/**
 * Takes a model folder in the MODELS bucket to where it can be activated: published → validated → indexed, or refused
 * with every reason.
 */
export async function publishVersion(run: ModelRun): Promise<void> {
  const { env, version, keep } = run;
  if (!(await run.step("begin", () => begin(run)))) return;
  await run.step("complete", () => completeFolder(env, version, run.startedAt, keep));
  if (!(await run.step("validate", () => validate(run)))) {
    // What an earlier publication of the version left in the index.
    const record = await run.step("look for vectors", () => readFolderRecord(env.RUNTIME, version));
    if (record?.vectors === true) await clearVersion(run);
    return;
  }
  const { lastWrite, throughRun } = await run.step("index items", async () => {
    const record = await readFolderRecord(env.RUNTIME, version);
    if (record !== null) await putFolderRecord(env.RUNTIME, version, { ...record, vectors: true });
    const throughRun = await lastCompleteRun(env.DB);
    return { ...(await indexModel(env, version, throughRun, keep)), throughRun };
  });
  await waitForIndex(run, lastWrite);
  await run.step("put beside the snapshot", () => putModelParts(env, version, keep));
  await run.step("end", () => end(run, throughRun));
}
