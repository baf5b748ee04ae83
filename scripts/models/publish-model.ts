import { createReadStream } from "node:fs";

import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";

import { isReady } from "../../domain/models/lifecycle.ts";
import { MANIFEST_FILE } from "../../domain/models/manifest.ts";
import { CommandError } from "../command.ts";
import { type ApiClient, ApiRefusal } from "../runtime/api-client.ts";
import type { BucketClient } from "../runtime/s3.ts";
import type { Step } from "../terminal/progress.ts";
import { type ModelAnswer, modelAnswerSchema } from "./model-answer.ts";
import type { ModelFolder } from "./read-model-folder.ts";

const POLL_MILLISECONDS = 500;
/** The runtime gives up by itself long before; this ends the waiting for one that has died. */
const PUBLISHED_WITHIN_MILLISECONDS = 60 * 60 * 1000;

async function findModel(api: ApiClient, version: string): Promise<ModelAnswer | null> {
  try {
    return modelAnswerSchema.parse(await api.request("GET", `/v1/models/${version}`));
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return null;
    throw error;
  }
}

/** True when the version is already served or ready to be. @throws CommandError when it is or was, with other files */
async function isPublished(api: ApiClient, folder: ModelFolder): Promise<boolean> {
  const known = await findModel(api, folder.version);
  if (known === null || !(isReady(known.state) || known.state === "retired")) return false;
  for (const [name, { sha256 }] of folder.files) {
    if (name !== MANIFEST_FILE && known.files[name]?.sha256 !== sha256)
      throw new CommandError(`The version "${folder.version}" is published with another ${name}. Choose another name.`);
  }
  return isReady(known.state);
}

async function upload({ client, buckets }: BucketClient, folder: ModelFolder, step: Step): Promise<void> {
  const Bucket = buckets.models;
  // One of an earlier try would belong to other files.
  if (!folder.hasManifest)
    await client.send(new DeleteObjectCommand({ Bucket, Key: `${folder.version}/${MANIFEST_FILE}` }));
  let done = 0;
  for (const [name, { path, bytes }] of folder.files) {
    step.update(done++, folder.files.size, name);
    const Body = createReadStream(path);
    await client.send(new PutObjectCommand({ Bucket, Key: `${folder.version}/${name}`, Body, ContentLength: bytes }));
  }
}

async function waitUntilIndexed(api: ApiClient, version: string, step: Step): Promise<ModelAnswer> {
  const end = Date.now() + PUBLISHED_WITHIN_MILLISECONDS;
  while (Date.now() < end) {
    const model = await findModel(api, version);
    if (model !== null && (isReady(model.state) || model.state === "refused")) return model;
    step.note(model?.state ?? "waiting");
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
  throw new CommandError(`The model ${version} was not indexed in time. Look at it: endcap models list.`);
}

/**
 * Uploads a model folder and waits until it can be activated. Publishing what is published already changes nothing.
 * @returns the model: ready to be activated or at work already, or `refused` with its problems
 * @throws CommandError when the name is taken by other files, or storage or API cannot be reached
 */
export async function publishModel(
  api: ApiClient,
  bucket: BucketClient,
  folder: ModelFolder,
  step: Step,
): Promise<ModelAnswer> {
  if (!(await isPublished(api, folder))) await upload(bucket, folder, step);
  await api.request("POST", "/v1/models", { version: folder.version });
  return waitUntilIndexed(api, folder.version, step);
}
