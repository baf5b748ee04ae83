import type { FeatureValues } from "../catalogue/records.ts";
import type { Interaction } from "../events/interaction.ts";

/** What a shopper has agreed to. */
export interface Consent {
  readonly personalization: boolean;
  readonly analytics: boolean;
}

/** Something a shopper did with one item, reduced to what ranking needs. */
export interface SessionInteraction {
  readonly name: string;
  readonly item_id: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

export interface CartLine {
  readonly item_id: string;
  readonly quantity: number;
}

export interface SessionPurchase {
  readonly item_id: string;
  readonly at: number;
}

export interface SessionRating {
  readonly item_id: string;
  readonly rating: number;
}

/** Nearest items of a shopper's profile under one model version, best first. */
export interface ProfileCandidates {
  readonly version: string;
  /** Fingerprint of the features that the embedding was made from. */
  readonly feature_hash: string;
  readonly item_ids: readonly string[];
  readonly scores: readonly number[];
}

/**
 * One shopper's session as it is stored: one packed row, bounded. Everything in it is data (it is kept as JSON), so
 * that a rule may change without a migration; `format` tells readers which shape they hold.
 */
export interface Session {
  readonly format: 1;
  readonly consent: Consent | null;
  /** Newest last. */
  readonly recent: readonly SessionInteraction[];
  readonly cart: readonly CartLine[];
  /** Newest last: seen live, or loaded from the synced orders. */
  readonly purchases: readonly SessionPurchase[];
  readonly ratings: readonly SessionRating[];
  /** Items that were seen on one of our shelves, newest last. */
  readonly shown: readonly SessionInteraction[];
  /** A known user's synced features; null for an anonymous shopper or an unknown user. */
  readonly features: FeatureValues | null;
  readonly country: string | null;
  /** When features and purchases were last read from D1; 0 = never. */
  readonly profile_loaded_at: number;
  /** At most two: the active model's and the previous one's. */
  readonly candidates: readonly ProfileCandidates[];
  /** Ids of recent events, newest last: a retried request is answered `duplicates`. */
  readonly event_ids: readonly string[];
  /** Accepted events that the ledger has not confirmed. Never dropped by a bound or by expiry. */
  readonly unconfirmed: readonly Interaction[];
  /** Anonymous sessions that were folded in, as `<client id>#<generation>`. */
  readonly merged: readonly string[];
  /** Grows when this session is handed over to a user's: a second hand-over is a new one. */
  readonly generation: number;
  /** Time of the last event, for idle expiry. */
  readonly touched_at: number;
}

/** The part of a session that an answer is ranked from: what the serving plane asks the object for, once. */
export interface SessionView {
  readonly consent: Consent | null;
  readonly recent: readonly SessionInteraction[];
  readonly cart: readonly CartLine[];
  readonly purchases: readonly SessionPurchase[];
  readonly ratings: readonly SessionRating[];
  readonly features: FeatureValues | null;
  readonly country: string | null;
  readonly candidates: readonly ProfileCandidates[];
}

/** Bounds of a session. A full `unconfirmed` refuses new events before they are acknowledged. */
export const SESSION_RECENT_MAX = 100;
export const SESSION_CART_MAX = 100;
export const SESSION_PURCHASES_MAX = 200;
export const SESSION_RATINGS_MAX = 200;
export const SESSION_SHOWN_MAX = 200;
export const SESSION_CANDIDATES_MAX = 2;
export const SESSION_EVENT_IDS_MAX = 500;
export const SESSION_UNCONFIRMED_MAX = 1_000;
export const SESSION_MERGED_MAX = 20;
/** A session that saw nothing for this long is dropped (once nothing in it is unconfirmed). */
export const SESSION_IDLE_MILLISECONDS = 30 * 24 * 60 * 60 * 1000;
/** A known user's features and purchases are read again after this long. */
export const SESSION_PROFILE_MILLISECONDS = 10 * 60 * 1000;
/** The alarm re-offers unconfirmed events to the ledger this long after they came. */
export const SESSION_CONFIRM_MILLISECONDS = 30 * 1000;

/** The session of a shopper of whom nothing is known. */
export const EMPTY_SESSION: Session = {
  format: 1,
  consent: null,
  recent: [],
  cart: [],
  purchases: [],
  ratings: [],
  shown: [],
  features: null,
  country: null,
  profile_loaded_at: 0,
  candidates: [],
  event_ids: [],
  unconfirmed: [],
  merged: [],
  generation: 0,
  touched_at: 0,
};
