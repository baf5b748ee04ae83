import {
  CONTROL_DEADLINE_MILLISECONDS,
  CONTROL_FRESH_MILLISECONDS,
  type Control,
} from "../../domain/control/control.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { readControl } from "../../platform/r2/control-store.ts";
import { renewLiveItems } from "./pushes/live-items-cache.ts";
import { SharedWork, type WaitUntil } from "./shared-work.ts";

/** Where `control.json` is, and what lets its reading outlive an answer. */
export interface ControlSource {
  readonly bucket: R2Bucket;
  readonly waitUntil: WaitUntil;
}

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
const reading = new SharedWork<void>();
const readingLiveItems = new SharedWork<void>();

async function read(bucket: R2Bucket): Promise<void> {
  try {
    const newest = await readControl(bucket, copy?.etag);
    if (newest !== "unchanged") copy = newest;
    checkedAt = Date.now();
  } catch (error) {
    // The old copy goes on serving; the answer says `stale_control`.
    logger.warn("control_unreadable", { message: messageOf(error) });
  }
}

/**
 * Reads control.json and, beside it, `live-items.json`: what was pushed is to be felt within the same seconds. The
 * latter may cost control.json no more than its deadline, also in an isolate that has no copy and waits for its first.
 */
async function readBoth({ bucket, waitUntil }: ControlSource): Promise<void> {
  const live = readingLiveItems.run("", waitUntil, Date.now(), () => renewLiveItems(bucket));
  await Promise.all([read(bucket), Promise.race([live, scheduler.wait(CONTROL_DEADLINE_MILLISECONDS)])]);
}

function renew(source: ControlSource): Promise<void> {
  return reading.run("", source.waitUntil, Date.now(), () => readBoth(source));
}

function isFresh(): boolean {
  return copy !== null && Date.now() - checkedAt < CONTROL_FRESH_MILLISECONDS;
}

/**
 * The isolate's copy of `control.json` without waiting, or null when it has none yet. A copy that is no longer young
 * starts to be renewed; {@link latestControl} awaits that.
 */
export function heldControl(source: ControlSource): Control | null {
  if (!isFresh()) void renew(source);
  return copy?.control ?? null;
}

/**
 * The newest `control.json` that can be had in time: at once while the copy is young, else after a conditional read
 * of at most {@link CONTROL_DEADLINE_MILLISECONDS}. An isolate with no copy at all waits for its first one.
 */
export async function latestControl(source: ControlSource): Promise<KnownControl> {
  if (!isFresh()) {
    const renewed = renew(source);
    await (copy === null ? renewed : Promise.race([renewed, scheduler.wait(CONTROL_DEADLINE_MILLISECONDS)]));
  }
  return { control: copy?.control ?? null, stale: copy !== null && !isFresh() };
}
