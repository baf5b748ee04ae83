/** Bounds and periods of analytics (docs/analytics.md). */

/** An answer later than this counts as slow: the published objective. */
export const SLOW_ANSWER_MILLISECONDS = 100;
/** Of a day that was rolled up so many rows without a sale keep their item, the ones with the most interest. */
export const ITEM_ROWS_PER_DAY_MAX = 20_000;
/** A served message is remembered this long: queues give up after four days. */
export const SERVED_MESSAGES_KEPT_DAYS = 5;
/** A notice and the messages about it are kept this long after it was over. */
export const NOTICES_KEPT_DAYS = 90;
/** How far behind its period a roll-up looks for hours: corrections of what is older still count, by the hour. */
export const ROLL_UP_LOOK_BACK_DAYS = 400;
/** Hours of a table that one night rolls up: what a longer pause left over is of the next nights. */
export const ROLL_UP_HOURS_MAX = 240;
/** So many days that were rolled up before are looked at once more: an earlier night may have died before it trimmed. */
export const TRIM_LOOK_BACK_DAYS = 7;
/** Days of items that one night removes. */
export const REMOVED_DAYS_MAX = 60;
