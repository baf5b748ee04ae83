import type { Control } from "../../../domain/control/control.ts";
import type { ModelJob } from "../../../domain/models/lifecycle.ts";
import type { ModelRow } from "../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import { hasModelParts } from "../../../platform/r2/catalogue-store.ts";
import { ApiError } from "../errors.ts";
import { presentControl } from "./describe.ts";

/** A version is waited for no longer than this; callers wait a minute. */
const PREPARED_WITHIN_MILLISECONDS = 25_000;
const LOOK_AGAIN_MILLISECONDS = 250;

/** Whether a model may be switched to: the snapshot that control.json names has its parts. */
export async function isPrepared(env: RuntimeEnv, { version, manifest }: ModelRow, control: Control): Promise<boolean> {
  if (control.catalogue === null || manifest === null) return true;
  return hasModelParts(env.RUNTIME, control.catalogue.version, { version, files: manifest.files });
}

async function startPreparing(env: RuntimeEnv, version: string): Promise<void> {
  const params: ModelJob = { version, action: "prepare" };
  try {
    await env.MODEL_WORKFLOW.create({ params });
  } catch (error) {
    logger.error("model_not_prepared", { version, message: messageOf(error) });
    throw notPrepared(version);
  }
}

function notPrepared(version: string): ApiError {
  return new ApiError(
    "temporarily_unavailable",
    `The embeddings of "${version}" for the present catalogue are still being made. Try again in a minute.`,
  );
}

/**
 * Waits until the present snapshot has the model's parts, after having them made if it must: answers of a version
 * without them would be worse than those of the version before.
 * @returns version of the snapshot that has them, null before the first one
 * @throws ApiError 503 when that takes too long; nothing was switched then
 */
export async function prepareModel(
  env: RuntimeEnv,
  model: ModelRow,
  withinMilliseconds = PREPARED_WITHIN_MILLISECONDS,
): Promise<string | null> {
  const end = Date.now() + withinMilliseconds;
  let started = false;
  for (;;) {
    const control = await presentControl(env);
    if (control === null || (await isPrepared(env, model, control))) return control?.catalogue?.version ?? null;
    if (!started) await startPreparing(env, model.version);
    started = true;
    if (Date.now() > end) throw notPrepared(model.version);
    await scheduler.wait(LOOK_AGAIN_MILLISECONDS);
  }
}
