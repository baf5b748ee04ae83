import { err, ok, type Result } from "../../../domain/result.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import type { WaitUntil } from "../shared-work.ts";

/** Why a stage of an answer was left out. */
export type StageFailure = { readonly kind: "timeout" } | { readonly kind: "error" };

const TIMED_OUT: unique symbol = Symbol("timed out");

/**
 * Waits for a stage no longer than `milliseconds`. A stage that is late or broken is a value, never an exception: the
 * answer goes out without it. The work itself goes on beside the answer: what it brings late may still fill a cache.
 */
export async function within<Value>(
  stage: string,
  milliseconds: number,
  work: Promise<Value>,
  waitUntil: WaitUntil,
): Promise<Result<Value, StageFailure>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const first = await Promise.race([
      work,
      new Promise<typeof TIMED_OUT>((resolve) => {
        timer = setTimeout(() => resolve(TIMED_OUT), milliseconds);
      }),
    ]);
    if (first !== TIMED_OUT) return ok(first);
    waitUntil(work.catch((error: unknown) => logger.warn("late_stage_failed", { stage, message: messageOf(error) })));
    return err({ kind: "timeout" });
  } catch (error) {
    logger.warn("stage_failed", { stage, message: messageOf(error) });
    return err({ kind: "error" });
  } finally {
    clearTimeout(timer);
  }
}
