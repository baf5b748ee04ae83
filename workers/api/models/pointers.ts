import type { Control } from "../../../domain/control/control.ts";
import type { ModelPointers, PointerRefusal } from "../../../domain/models/lifecycle.ts";
import type { Result } from "../../../domain/result.ts";
import { recordPointers } from "../../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import { readControl, updateControl } from "../../../platform/r2/control-store.ts";
import { ApiError } from "../errors.ts";

/** So often the states are noted anew because the pointers moved meanwhile; whoever moved them notes them too. */
const NOTED_ROUNDS_MAX = 5;

function refuse({ kind }: PointerRefusal, version: string): ApiError {
  switch (kind) {
    case "is_active":
      return new ApiError(
        "conflict",
        `The model "${version}" is the active one. Activate another first: POST /v1/models/:version/activate.`,
      );
    case "no_previous":
      return new ApiError("conflict", "There is no previous model to go back to.");
    case "nothing_active":
      return new ApiError("conflict", "No model is active: there is nothing that a shadow could be compared with.");
    default: {
      const unreachable: never = kind;
      return unreachable;
    }
  }
}

/**
 * Moves the pointers in control.json by compare-and-swap.
 * @param version the one that is spoken of in a refusal
 * @returns the document as it is then
 * @throws ApiError 409 where the pointers cannot be moved so
 */
export function movePointers(
  env: RuntimeEnv,
  version: string,
  now: Date,
  move: (pointers: ModelPointers, control: Control) => Result<ModelPointers, PointerRefusal>,
): Promise<Control> {
  return updateControl(env.RUNTIME, now, (control) => {
    const moved = move(control.model, control);
    if (!moved.ok) throw refuse(moved.error, version);
    return moved.value === control.model ? control : { ...control, model: moved.value };
  });
}

/**
 * Notes in D1 which version is active and which a shadow. What control.json says after the noting is what was noted:
 * of two callers at once, whoever writes last has seen both swaps.
 */
export async function notePointers(env: RuntimeEnv, now: number): Promise<void> {
  let etag: string | undefined;
  for (let round = 0; round < NOTED_ROUNDS_MAX; round++) {
    const read = await readControl(env.RUNTIME, etag);
    if (read === null || read === "unchanged") return;
    etag = read.etag;
    await recordPointers(env.DB, read.control.model, now);
  }
}

/** The index and the snapshots follow the models at work: a run brings what they lack. */
export async function startSync(env: RuntimeEnv, version: string): Promise<void> {
  try {
    await env.SYNC_WORKFLOW.create({ params: { trigger: "manual" } });
  } catch (error) {
    // The model is at work already; the next run on schedule brings the rest.
    logger.warn("sync_not_started", { version, message: messageOf(error) });
  }
}
