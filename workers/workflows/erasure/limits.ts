const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;

/** Requests that one step's look into the lake makes, about: a step may make 1,000, and ends behind a whole hour. */
export const LOOK_REQUESTS_MAX = 500;
/** An hour is listed, and its marker read. */
export const REQUESTS_PER_HOUR = 2;
/** A file's end, and one or two columns of some row groups; a small one is fetched at once. */
export const REQUESTS_PER_FILE = 2;
/** A step's look into the lake ends behind the hour in which this is over. */
export const LOOK_MILLISECONDS = 60 * 1000;
/** Hours that one step leaves to be compacted: each makes several steps of its own. */
export const UNCOMPACTED_PER_LOOK_MAX = 20;
/** Answers that were served before the erasure are in the lake by then: their queue has tried as often as it may. */
export const LATE_SERVED_MILLISECONDS = HOUR;
/** The newest hours are looked into this long after they have closed. */
export const CLOSED_FOR_MILLISECONDS = 5 * MINUTE;
/** Between two passes that found hours which are not closed, or busy. */
export const PASS_MILLISECONDS = HOUR;
/** Passes after which what is left is somebody's to mend: three days. */
export const PASSES_MAX = 72;
/** Orders that a shard looks at in one call. */
export const ORDERS_PER_CALL = 20_000;
/** Calls that one step makes to a shard. */
export const ORDER_CALLS_PER_STEP = 20;
/** Kept files that one step looks into: each is fetched, and some are put again. */
export const KEPT_FILES_PER_STEP = 100;
