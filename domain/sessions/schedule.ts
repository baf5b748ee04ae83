import { SESSION_CONFIRM_MAX_MILLISECONDS, SESSION_IDLE_MILLISECONDS, type Session } from "./session.ts";

/** What a session's alarm does next: wake at a time, or drop a session that nobody came back to. */
export type NextAlarm = { readonly kind: "wake"; readonly at: number } | { readonly kind: "expire" };

/**
 * When a session has to wake.
 * @param confirmMilliseconds how long after they came unconfirmed events are offered to the ledger
 * @param failures how often in a row the ledger could not be reached
 */
export function nextAlarm(session: Session, now: number, confirmMilliseconds: number, failures: number): NextAlarm {
  if (session.unconfirmed.length > 0) {
    const wait = Math.min(confirmMilliseconds * 2 ** failures, SESSION_CONFIRM_MAX_MILLISECONDS);
    return { kind: "wake", at: now + wait };
  }
  const idleUntil = session.touched_at + SESSION_IDLE_MILLISECONDS;
  return idleUntil <= now ? { kind: "expire" } : { kind: "wake", at: idleUntil };
}
