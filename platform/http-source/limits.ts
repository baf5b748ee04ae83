/**
 * How often one page is asked for. All attempts and the waits between them stay below `LEASE_SECONDS`, since a run
 * renews its lease only between two pages; who is turned away for longer tries again with the next run.
 */
export const ATTEMPTS_MAX = 3;
/** An answer that is not there as a whole after this long counts as a failed attempt. */
export const REQUEST_TIMEOUT_MILLISECONDS = 15_000;
/** The first wait, when the shop names none; each further one is twice as long. */
export const BACKOFF_MILLISECONDS = 1_000;
/** A longer `Retry-After` is cut to this. */
export const RETRY_AFTER_MAX_MILLISECONDS = 20_000;
/** A longer answer is given up while it arrives: with its rows as objects it would not fit into an isolate's memory. */
export const ANSWER_MAX_BYTES = 8 * 1024 * 1024;
/** Redirects that are followed for one request, all to the same origin. */
export const REDIRECTS_MAX = 3;
/** Rows from which a table's columns are told. */
export const DESCRIBED_ROWS = 100;
