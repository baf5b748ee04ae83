import type { LiveItems } from "../../../domain/catalogue/live-items.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import { fetchLiveItems, type VersionedLiveItems } from "../../../platform/r2/live-items-store.ts";

// The isolate's copy of `live-items.json`, renewed beside control.json.
let held: VersionedLiveItems | null = null;

/** What was pushed since the snapshot, as far as this isolate knows; null where nothing was. */
export function heldLiveItems(): LiveItems | null {
  return held?.live ?? null;
}

/** Takes over what this isolate has written itself: its own answers need not wait for the next look. */
export function holdLiveItems(written: VersionedLiveItems): void {
  held = written;
}

/** Looks for a newer object. Never throws: the older copy goes on serving, and the next look is seconds away. */
export async function renewLiveItems(bucket: R2Bucket): Promise<void> {
  const before = held;
  try {
    const newest = await fetchLiveItems(bucket, before?.etag);
    // A push of this isolate may have been faster, and this look older than it.
    if (newest !== "unchanged" && held === before) held = newest;
  } catch (error) {
    logger.warn("live_items_unreadable", { message: messageOf(error) });
  }
}
