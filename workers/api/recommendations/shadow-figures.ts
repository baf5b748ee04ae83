import { hourBeginning } from "../../../domain/lake/lake-keys.ts";
import { emptyTally, type ShadowTally } from "../../../domain/models/shadow-tally.ts";
import { addShadowHours, type ShadowHour } from "../../../platform/d1/shadow-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { logger, messageOf } from "../../../platform/logger.ts";

/** What was compared waits so long for more of it: an isolate writes one row of D1 in this time, two as an hour ends. */
export const SHADOW_FLUSH_MILLISECONDS = 5_000;
/** Who has not written by then was cut off: the next comparison writes in its place. */
const FLUSH_ABANDONED_MILLISECONDS = 3 * SHADOW_FLUSH_MILLISECONDS;

// What this isolate has yet to write, and when the request that will do so began to wait. Only data: no request waits
// for what another one does.
let waiting = new Map<string, ShadowHour>();
let flusherSince: number | null = null;

/** Where an answer of this moment is counted. */
export function tallyOf(activeVersion: string, shadowVersion: string, now: number): ShadowTally {
  const hour = hourBeginning(now);
  const key = `${hour}|${activeVersion}|${shadowVersion}`;
  const present = waiting.get(key);
  if (present !== undefined) return present.tally;
  const tally = emptyTally();
  waiting.set(key, { hour, activeVersion, shadowVersion, tally });
  return tally;
}

/**
 * Writes what was compared, together with what others compare within {@link SHADOW_FLUSH_MILLISECONDS}: the first of them
 * stays behind to do it. Best effort: adding twice would count twice, so what cannot be written is lost.
 */
export async function flushShadowFigures(env: RuntimeEnv, now: number): Promise<void> {
  if (waiting.size === 0) return;
  if (flusherSince !== null && now - flusherSince < FLUSH_ABANDONED_MILLISECONDS) return;
  flusherSince = now;
  await scheduler.wait(SHADOW_FLUSH_MILLISECONDS);
  const hours = [...waiting.values()];
  waiting = new Map();
  flusherSince = null;
  try {
    await addShadowHours(env.DB, hours);
  } catch (error) {
    logger.warn("shadow_figures_lost", { hours: hours.length, message: messageOf(error) });
  }
}
