/** Bounds of `POST /v1/events`, as the contract states them. */
export const EVENTS_BODY_MAX_BYTES = 128 * 1024;
export const EVENTS_PER_REQUEST_MAX = 100;
export const ITEMS_PER_EVENT_MAX = 200;
export const EVENT_PARAMS_MAX_BYTES = 4 * 1024;
export const EVENT_ID_MAX_LENGTH = 64;
export const CLIENT_ID_MIN_LENGTH = 22;
export const CLIENT_ID_MAX_LENGTH = 128;
export const USER_ID_MAX_LENGTH = 128;
export const ITEM_ID_MAX_LENGTH = 128;
/** An event may be this old … */
export const EVENT_PAST_MILLISECONDS = 72 * 60 * 60 * 1000;
/** … and this far ahead of our clock. */
export const EVENT_FUTURE_MILLISECONDS = 5 * 60 * 1000;
/** Longest text of a field that identifies something: `session_id`, `transaction_id`, … */
export const EVENT_TEXT_MAX_LENGTH = 128;
/** A recommendation's id holds what the answer was (domain/attribution/recommendation-id.ts). */
export const RECOMMENDATION_ID_MAX_LENGTH = 1_024;
export const SEARCH_TERM_MAX_LENGTH = 500;
/** `params` may nest this deep: a bound for everything that walks them later. */
export const EVENT_PARAMS_MAX_DEPTH = 16;
/** Pieces in one line of an order. */
export const QUANTITY_MAX = 1_000_000;
/** Price of one piece, in the event's currency. */
export const PRICE_MAX = 1_000_000_000;
