/** Bounds and periods of analytics (docs/analytics.md). */

/** An answer later than this counts as slow: the published objective. */
export const SLOW_ANSWER_MILLISECONDS = 100;
/** Of a day that was rolled up so many rows without a sale keep their item, the ones with the most interest. */
export const ITEM_ROWS_PER_DAY_MAX = 20_000;
/** A served message is remembered this long: queues give up after four days. */
export const SERVED_MESSAGES_KEPT_DAYS = 5;
