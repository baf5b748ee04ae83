import { type Consent, EMPTY_SESSION, type Session } from "./session.ts";

/** A consent as a request brings it: said by the shopper, or the default of the caller's kind of key. */
export interface GivenConsent {
  readonly value: Consent;
  /** True when the shopper said so in this request. */
  readonly explicit: boolean;
}

/** What counts now: what was said just now, else what is remembered, else the default. */
export function effectiveConsent(remembered: Consent | null, given: GivenConsent): Consent {
  return given.explicit ? given.value : (remembered ?? given.value);
}

function isSame(left: Consent | null, right: Consent): boolean {
  return left !== null && left.personalization === right.personalization && left.analytics === right.analytics;
}

/**
 * The session without anything that was learnt about the shopper. Accepted events stay until the ledger has them (they
 * were given with consent), and so do bare event ids, so that a retry is still known.
 */
export function withdrawPersonalization(session: Session): Session {
  return {
    ...EMPTY_SESSION,
    consent: session.consent,
    event_ids: session.event_ids,
    unconfirmed: session.unconfirmed,
    offer_at: session.offer_at,
    generation: session.generation,
    touched_at: session.touched_at,
  };
}

/**
 * Remembers what the shopper said. Returns the very same session when nothing was said or nothing changes: then
 * nothing has to be written.
 * @param now milliseconds since 1970 UTC
 */
export function rememberConsent(session: Session, given: GivenConsent, now: number): Session {
  if (!given.explicit || isSame(session.consent, given.value)) return session;
  const said = { ...session, consent: given.value, touched_at: now };
  return given.value.personalization ? said : withdrawPersonalization(said);
}
