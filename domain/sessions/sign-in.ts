import type { Interaction } from "../events/interaction.ts";
import { hash64 } from "../hash.ts";
import { SIGN_IN } from "../ledger/routing.ts";
import { mergeHandOver, mergedKey } from "./merge.ts";
import { type HandOver, SESSION_MERGED_MAX, type Session } from "./session.ts";

/** A user's session takes over the session of an anonymous client. */
export interface TakeOver {
  /** `u:<user id>`. */
  readonly user: string;
  readonly client: string;
  /** Null when the client's session has nothing to hand over. */
  readonly handOver: HandOver | null;
  /** True when the user agreed to both purposes: only then the ledger learns who the client is. */
  readonly toLedger: boolean;
}

/**
 * What tells the ledger that what the client did up to now is the user's. Its id is the same whenever the same sign-in
 * is told again; two hashes, so that no two of them meet.
 */
function signInEvent(user: string, client: string, key: string, now: number): Interaction {
  const name = JSON.stringify([user, key]);
  return {
    event_id: `sign-in~${hash64(name)}${hash64(name, 1)}`,
    name: SIGN_IN,
    shopper: user,
    at: now,
    received_at: now,
    items: [],
    params: { client: `c:${client}` },
  };
}

function isKnown(session: Session, client: string): boolean {
  return session.merged.some((key) => key.startsWith(mergedKey(client, null)));
}

/**
 * The user's session with what was handed over, and with the event that tells the ledger: once per generation, and once
 * for a client that has nothing to hand over and was never met (its session may have ended long ago; what it did is in
 * the ledger). The very same session when there is nothing new.
 * @param now milliseconds since 1970 UTC
 */
export function takeOver(session: Session, { user, client, handOver, toLedger }: TakeOver, now: number): Session {
  if (handOver === null) {
    if (!toLedger || isKnown(session, client)) return session;
    const key = mergedKey(client, null);
    const merged = [...session.merged, key].slice(-SESSION_MERGED_MAX);
    const unconfirmed = [...session.unconfirmed, signInEvent(user, client, key, now)];
    return { ...session, merged, unconfirmed, touched_at: now };
  }
  const merged = mergeHandOver(session, client, handOver, now);
  if (merged === session || !toLedger) return merged;
  const event = signInEvent(user, client, mergedKey(client, handOver.generation), now);
  return { ...merged, unconfirmed: [...merged.unconfirmed, event] };
}
