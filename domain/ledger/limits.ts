/** Bounds and periods of the ledger (docs/ledger.md). */

export const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
export const HOUR_MILLISECONDS = 60 * 60 * 1000;
export const WEEK_MILLISECONDS = 7 * DAY_MILLISECONDS;

/** An event may be taken this long after we received it; so long, and up to a week longer, its id is remembered. */
export const EVENT_ID_WINDOW_MILLISECONDS = 14 * DAY_MILLISECONDS;
/** Tables of ids, a week each: this one and two whole ones before make at least the window. */
export const ID_TABLES = 3;

/** Counters are in D1 this long after an append at the latest, if D1 takes them. */
export const COUNTERS_MILLISECONDS = 20 * 1000;
/** A segment is sealed this long after its first row: half a minute is left for queue and R2 to be within five. */
export const SEGMENT_MILLISECONDS = 4.5 * 60 * 1000;
/**
 * A segment that holds so many events is sealed whatever its time: encoding it must fit into an isolate's memory.
 * `segmentEvents` says when each shard's is full, which is before.
 */
export const SEGMENT_EVENTS_MAX = 20_000;
/** … and one of so many bytes of JSON. */
export const SEGMENT_BYTES_MAX = 12_000_000;
/** One fold of the counters takes journal rows of about so many events. */
export const FOLD_EVENTS_MAX = 20_000;
/** After a failure the alarm comes again after this, twice as long each time … */
export const RETRY_MILLISECONDS = 1_000;
/** … up to this. */
export const RETRY_MAX_MILLISECONDS = 5 * 60 * 1000;
/** D1, R2 or another shard that has not answered by then has failed: one that never does must not stop a shard. */
export const OUTSIDE_DEADLINE_MILLISECONDS = 30_000;
/** An alarm of a shard or session that has not come so long after its time was lost by the runtime, and is set again. */
export const ALARM_OVERDUE_MILLISECONDS = 60_000;
/** Transfers that travel in one call. */
export const TRANSFERS_PER_CALL_MAX = 100;

/** A text that SQLite takes or keeps ends at 2 MB: lists travel in packs. */
export const PACK_MAX_BYTES = 1_000_000;
/** A Durable Object holds 10 GB. A shard that is as full as this takes nothing more, and says so. */
export const STORAGE_MAX_BYTES = 9_000_000_000;
/** What an anonymous shopper did is forgotten when nothing was added to it for this long. */
export const ANONYMOUS_TOTALS_MILLISECONDS = 180 * DAY_MILLISECONDS;
/** Rows of totals that one step of the weekly sweep looks at. */
export const SWEEP_ROWS = 5_000;

/** How far back totals can be read as they were; what a row was before that is dropped, one state per change. */
export const TOTALS_HISTORY_MILLISECONDS = 36 * DAY_MILLISECONDS;
/** Earlier states that one row of totals keeps: about 4 kB, which every change of the row reads and writes. */
export const TOTALS_HISTORY_STATES_MAX = 64;
/** Rows in one answer of totals as they were: some 5 MB, where a message between objects ends at 32 MiB. */
export const TOTALS_PAGE_ROWS_MAX = 32_768;
/** Rows that one call counts: about half a second in which the shard does nothing else. */
export const TOTALS_COUNT_ROWS_MAX = 262_144;
/** How far ahead of the clock a moment may be promised: until then all changes have the same stamp. */
export const CUT_AHEAD_MAX_MILLISECONDS = 24 * HOUR_MILLISECONDS;
/** Orders that one call of an erasure looks at. */
export const ERASED_ORDERS_PAGE_ROWS_MAX = 50_000;
