import type { Control } from "../../../domain/control/control.ts";
import {
  activated,
  isReady,
  type ModelPointers,
  type PointerRefusal,
  rolledBack,
  shadowed,
  withoutShadow,
} from "../../../domain/models/lifecycle.ts";
import { ok, type Result } from "../../../domain/result.ts";
import type { ModelRow } from "../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import { ApiError } from "../errors.ts";
import { findModel, presentControl, stateOf } from "./describe.ts";
import { movePointers, notePointers, startSync } from "./pointers.ts";
import { prepareModel } from "./prepare.ts";

/** A sync may publish another snapshot between the preparing and the swap: then it is prepared for that one. */
const SNAPSHOTS_FOLLOWED_MAX = 5;

/** Going back is urgent, and the version before has its parts but for a fault: so long it is waited for. */
const ROLL_BACK_PREPARED_WITHIN_MILLISECONDS = 5_000;

type Move = (pointers: ModelPointers) => Result<ModelPointers, PointerRefusal>;

async function findReady(env: RuntimeEnv, version: string, what: string): Promise<ModelRow> {
  const model = await findModel(env, version);
  const state = stateOf(model, await presentControl(env));
  if (isReady(state)) return model;
  const advice = state === "retired" ? "Publish it again first: POST /v1/models." : "Only an indexed one can be.";
  throw new ApiError("conflict", `The model "${version}" is ${state} and cannot be ${what}. ${advice}`);
}

/**
 * Moves the pointers to a version that is ready, once the snapshot that control.json names at that very moment has its
 * parts: no isolate ever sees the two together without them.
 */
async function switchTo(env: RuntimeEnv, version: string, what: string, move: Move): Promise<Control> {
  let model = await findReady(env, version, what);
  for (let round = 0; round < SNAPSHOTS_FOLLOWED_MAX; round++) {
    const snapshot = await prepareModel(env, model);
    // Looked at again: it may have been retired while it was prepared.
    model = await findReady(env, version, what);
    let overtaken = false;
    const control = await movePointers(env, version, new Date(), (pointers, present) => {
      overtaken = (present.catalogue?.version ?? null) !== snapshot;
      return overtaken ? ok(pointers) : move(pointers);
    });
    if (!overtaken) return control;
  }
  throw new ApiError("temporarily_unavailable", "The catalogue changed again and again meanwhile. Try again.");
}

async function settle(env: RuntimeEnv, version: string): Promise<ModelRow> {
  await notePointers(env, Date.now());
  await startSync(env, version);
  return findModel(env, version);
}

/** Makes a version the active one. @throws ApiError 404, 409 or 503: then nothing was switched */
export async function activateModel(env: RuntimeEnv, version: string): Promise<ModelRow> {
  await switchTo(env, version, "activated", (pointers) => ok(activated(pointers, version)));
  return settle(env, version);
}

/**
 * Makes the version before the active one again. Its parts come with every snapshot; should they be missing all the
 * same, it is switched to nevertheless, since whoever goes back has a reason.
 */
export async function rollBackModel(env: RuntimeEnv): Promise<ModelRow> {
  const previous = (await presentControl(env))?.model.previous ?? null;
  if (previous !== null) {
    try {
      await prepareModel(env, await findModel(env, previous), ROLL_BACK_PREPARED_WITHIN_MILLISECONDS);
    } catch (error) {
      logger.error("rolled_back_without_parts", { version: previous, message: messageOf(error) });
    }
  }
  const control = await movePointers(env, previous ?? "", new Date(), rolledBack);
  return settle(env, control.model.active ?? "");
}

/** Lets a version rank a share of the requests beside the active one. @throws ApiError 404, 409 or 503 */
export async function shadowModel(env: RuntimeEnv, version: string, share: number): Promise<ModelRow> {
  await switchTo(env, version, "a shadow", (pointers) => shadowed(pointers, version, share));
  return settle(env, version);
}

/** Ends the shadow, if there is one. @returns the version that was it */
export async function endShadow(env: RuntimeEnv): Promise<string | null> {
  let ended: string | null = null;
  await movePointers(env, "", new Date(), (pointers) => {
    ended = pointers.shadow?.version ?? null;
    return ok(ended === null ? pointers : withoutShadow(pointers));
  });
  await notePointers(env, Date.now());
  return ended;
}
