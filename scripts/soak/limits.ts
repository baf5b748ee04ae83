/** Bounds and periods of the soak. */

export const EVENTS_DEFAULT = 50_000;
export const RESTARTS_DEFAULT = 5;
export const EVENTS_MAX = 10_000_000;
export const RESTARTS_MAX = 1_000;

/** What a deployment takes minutes for takes seconds here, so that every kill meets all of it under way. */
export const SOAK_VARIABLES = {
  LEDGER_COUNTERS_MILLISECONDS: "700",
  LEDGER_SEGMENT_MILLISECONDS: "1500",
  SESSION_CONFIRM_MILLISECONDS: "2000",
} as const;

/** A request carries up to so many new events. */
export const BATCH_EVENTS_MAX = 25;
/** So many events of a shopper on average … */
export const EVENTS_PER_SHOPPER = 25;
/** … and so many shoppers at most: the local runtime holds three files open for each one (decision 9). */
export const SHOPPERS_MAX = 2_000;
export const CONNECTIONS = 32;
/** An answer that has not come by then is lost. */
export const ANSWER_MILLISECONDS = 30_000;
/** A request that was refused for the moment (5xx, `session_full`) is sent again after this … */
export const REFUSED_WAIT_MILLISECONDS = 250;
/** … so often at most. */
export const REFUSED_MAX = 200;
/** A kill comes up to this long after the event that it was drawn for was sent. */
export const KILL_DELAY_MAX_MILLISECONDS = 200;

/** The runtime is up after this long, or not at all. */
export const START_MILLISECONDS = 60_000;
/** A runtime that ends before it is up is started again, so often in a row at most. */
export const START_ATTEMPTS_MAX = 3;
/** A killed group is gone after this long. */
export const KILL_MILLISECONDS = 10_000;
/** From the last answer on, what was acknowledged has this long to be in the lake. */
export const QUIET_MILLISECONDS = 180_000;
export const POLL_MILLISECONDS = 500;
/** What is quiet must still be so when every session has had time to offer its events once more. */
export const STAYS_QUIET_MILLISECONDS = 5_000;
