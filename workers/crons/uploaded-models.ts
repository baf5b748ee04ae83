import { z } from "zod";

import { MANIFEST_FILE, MANIFEST_MAX_BYTES, MODEL_FILES, MODEL_VERSION_PATTERN } from "../../domain/models/manifest.ts";
import { recordPublished } from "../../platform/d1/models.ts";
import { type ModelStanding, readModelStates } from "../../platform/d1/model-states.ts";
import { closeNotice, openNotice } from "../../platform/d1/notice-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { modelFileKey } from "../../platform/r2/model-store.ts";
import { readFolderRecord } from "../workflows/model/folder-record.ts";
import { isModelFolder, listFolder, type UploadedFolder } from "../workflows/model/uploaded-folder.ts";
import { versionLeaseName } from "../workflows/model/version-lease.ts";
import { closeSettledNotices } from "./stale-folder-notices.ts";

/** A folder whose newest file is younger than this may still be on its way. */
export const UPLOAD_SETTLED_MILLISECONDS = 2 * 60 * 1000;
/** Pages of a thousand folders that one look reads. */
const LIST_PAGES_MAX = 10;
/** Models that one look starts: each embeds every item of the shop. */
const STARTED_MAX = 5;
/** States of which the folder is not looked into again, except for whether it is still the same. */
const PUBLISHED: ReadonlySet<string> = new Set(["indexed", "shadow", "active"]);

const filesSchema = z.object({ files: z.record(z.string(), z.object({ bytes: z.number() })) });

/** What stands at the top of the bucket. */
async function listBucket(bucket: R2Bucket): Promise<{ folders: string[]; files: string[] }> {
  const folders: string[] = [];
  const files: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < LIST_PAGES_MAX; page++) {
    const listed = await bucket.list({ delimiter: "/", ...(cursor === undefined ? {} : { cursor }) });
    folders.push(...listed.delimitedPrefixes.map((prefix) => prefix.slice(0, -1)));
    files.push(...listed.objects.map(({ key }) => key));
    if (!listed.truncated) break;
    cursor = listed.cursor;
  }
  return { folders, files };
}

async function report(env: RuntimeEnv, subject: string, message: string, now: Date): Promise<void> {
  await openNotice(env.DB, { kind: "model_refused", subject, message, announcementId: null }, now);
}

/** True when every file that the manifest lists has arrived in its length: the upload is complete, whatever its order. */
async function hasArrived(env: RuntimeEnv, version: string, folder: UploadedFolder): Promise<boolean> {
  if ((folder.files.get(MANIFEST_FILE) ?? Infinity) > MANIFEST_MAX_BYTES) return false;
  const object = await env.MODELS.get(modelFileKey(version, MANIFEST_FILE));
  try {
    const listed = filesSchema.parse(await object?.json()).files;
    return Object.entries(listed).every(([file, { bytes }]) => folder.files.get(file) === bytes);
  } catch {
    return false;
  }
}

/** Whether a folder is to be published now. */
async function isDue(env: RuntimeEnv, version: string, known: ModelStanding | undefined, now: Date): Promise<boolean> {
  if (known !== undefined && (known.state === "retired" || known.leaseUntil > now.getTime())) return false;
  const folder = await listFolder(env.MODELS, version);
  if (folder.files.size === 0) return false;
  // A refused one is tried again when its files change. One that stands still on its way lost its instance.
  if (known?.state === "refused") {
    const record = await readFolderRecord(env.RUNTIME, version);
    if (record?.fingerprint === folder.fingerprint) return false;
  }
  if (now.getTime() - folder.newestAt >= UPLOAD_SETTLED_MILLISECONDS) return true;
  return isModelFolder(folder) && hasArrived(env, version, folder);
}

/** A version that can be served never changes: whoever overwrites its folder is told, until it is put back. */
async function checkUnchanged(env: RuntimeEnv, version: string, isTold: boolean, now: Date): Promise<void> {
  const record = await readFolderRecord(env.RUNTIME, version);
  if (record === null || record.manifest_etag === null) return;
  const folder = await listFolder(env.MODELS, version);
  const isUnchanged =
    record.content === undefined ? folder.fingerprint === record.fingerprint : folder.content === record.content;
  if (isUnchanged) {
    if (isTold) await closeNotice(env.DB, "model_refused", version, now);
    return;
  }
  await report(
    env,
    version,
    `The folder of the published model ${version} was changed. Put it back as it was, and upload the new model under another name.`,
    now,
  );
}

/**
 * Publishes the model folders that were put into the bucket MODELS with plain uploads, and tells of what stands there
 * and can be no model.
 * @returns the versions whose publication was started
 */
export async function startUploadedModels(env: RuntimeEnv, now: Date): Promise<string[]> {
  const { folders, files } = await listBucket(env.MODELS);
  const versions = folders.filter((folder) => MODEL_VERSION_PATTERN.test(folder));
  const strays = [
    ...folders.filter((folder) => !MODEL_VERSION_PATTERN.test(folder)),
    ...files.filter((file) => file === MANIFEST_FILE || (MODEL_FILES as readonly string[]).includes(file)),
  ];
  for (const stray of strays) {
    const message = folders.includes(stray)
      ? `The folder "${stray}" in the bucket of models is no model version: a name has 1–32 of a–z, 0–9, dot and hyphen.`
      : `The file "${stray}" lies at the top of the bucket of models: put it into a folder named by the version.`;
    await report(env, stray, message, now);
  }
  const states = await readModelStates(env.DB, versions, versionLeaseName(""));
  const told = await closeSettledNotices(env.DB, new Set([...strays, ...versions]), now);
  const started: string[] = [];
  for (const version of versions) {
    if (started.length === STARTED_MAX) break;
    const known = states.get(version);
    try {
      if (known !== undefined && PUBLISHED.has(known.state)) await checkUnchanged(env, version, told.has(version), now);
      else if (await isDue(env, version, known, now)) {
        await recordPublished(env.DB, version, now.getTime());
        await env.MODEL_WORKFLOW.create({ params: { version } });
        started.push(version);
        logger.info("model_noticed", { version, state: known?.state ?? "new" });
      }
    } catch (error) {
      // One folder that cannot be read must not keep the others from being published.
      logger.error("model_not_started", { version, message: messageOf(error) });
    }
  }
  return started;
}
