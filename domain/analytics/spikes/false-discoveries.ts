import { FALSE_LOOKS_PER_DAY, LOOKS_BEFORE_THE_END, WHOLE_HOUR_SHARE } from "./limits.ts";

const HOURS_PER_DAY = 24;

/**
 * The share of false discoveries that a look may make. Looks at one hour repeat each other; what they spend adds up to
 * what the hour may, a bound that holds however they depend (Bonferroni).
 * @param share of the hour that is counted
 */
export function levelOfLook(share: number): number {
  const hour = FALSE_LOOKS_PER_DAY / HOURS_PER_DAY;
  return share >= 1 ? hour * WHOLE_HOUR_SHARE : (hour * (1 - WHOLE_HOUR_SHARE)) / LOOKS_BEFORE_THE_END;
}

/**
 * The largest p-value that is still a discovery among so many questions (Benjamini & Hochberg, "Controlling the false
 * discovery rate", 1995). Answers that depend on each other for the better, as an item, its line and its orders do, are
 * covered too (Benjamini & Yekutieli, "The control of the false discovery rate under dependency", 2001).
 * @param pValues of whatever may be a discovery; those that are left out count as 1
 * @param questions how many were asked, those left out included
 * @param level share of false discoveries that may be among them
 * @returns 0 when there are none
 */
export function discoveryThreshold(pValues: readonly number[], questions: number, level: number): number {
  const sorted = pValues.toSorted((a, b) => a - b);
  for (let rank = sorted.length; rank > 0; rank--) {
    const pValue = sorted[rank - 1] ?? 1;
    if (pValue <= (level * rank) / questions) return pValue;
  }
  return 0;
}
