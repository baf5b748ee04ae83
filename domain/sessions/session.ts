import type { SeenRecommendation } from "../attribution/attribute.ts";
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
  /** Set for a purchase that came as an event; one without it came from the synced orders. */
  readonly transaction_id?: string | undefined;
}

export interface SessionRating {
  readonly item_id: string;
  readonly rating: number;
  /** Set for a rating that came as an event; one without it came from the synced ratings. */
  readonly at?: number | undefined;
}

/** Nearest items of a shopper's profile under one model version, best first. */
export interface ProfileCandidates {
  readonly version: string;
  /** Fingerprint of the features that the embedding was made from. */
  readonly feature_hash: string;
  readonly item_ids: readonly string[];
  readonly scores: readonly number[];
}

/** What a session holds of a shopper's doings: what a sign-in takes over from the anonymous session. */
export interface SessionContent {
  /** Newest last. */
  readonly recent: readonly SessionInteraction[];
  readonly cart: readonly CartLine[];
  /** Newest last: seen live, or loaded from the synced orders. */
  readonly purchases: readonly SessionPurchase[];
  readonly ratings: readonly SessionRating[];
  /** Recommendations that were shown or chosen from, newest last. */
  readonly seen: readonly SeenRecommendation[];
  /** Ids of recent events, newest last: a retried request is answered `duplicates`. */
  readonly event_ids: readonly string[];
}

/** Content set apart for a user's session until that one says that it has it on its disk. */
export interface HandOver {
  /** Name of the session that it is for. */
  readonly recipient: string;
  readonly generation: number;
  readonly content: SessionContent;
}

/**
 * One shopper's session as it is stored: one packed row, bounded. Everything in it is data (it is kept as JSON), so
 * that a rule may change without a migration; `format` tells readers which shape they hold.
 */
export interface Session extends SessionContent {
  readonly format: 1;
  readonly consent: Consent | null;
  /** A known user's synced features; null for an anonymous shopper or an unknown user. */
  readonly features: FeatureValues | null;
  readonly country: string | null;
  /** When features and purchases were last read from D1; 0 = never. */
  readonly profile_loaded_at: number;
  /** At most two: the active model's and the previous one's. */
  readonly candidates: readonly ProfileCandidates[];
  /** Accepted events that the ledger has not confirmed. Never dropped by a bound or by expiry. */
  readonly unconfirmed: readonly Interaction[];
  /**
   * Time of the alarm that offers `unconfirmed` to the ledger. An alarm that is set for much later says that all of them
   * were confirmed since (schedule.ts). Null in rows of version 0.1, which were written again for that.
   */
  readonly offer_at: number | null;
  /** Anonymous sessions that were folded in, as `<client id>#<generation>`; `<client id>#` for one that held nothing. */
  readonly merged: readonly string[];
  /** Grows when this session is handed over to a user's: a second hand-over is a new one. */
  readonly generation: number;
  /** What a sign-in is taking over at this moment. */
  readonly handing_over: HandOver | null;
  /** Time of the last event, for idle expiry. */
  readonly touched_at: number;
}

/** The part of a session that an answer is ranked from: what the serving plane asks the object for, once. */
export interface SessionView {
  /** Another one whenever anything in it is; never the same for two different views of a shopper. */
  readonly version: string;
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
/** Lists that were seen; an id of a recommendation is up to a kilobyte. */
export const SESSION_SEEN_MAX = 40;
/** Items of all of them. */
export const SESSION_SEEN_ITEMS_MAX = 200;
export const SESSION_CANDIDATES_MAX = 2;
export const SESSION_EVENT_IDS_MAX = 500;
export const SESSION_UNCONFIRMED_MAX = 1_000;
/** A stored session may be this large when new events come; SQLite's row ends at 2 MB. */
export const SESSION_ROW_MAX_BYTES = 1_200_000;
export const SESSION_MERGED_MAX = 20;
/** Whether an anonymous session has come to life again since its sign-in is asked no more often than this. */
export const SESSION_MERGE_MILLISECONDS = 30 * 1000;
/** A session that saw nothing for this long is dropped (once nothing in it is unconfirmed). */
export const SESSION_IDLE_MILLISECONDS = 30 * 24 * 60 * 60 * 1000;
/** A known user's features and purchases are read again after this long. */
export const SESSION_PROFILE_MILLISECONDS = 10 * 60 * 1000;
/** A first view waits this long for D1; what comes later is in the next view. */
export const SESSION_PROFILE_DEADLINE_MILLISECONDS = 200;
/** After a failed read of D1 the next one waits this long. */
export const SESSION_PROFILE_RETRY_MILLISECONDS = 10 * 1000;
/**
 * The alarm offers unconfirmed events to the ledger this long after the first of them came. The queue has brought them
 * by then; what it lost is still in the counters within two minutes (at most 60 × (1/8 + 1.5) seconds, and 20 for the
 * counters), and one alarm serves for all that a minute brings.
 */
export const SESSION_CONFIRM_MILLISECONDS = 60 * 1000;
/**
 * … and up to so much of that longer, each session by a share of its own: those of a crowd that came at once, to a sale
 * that was announced, would else all ask the ledger at once.
 */
export const SESSION_CONFIRM_SPREAD = 0.5;
/**
 * What came less long before the alarm, as a share of the wait above, is left to the queue, which hands a message on
 * after 6 seconds, and to the next alarm: else both would bring it.
 */
export const SESSION_QUEUE_SHARE = 1 / 8;
/** While the ledger cannot be reached, the alarm waits twice as long each time, up to this. */
export const SESSION_CONFIRM_MAX_MILLISECONDS = 10 * 60 * 1000;

/**
 * An alarm this much later than the one that was to offer events is the look for an idle session, which is set only once
 * they are confirmed. Far more than any retry of an alarm, far less than the wait of an idle session.
 */
export const SESSION_CONFIRMED_GAP_MILLISECONDS = 24 * 60 * 60 * 1000;

/** The session of a shopper of whom nothing is known. */
export const EMPTY_SESSION: Session = {
  format: 1,
  consent: null,
  recent: [],
  cart: [],
  purchases: [],
  ratings: [],
  seen: [],
  features: null,
  country: null,
  profile_loaded_at: 0,
  candidates: [],
  event_ids: [],
  unconfirmed: [],
  offer_at: null,
  merged: [],
  generation: 0,
  handing_over: null,
  touched_at: 0,
};
