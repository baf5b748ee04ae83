import {
  CONTROL_DEADLINE_MILLISECONDS,
  CONTROL_FRESH_MILLISECONDS,
  type Control,
} from "../../domain/control/control.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { readControl } from "../../platform/r2/control-store.ts";

/** What a request knows about the deployment. */
export interface KnownControl {
  /** Null where the deployment has not been provisioned. */
  readonly control: Control | null;
  /** True when the copy is too old and could not be renewed in time. */
  readonly stale: boolean;
}

// The isolate's copy: the whole point of control.json is that requests share it.
let copy: { readonly control: Control; readonly etag: string } | null = null;
let checkedAt = 0;
let reading: Promise<void> | null = null;

async function read(bucket: R2Bucket): Promise<void> {
  try {
    const newest = await readControl(bucket, copy?.etag);
    if (newest !== "unchanged") copy = newest;
    checkedAt = Date.now();
  } catch (error) {
    // The old copy goes on serving; the answer says `stale_control`.
    logger.warn("control_unreadable", { message: messageOf(error) });
  } finally {
    reading = null;
  }
}

function isFresh(): boolean {
  return copy !== null && Date.now() - checkedAt < CONTROL_FRESH_MILLISECONDS;
}

/**
 * The isolate's copy of `control.json` without waiting, or null when it has none yet. A copy that is no longer young
 * starts to be renewed; {@link latestControl} awaits that.
 */
export function heldControl(bucket: R2Bucket): Control | null {
  if (!isFresh()) reading ??= read(bucket);
  return copy?.control ?? null;
}

/**
 * The newest `control.json` that can be had in time: at once while the copy is young, else after a conditional read
 * of at most {@link CONTROL_DEADLINE_MILLISECONDS}. An isolate with no copy at all waits for its first one.
 */
export async function latestControl(bucket: R2Bucket): Promise<KnownControl> {
  if (!isFresh()) {
    reading ??= read(bucket);
    await (copy === null ? reading : Promise.race([reading, scheduler.wait(CONTROL_DEADLINE_MILLISECONDS)]));
  }
  return { control: copy?.control ?? null, stale: copy !== null && !isFresh() };
}
