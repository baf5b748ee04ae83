import { type ModelJob, type ModelState, retired } from "../../../domain/models/lifecycle.ts";
import { type ModelRow, recordRetired } from "../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import { ApiError } from "../errors.ts";
import { findModel } from "./describe.ts";
import { movePointers, notePointers } from "./pointers.ts";

/** An instance that shows no end by then has died: it must not keep the version's name for ever. */
const WITHDRAWN_WITHIN_MILLISECONDS = 60 * 60 * 1000;
const AT_WORK = new Set<InstanceStatus["status"]>(["queued", "running", "waiting", "waitingForPause", "paused"]);

/** One instance for each time that a version is retired. Instance names have no dots, versions no underscores. */
function withdrawalId({ version, retiredAt }: ModelRow): string {
  return `withdraw-${version.replaceAll(".", "_")}-${retiredAt ?? 0}`;
}

async function withdrawalStatus(env: RuntimeEnv, model: ModelRow): Promise<InstanceStatus["status"] | null> {
  try {
    return (await (await env.MODEL_WORKFLOW.get(withdrawalId(model))).status()).status;
  } catch {
    return null;
  }
}

async function startWithdrawal(env: RuntimeEnv, model: ModelRow): Promise<void> {
  const { version } = model;
  const params: ModelJob = { version, action: "withdraw" };
  try {
    await env.MODEL_WORKFLOW.create({ id: withdrawalId(model), params });
  } catch (error) {
    // Retired a second time: the first one's instance is at work, or has done it.
    if ((await withdrawalStatus(env, model)) !== null) return;
    logger.error("withdrawal_not_started", { version, message: messageOf(error) });
    throw new ApiError(
      "temporarily_unavailable",
      `The model "${version}" is retired, but its vectors are not being deleted yet. Retire it once more.`,
    );
  }
}

function isUnderWay(state: ModelState): boolean {
  return state === "published" || state === "validated";
}

/**
 * Takes a version out of service for good: it is in no pointer any more, and its vectors are deleted once no isolate
 * can know it as the active one.
 * @throws ApiError 404, or 409 for the active version and one that is being published
 */
export async function retireModel(env: RuntimeEnv, version: string): Promise<ModelRow> {
  const model = await findModel(env, version);
  if (isUnderWay(model.state))
    throw new ApiError("conflict", `The model "${version}" is still being published. Retire it when it is indexed.`);
  const now = new Date();
  await movePointers(env, version, now, (pointers) => retired(pointers, version));
  await recordRetired(env.DB, version, now.getTime());
  await notePointers(env, now.getTime());
  const row = await findModel(env, version);
  await startWithdrawal(env, row);
  return row;
}

/** @throws ApiError 409 while a retired version's vectors are being deleted: new ones would go with them */
export async function assertWithdrawn(env: RuntimeEnv, model: ModelRow): Promise<void> {
  if (Date.now() - (model.retiredAt ?? 0) > WITHDRAWN_WITHIN_MILLISECONDS) return;
  const status = await withdrawalStatus(env, model);
  if (status === null || !AT_WORK.has(status)) return;
  throw new ApiError(
    "conflict",
    `The vectors of the retired model "${model.version}" are being deleted. Publish it again in some minutes.`,
  );
}
