import { jsonBytes } from "../events/event-params.ts";
import type { Interaction } from "../events/interaction.ts";
import { err, ok, type Result } from "../result.ts";
import { applyInteractions, freshInteractions, rememberIds } from "./apply.ts";
import { effectiveConsent, type GivenConsent, rememberConsent } from "./consent.ts";
import { attributeInOrder } from "./seen.ts";
import { SESSION_ROW_MAX_BYTES, SESSION_UNCONFIRMED_MAX, type Session } from "./session.ts";

/**
 * Where accepted events go, by what the shopper agreed to: `queue` = they are in the session and on their way to the
 * ledger; `session` = personalisation only; `ledger` = analytics only, the caller hands them to the ledger itself
 * under one-off ids; `nowhere` = neither.
 */
export type Destination = "queue" | "session" | "ledger" | "nowhere";

/** What came of a request's events. */
export interface Appended {
  readonly destination: Destination;
  /** Ids of the events that were new. */
  readonly fresh: readonly string[];
  /** The items of those of them that were put down to recommendations; the rest is as it was given. */
  readonly attributed: readonly Pick<Interaction, "event_id" | "items">[];
  readonly duplicates: number;
}

/** The session has no room until the ledger has confirmed earlier events. */
export interface SessionFull {
  readonly kind: "session_full";
}

/** A decision that nothing has been done about yet. */
export interface PlannedAppend {
  /** The very same session when nothing has to be written. */
  readonly session: Session;
  readonly outcome: Appended;
}

/** What an append goes by, beside session and events. */
export interface AppendContext {
  readonly given: GivenConsent;
  /** Size of the session as it is stored. */
  readonly storedBytes: number;
  /** `attribution.windowHours` of the configuration. */
  readonly attributionMilliseconds: number;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** Decides what a request's events do to a session. */
export function planAppend(
  session: Session,
  interactions: readonly Interaction[],
  { given, storedBytes, attributionMilliseconds, now }: AppendContext,
): Result<PlannedAppend, SessionFull> {
  const remembered = rememberConsent(session, given, now);
  const consent = effectiveConsent(remembered.consent, given);
  const fresh = freshInteractions(remembered, interactions);
  const outcome = {
    fresh: fresh.map((interaction) => interaction.event_id),
    attributed: [],
    duplicates: interactions.length - fresh.length,
  };
  if (!consent.personalization) {
    const destination = consent.analytics ? "ledger" : "nowhere";
    return ok({ session: remembered, outcome: { ...outcome, destination } });
  }
  const destination = consent.analytics ? "queue" : "session";
  if (fresh.length === 0) return ok({ session: remembered, outcome: { ...outcome, destination } });
  const changed = { ...rememberIds(applyInteractions(remembered, fresh), fresh), touched_at: now };
  if (destination === "session") return ok({ session: changed, outcome: { ...outcome, destination } });
  const room = SESSION_ROW_MAX_BYTES - storedBytes;
  const attributed = attributeInOrder(remembered.seen, fresh, attributionMilliseconds);
  // Attributions are ours: no event is refused for them. Only what is made for it comes near.
  const taken = jsonBytes(attributed) <= room ? attributed : fresh;
  const unconfirmed = [...changed.unconfirmed, ...taken];
  if (unconfirmed.length > SESSION_UNCONFIRMED_MAX || (taken === fresh && jsonBytes(fresh) > room)) {
    return err({ kind: "session_full" });
  }
  const asGiven = new Set(fresh);
  const changedItems = taken
    .filter((interaction) => !asGiven.has(interaction))
    .map(({ event_id, items }) => ({ event_id, items }));
  return ok({
    session: { ...changed, unconfirmed },
    outcome: { ...outcome, destination, attributed: changedItems },
  });
}

/** The session after the ledger has these events, or has refused them for good and they were set aside. */
export function confirmEvents(session: Session, eventIds: ReadonlySet<string>): Session {
  const unconfirmed = session.unconfirmed.filter((interaction) => !eventIds.has(interaction.event_id));
  return unconfirmed.length === session.unconfirmed.length ? session : { ...session, unconfirmed };
}
