import type { Interaction } from "../events/interaction.ts";
import {
  SESSION_CONFIRM_MAX_MILLISECONDS,
  SESSION_CONFIRM_SPREAD,
  SESSION_CONFIRMED_GAP_MILLISECONDS,
  SESSION_IDLE_MILLISECONDS,
  type Session,
} from "./session.ts";

/** What a session's alarm does next: wake at a time, or drop a session that nobody came back to. */
export type NextAlarm = { readonly kind: "wake"; readonly at: number } | { readonly kind: "expire" };

const HEX_DIGITS_OF_SHARE = 8;

/**
 * How long after they came a session offers its unconfirmed events to the ledger.
 * @param milliseconds at least so long
 * @param objectId of its Durable Object, hexadecimal
 */
export function spreadConfirmation(milliseconds: number, objectId: string): number {
  const share = Number.parseInt(objectId.slice(0, HEX_DIGITS_OF_SHARE), 16) / 16 ** HEX_DIGITS_OF_SHARE;
  return Math.floor(milliseconds * (1 + SESSION_CONFIRM_SPREAD * share));
}

/**
 * What an alarm offers to the ledger: all but what the queue may be about to bring.
 * @param queueMilliseconds how long the queue is given
 */
export function dueForOffer(
  unconfirmed: readonly Interaction[],
  now: number,
  queueMilliseconds: number,
): readonly Interaction[] {
  return unconfirmed.filter(({ received_at }) => received_at <= now - queueMilliseconds);
}

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
  if (idleUntil <= now) return { kind: "expire" };
  // After a long outage of the ledger the look must still tell that all is confirmed.
  const tells = session.offer_at === null ? 0 : session.offer_at + SESSION_CONFIRMED_GAP_MILLISECONDS;
  return { kind: "wake", at: Math.max(idleUntil, tells) };
}

/**
 * Whether an alarm says that the ledger has everything that the stored session calls unconfirmed. Rows are not written
 * only to let go of confirmed events: while any are unconfirmed, the row names the alarm that offers them, and only when
 * all are confirmed the next alarm is so much later as this asks.
 * @param alarmAt the alarm that is set, or goes off now; null when that is not known
 */
export function tellsConfirmed(session: Session, alarmAt: number | null): boolean {
  const { offer_at } = session;
  return offer_at !== null && alarmAt !== null && alarmAt >= offer_at + SESSION_CONFIRMED_GAP_MILLISECONDS;
}
