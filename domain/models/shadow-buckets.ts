/** Equal steps from 0 to 1, and 1 itself. */
export const OVERLAP_BUCKETS = 11;

/** Below 0, then from 0 by half octaves between 1/32 and 32: scores are sums of dot products, of whatever scale. */
const SCORE_EXPONENT_MIN = -5;
const SCORE_EXPONENT_MAX = 5;
const HALF_OCTAVES = (SCORE_EXPONENT_MAX - SCORE_EXPONENT_MIN) * 2;
/** Below 0, below the first power, the half octaves, and all above. */
export const SCORE_BUCKETS = HALF_OCTAVES + 3;

/** Powers of two of a millisecond: below 1, below 2, … 2,048 and above. */
export const LATENCY_BUCKETS = 13;

/** The bucket of an overlap. @param overlap 0–1 */
export function overlapBucket(overlap: number): number {
  // A hundredth of a step: 0.7 × 10 is a little less than 7.
  return Math.min(OVERLAP_BUCKETS - 1, Math.max(0, Math.floor(overlap * (OVERLAP_BUCKETS - 1) + 0.01)));
}

/** The bucket of a score. */
export function scoreBucket(score: number): number {
  if (score < 0) return 0;
  const step = Math.floor((Math.log2(score) - SCORE_EXPONENT_MIN) * 2);
  return Math.min(SCORE_BUCKETS - 1, Math.max(1, step + 2));
}

/** The bucket of a duration. */
export function latencyBucket(milliseconds: number): number {
  return milliseconds < 1 ? 0 : Math.min(LATENCY_BUCKETS - 1, Math.floor(Math.log2(milliseconds)) + 1);
}

/** Where each bucket of overlaps begins. */
export const OVERLAP_BOUNDS: readonly number[] = Array.from(
  { length: OVERLAP_BUCKETS },
  (_, bucket) => bucket / (OVERLAP_BUCKETS - 1),
);

/** Where each bucket of scores begins; null for the one below 0. */
export const SCORE_BOUNDS: readonly (number | null)[] = [
  null,
  0,
  ...Array.from({ length: HALF_OCTAVES + 1 }, (_, step) =>
    Number((2 ** (SCORE_EXPONENT_MIN + step / 2)).toPrecision(4)),
  ),
];

/** Where each bucket of durations begins, in milliseconds. */
export const LATENCY_BOUNDS: readonly number[] = Array.from({ length: LATENCY_BUCKETS }, (_, bucket) =>
  bucket === 0 ? 0 : 2 ** (bucket - 1),
);
