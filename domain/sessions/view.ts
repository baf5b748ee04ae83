import { EMPTY_VIEW } from "./empty-view.ts";
import type { Consent, Session, SessionView } from "./session.ts";

/** The part of a session that an answer is ranked from; empty without consent to personalisation. */
export function viewOf(session: Session, consent: Consent, version: string): SessionView {
  if (!consent.personalization) return { ...EMPTY_VIEW, version, consent };
  return {
    version,
    consent,
    recent: session.recent,
    cart: session.cart,
    purchases: session.purchases.map(({ item_id, at }) => ({ item_id, at })),
    ratings: session.ratings.map(({ item_id, rating }) => ({ item_id, rating })),
    features: session.features,
    country: session.country,
    candidates: session.candidates,
  };
}
