import { HOUR_MILLISECONDS } from "../../ledger/limits.ts";

/** What spikes are judged by (docs/analytics.md, Spikes). */

/** The counters may be so far behind what happened: a look expects nothing of the time since. */
export const COUNTING_DELAY_MILLISECONDS = 30_000;
/** An hour is judged from here on. Before, the hour that has just ended is, as a whole. */
export const HOUR_JUDGED_AFTER_MILLISECONDS = 5 * 60_000;
/** Looks with a false alarm that a day on which nothing is unusual may hold, on average and at most. */
export const FALSE_LOOKS_PER_DAY = 1;
/** Looks at an hour while it lasts; one more sees all of it. */
export const LOOKS_BEFORE_THE_END = 11;
/** The look at the whole hour knows the most: it spends this share of what the hour may, the others together the rest. */
export const WHOLE_HOUR_SHARE = 0.5;

/** Weeks back that hold the baseline, by the same hour of the week. */
export const BASELINE_WEEKS = 5;
/** Of so many weeks the hour must have been counted; else the same hour of the last days is the baseline. */
export const BASELINE_WEEKS_MIN = 2;
export const BASELINE_DAYS = 7;
export const BASELINE_DAYS_MIN = 3;
/** The hours beside the same hour count as this many counts at most: enough to steady a thin series, too few to bend a full one. */
export const BESIDE_COUNTS_MAX = 10;
/** What the line says of its items' level counts as this many counts. */
export const PRIOR_COUNTS = 0.5;

/** Variance of real hours beyond chance, relative to the square of the mean: never believed to be below this … */
export const DISPERSION_MIN = 0.01;
/** … and believed to be this before anything was seen, as firmly as so many degrees of freedom. */
export const DISPERSION_UNKNOWN = 0.05;
export const DISPERSION_UNKNOWN_DEGREES = 20;
/** A series' own dispersion counts against the pooled one as if that had so many degrees of freedom. */
export const DISPERSION_POOLED_DEGREES = 10;
/** Thinner series tell nothing of dispersion. */
export const DISPERSION_MEAN_MIN = 5;

/** An alarm needs so many times the expectation … */
export const SPIKE_RATIO_MIN = 2;
/** … and so many counts in the hour. */
export const SPIKE_COUNT_MIN = 8;
/** A spike goes on while there is so many times the expectation … */
export const HOLD_RATIO_MIN = 1.5;
/** … and that would be chance at most so often. */
export const HOLD_CHANCE_MAX = 0.05;
/** A spike that was not seen for so long is over. */
export const SPIKE_UNSEEN_MILLISECONDS = HOUR_MILLISECONDS;
/** So many spikes at once are told of, the most unlikely first; further ones stand in the list only. */
export const SPIKES_TOLD_MAX = 50;
