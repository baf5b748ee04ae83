import { BACKOFF_MILLISECONDS, RETRY_AFTER_MAX_MILLISECONDS } from "./limits.ts";

function asked(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : at - now;
}

/**
 * Milliseconds to wait before the next attempt: what `Retry-After` says in seconds or as a date, else longer each time.
 * @param attempt the attempt that failed, from 1
 * @param now milliseconds since 1970
 */
export function retryDelay(header: string | null, attempt: number, now: number): number {
  const delay = asked(header, now) ?? BACKOFF_MILLISECONDS * 2 ** (attempt - 1);
  return Math.min(Math.max(delay, 0), RETRY_AFTER_MAX_MILLISECONDS);
}
