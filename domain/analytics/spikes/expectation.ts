import type { BaselineHours } from "./baseline-hours.ts";
import { BESIDE_COUNTS_MAX, PRIOR_COUNTS } from "./limits.ts";

/** What was counted of one series in its baseline's hours. */
export interface PastCounts {
  /** In the same hour of each earlier week (or day). */
  readonly same: readonly number[];
  /** In all the hours beside them together. */
  readonly beside: number;
}

/** What is believed of a series' level at this hour: a gamma distribution of counts an hour. */
export interface Level {
  /** Counts an hour. */
  readonly mean: number;
  /** Squared coefficient of variation is 1 / shape. */
  readonly shape: number;
}

/**
 * What is believed of a series from its past: gamma–Poisson, in two steps. The line's mean for one item and the hours
 * beside make a prior that is worth few counts (a power prior: Ibrahim & Chen, "Power prior distributions for
 * regression models", 2000); the same hours decide wherever they hold more than that.
 * @param besideHours what the hours beside come to, in hours like this one
 * @param priorMean counts an hour that are usual for a series of which nothing is known; 0 when nobody knows
 */
export function levelFrom(past: PastCounts, besideHours: number, priorMean: number): Level {
  const sameCounts = past.same.reduce((sum, count) => sum + count, 0);
  const ownMean = (sameCounts + past.beside) / (past.same.length + besideHours);
  // Never worth more counts than that, whichever of the two levels is the higher: an item far above its line's mean
  // would be drawn down by hours on end otherwise.
  const priorHours = PRIOR_COUNTS / Math.max(ownMean, priorMean);
  if (!Number.isFinite(priorHours)) return { mean: PRIOR_COUNTS / past.same.length, shape: PRIOR_COUNTS };
  const discount = past.beside <= BESIDE_COUNTS_MAX ? 1 : BESIDE_COUNTS_MAX / past.beside;
  const counts = priorHours * priorMean + discount * past.beside + sameCounts;
  return { mean: counts / (priorHours + discount * besideHours + past.same.length), shape: counts };
}

/**
 * What the hours beside are worth in hours like this one: a quiet hour before a busy one says less.
 * @param parent counts of whatever the series is a part of
 */
export function besideHours(parent: PastCounts): number {
  const same = parent.same.reduce((sum, count) => sum + count, 0);
  return same > 0 ? (parent.beside / same) * parent.same.length : 0;
}

/** What was counted in the baseline's hours. @param countOf what was counted in an hour, 0 for nothing */
export function pastCounts({ same, beside }: BaselineHours, countOf: (hour: number) => number): PastCounts {
  return { same: same.map(countOf), beside: beside.reduce((sum, hour) => sum + countOf(hour), 0) };
}

/** Counts an hour that are usual for one of so many, from what was counted of all of them together. */
export function meanOfEach({ same }: PastCounts, count: number): number {
  return count > 0 && same.length > 0 ? same.reduce((sum, one) => sum + one, 0) / same.length / count : 0;
}
