import {
  DISPERSION_MEAN_MIN,
  DISPERSION_MIN,
  DISPERSION_POOLED_DEGREES,
  DISPERSION_UNKNOWN,
  DISPERSION_UNKNOWN_DEGREES,
} from "./limits.ts";

/** Variance of a series' hours beyond chance, relative to the square of its mean. */
interface OwnDispersion {
  readonly value: number;
  readonly degrees: number;
  /** About one over the variance of `value`. */
  readonly weight: number;
}

function meanAndVariance(counts: readonly number[]): { mean: number; variance: number } {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
  return { mean, variance: squares / (counts.length - 1) };
}

/** The median of χ² over its degrees of freedom (Wilson & Hilferty, "The distribution of chi-square", 1931). */
function medianOfVariance(degrees: number): number {
  return (1 - 2 / (9 * degrees)) ** 3;
}

function ownDispersion(counts: readonly number[]): OwnDispersion | null {
  if (counts.length < 2) return null;
  const { mean, variance } = meanAndVariance(counts);
  if (mean < DISPERSION_MEAN_MIN) return null;
  const degrees = counts.length - 1;
  const value = (variance / medianOfVariance(degrees) - mean) / mean ** 2;
  return { value, degrees, weight: (mean / (1 + DISPERSION_UNKNOWN * mean)) ** 2 };
}

/**
 * How much more than by chance the series of a shop vary from week to week, as a share of their means (squared): the
 * weighted median over the series, so that a few that had a spike in their past do not speak for all.
 */
export function pooledDispersion(series: Iterable<readonly number[]>): number {
  const own: OwnDispersion[] = [];
  for (const counts of series) {
    const one = ownDispersion(counts);
    if (one !== null) own.push(one);
  }
  const half = own.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  const median = own
    .sort((a, b) => a.value - b.value)
    .find(({ weight }) => {
      passed += weight;
      return passed >= half;
    });
  const degrees = own.reduce((sum, one) => sum + one.degrees, 0);
  const seen = Math.max(0, median?.value ?? 0);
  const believed =
    (degrees * seen + DISPERSION_UNKNOWN_DEGREES * DISPERSION_UNKNOWN) / (degrees + DISPERSION_UNKNOWN_DEGREES);
  return Math.max(DISPERSION_MIN, believed);
}

/** The dispersion to judge one series by: the pooled one, or more where its own past varied more. */
export function dispersionOf(counts: readonly number[], pooled: number): number {
  const own = ownDispersion(counts);
  if (own === null) return pooled;
  const { value, degrees } = own;
  return Math.max(
    pooled,
    (DISPERSION_POOLED_DEGREES * pooled + degrees * value) / (DISPERSION_POOLED_DEGREES + degrees),
  );
}
