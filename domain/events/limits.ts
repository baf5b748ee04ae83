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
