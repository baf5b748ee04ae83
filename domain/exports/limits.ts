import { DAY_MILLISECONDS, TOTALS_HISTORY_MILLISECONDS } from "../ledger/limits.ts";

/** What notices about exports are about. */
export const EXPORTS_SUBJECT = "exports";
/** Rows of a row group: what a step holds in memory, and what DuckDB and Spark give to one thread. */
export const EXPORT_ROW_GROUP_ROWS_MAX = 65_536;
/** Rows that are asked of a shard, or of D1, at once. */
export const EXPORT_PAGE_ROWS = 16_384;
/**
 * Pages that one step reads, whether they bring rows or not: a page takes up to some 25 requests, and a step may make
 * 1,000.
 */
export const EXPORT_PAGES_PER_STEP_MAX = 30;
/** Files whose ends one step reads: each takes up to three requests. */
export const EXPORT_FILES_PER_CHECK_MAX = 250;
/** Rows that a shard counts in one call: it takes no events meanwhile. */
export const EXPORT_COUNT_ROWS = 200_000;
/** Items are read from D1 this many at a time. */
export const EXPORT_ITEM_PAGE_ROWS = 2_000;
/**
 * Bytes of texts of the catalogue that `training` repeats row by row; they are in memory while a part is written. Where
 * features come to more, the longest are in `items` only.
 */
export const EXPORT_ITEM_TEXT_BYTES_MAX = 24_000_000;
/**
 * An export may be set back so far: a day less than the ledger keeps earlier states, so that it stays in reach while it
 * is written.
 */
export const EXPORT_AS_OF_MAX_MILLISECONDS = TOTALS_HISTORY_MILLISECONDS - DAY_MILLISECONDS;
/** An export begins again when a user is erased while it runs, this many times at most. */
export const EXPORT_ATTEMPTS_MAX = 3;
/** Rounds in which shards hand each other what waits before an export begins. */
export const EXPORT_SETTLE_ROUNDS_MAX = 5;
/** An export that is at work for so long was lost with its runtime: less than a day, so that the next night makes another. */
export const EXPORT_LOST_MILLISECONDS = 20 * 60 * 60 * 1000;
/** States of users, items and ratings that ended longer ago are forgotten. */
export const VERSIONS_KEPT_DAYS = 400;
/**
 * A state that ended longer than this before an export's moment is not looked at, whether it is forgotten by now or not:
 * so an export that is set back is what it was.
 */
export const VERSIONS_CERTAIN_MILLISECONDS = VERSIONS_KEPT_DAYS * DAY_MILLISECONDS - EXPORT_AS_OF_MAX_MILLISECONDS;
