import type { RuntimeEnv } from "../../../platform/env.ts";
import { writeLiveItems } from "../../../platform/r2/live-items-store.ts";
import { within } from "../recommendations/deadline.ts";
import { SharedWork, type WaitUntil } from "../shared-work.ts";
import { LIVE_WRITE_ATTEMPTS_MAX, LIVE_WRITE_DEADLINE_MILLISECONDS, LIVE_WRITE_PAUSE_MILLISECONDS } from "./limits.ts";
import { holdLiveItems } from "./live-items-cache.ts";

const writing = new SharedWork<number>();

async function write(env: RuntimeEnv, push: number): Promise<number> {
  const written = await writeLiveItems(env.DB, env.RUNTIME, push);
  if (written === null) return push;
  holdLiveItems(written);
  return written.live.through;
}

/**
 * Makes a push that is in D1 visible to every isolate, which look for it every few seconds. Pushes of one isolate that
 * come together share one write: whoever finds one under way waits for it, and writes only if that one had looked at
 * D1 too early to know of the push. So any number of pushes at once end with the second write.
 * @param push its number
 * @returns false when the object could not be written. The push holds all the same: the next one brings it along, and
 * so does the next snapshot, minutes later.
 */
export async function goLive(env: RuntimeEnv, push: number, waitUntil: WaitUntil): Promise<boolean> {
  let failures = 0;
  while (failures < LIVE_WRITE_ATTEMPTS_MAX) {
    const work = writing.run("", waitUntil, Date.now(), () => write(env, push));
    const through = await within("live_items", LIVE_WRITE_DEADLINE_MILLISECONDS, work, waitUntil);
    if (through.ok && through.value >= push) return true;
    if (through.ok) continue;
    failures += 1;
    // Other isolates write the same object: they must not all come back at the same moment.
    if (failures < LIVE_WRITE_ATTEMPTS_MAX)
      await scheduler.wait(LIVE_WRITE_PAUSE_MILLISECONDS * (failures + Math.random()));
  }
  return false;
}
