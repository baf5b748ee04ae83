import { HOUR_MILLISECONDS } from "../../ledger/limits.ts";
import { COUNTING_DELAY_MILLISECONDS, HOUR_JUDGED_AFTER_MILLISECONDS } from "./limits.ts";

/** What a look is about. */
export interface LookedAt {
  /** Beginning of the hour, milliseconds since 1970 UTC. */
  readonly hour: number;
  /** Share of the hour that is counted, above 0 and up to 1. */
  readonly share: number;
}

/**
 * The hour that a look judges. In an hour's first minutes it is the hour before: that one is complete, and of the new
 * one there is too little to tell a burst from a rise.
 * @param now milliseconds since 1970 UTC
 */
export function lookedAt(now: number): LookedAt {
  const hour = now - (now % HOUR_MILLISECONDS);
  if (now - hour < HOUR_JUDGED_AFTER_MILLISECONDS) return { hour: hour - HOUR_MILLISECONDS, share: 1 };
  return { hour, share: (now - COUNTING_DELAY_MILLISECONDS - hour) / HOUR_MILLISECONDS };
}
