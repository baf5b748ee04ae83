import {
  BACKOFF_FIRST_MILLISECONDS,
  BACKOFF_MAX_MILLISECONDS,
  JITTER_SHARE,
  REFUSED_ATTEMPTS_MAX,
  RETRY_AFTER_MAX_MILLISECONDS,
  TELL_WITHIN_MILLISECONDS,
} from "./limits.ts";

const GONE = 410;
const REQUEST_TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;

/** What an attempt came to. */
export interface Attempt {
  readonly delivered: boolean;
  /** Of the answer; null when there was none. */
  readonly status: number | null;
  /** How long it took. */
  readonly milliseconds: number;
  /** What failed, without the address; null when it was taken. */
  readonly error: string | null;
  /** How long the receiver asks to be left alone; null when it does not say. */
  readonly retryAfterMilliseconds: number | null;
}

/** True when the receiver answered that it does not want this, rather than that it cannot now. */
export function isRefusal(status: number | null): boolean {
  // A redirect is one too: the address is to be mended.
  return status !== null && status >= 300 && status < 500 && status !== REQUEST_TIMEOUT && status !== TOO_MANY_REQUESTS;
}

/**
 * When a message that failed is tried again.
 * @param attempts how often it was tried, this time included
 * @param happenedAt when what it tells happened, and `now`: milliseconds since 1970 UTC
 * @param random 0–1
 * @returns milliseconds since 1970 UTC; null when it is given up
 */
export function nextAttemptAt(
  { status, retryAfterMilliseconds }: Pick<Attempt, "status" | "retryAfterMilliseconds">,
  attempts: number,
  happenedAt: number,
  now: number,
  random: number,
): number | null {
  if (status === GONE) return null;
  if (isRefusal(status) && attempts >= REFUSED_ATTEMPTS_MAX) return null;
  const doubled = Math.min(BACKOFF_FIRST_MILLISECONDS * 2 ** (attempts - 1), BACKOFF_MAX_MILLISECONDS);
  const own = doubled * (1 + JITTER_SHARE * (2 * random - 1));
  const asked = Math.min(retryAfterMilliseconds ?? 0, RETRY_AFTER_MAX_MILLISECONDS);
  const at = Math.round(now + Math.max(own, asked));
  return at > happenedAt + TELL_WITHIN_MILLISECONDS ? null : at;
}
