import { newestInteractions } from "./apply.ts";
import { mergeCarts } from "./cart.ts";
import { mergePurchases } from "./purchases.ts";
import { mergeRatings } from "./ratings.ts";
import { mergeSeen } from "./seen.ts";
import {
  type Consent,
  EMPTY_SESSION,
  SESSION_EVENT_IDS_MAX,
  SESSION_MERGED_MAX,
  SESSION_RECENT_MAX,
  type HandOver,
  type Session,
  type SessionContent,
} from "./session.ts";

/** What an anonymous session answers when a user's session asks for it. */
export interface HandedOver {
  readonly consent: Consent | null;
  /** Null when there is nothing to take over. */
  readonly handOver: HandOver | null;
}

function contentOf(session: Session): SessionContent {
  const { recent, cart, purchases, ratings, seen, event_ids } = session;
  return { recent, cart, purchases, ratings, seen, event_ids };
}

function holdsContent({ recent, cart, purchases, ratings, seen }: SessionContent): boolean {
  return [recent, cart, purchases, ratings, seen].some((list) => list.length > 0);
}

/**
 * Sets an anonymous session's content apart for `recipient`. Asked again before {@link finishHandOver}, it gives the
 * same: so a recipient that died on the way gets it all, and one that has it already knows it by its generation.
 * Unconfirmed events stay: their way to the ledger is this session's alarm.
 */
export function startHandOver(session: Session, recipient: string): Session {
  if (session.handing_over?.recipient === recipient || !holdsContent(session)) return session;
  const { recent, cart, purchases, ratings, seen } = EMPTY_SESSION;
  return {
    ...session,
    recent,
    cart,
    purchases,
    ratings,
    seen,
    handing_over: { recipient, generation: session.generation, content: contentOf(session) },
    generation: session.generation + 1,
  };
}

/** The recipient has `generation` on its disk: what was set apart may go. */
export function finishHandOver(session: Session, generation: number): Session {
  return session.handing_over?.generation === generation ? { ...session, handing_over: null } : session;
}

/** Under what a user's session remembers an anonymous one: with the generation that it took over, null for none yet. */
export function mergedKey(client: string, generation: number | null): string {
  return `${client}#${generation ?? ""}`;
}

/**
 * A user's session with what was handed over by the anonymous `client`, applied once per generation. The user's own
 * consent wins over the one that was given anonymously.
 * @param now milliseconds since 1970 UTC
 */
export function mergeHandOver(
  session: Session,
  client: string,
  { generation, content }: HandOver,
  now: number,
): Session {
  const key = mergedKey(client, generation);
  if (session.merged.includes(key)) return session;
  return {
    ...session,
    recent: newestInteractions([...session.recent, ...content.recent], SESSION_RECENT_MAX),
    cart: mergeCarts(session.cart, content.cart),
    purchases: mergePurchases(session.purchases, content.purchases),
    ratings: mergeRatings(session.ratings, content.ratings),
    seen: mergeSeen(session.seen, content.seen),
    event_ids: [...content.event_ids, ...session.event_ids].slice(-SESSION_EVENT_IDS_MAX),
    merged: [...session.merged, key].slice(-SESSION_MERGED_MAX),
    touched_at: now,
  };
}
