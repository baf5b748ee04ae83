/** Bounds and defaults of reports (docs/analytics.md, The API). */

/** The longest range of a report. */
export const RANGE_DAYS_MAX = 800;
/** Ranges up to this are shown by the hour unless a caller says otherwise. */
export const HOURLY_RANGE_DAYS_MAX = 3;
export const TOP_MAX = 1_000;
export const ROWS_PER_PAGE_MAX = 5_000;
export const ROWS_PER_PAGE_DEFAULT = 1_000;
/** So many movers and items at risk unless a caller says otherwise. */
export const TOP_DEFAULT = 20;
/** Shoppers are shown of so many weeks, with the present one, unless a caller says otherwise. */
export const SHOPPER_WEEKS_DEFAULT = 13;
