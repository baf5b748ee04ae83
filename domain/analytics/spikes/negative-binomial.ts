/** Terms of a sum that add less than this share of it are left out. */
const NEGLIGIBLE_SHARE = 1e-12;
/** Lanczos' coefficients for g = 7, n = 9 (Godfrey, "A note on the computation of the convergent Lanczos complex gamma approximation", 2001). */
const LANCZOS_G = 7;
const LANCZOS = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_13,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6,
  1.505_632_735_149_311_6e-7,
] as const;

/** Natural logarithm of the gamma function, for positive arguments. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x - 1 + LANCZOS_G + 0.5;
  const series = LANCZOS.reduce((sum, coefficient, n) => (n === 0 ? coefficient : sum + coefficient / (x - 1 + n)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series);
}

/**
 * Chance that a negative binomial count is `count` or more: a Poisson count of which the mean is itself gamma
 * distributed. Summed from its largest term on, in logarithms, so that it is exact far out in the tail.
 * @param mean of the count, positive
 * @param shape of the gamma: its squared coefficient of variation is 1 / shape
 */
export function upperTail(count: number, mean: number, shape: number): number {
  if (count <= 0) return 1;
  const share = mean / (mean + shape);
  const logTerm = (n: number): number =>
    logGamma(n + shape) - logGamma(n + 1) - logGamma(shape) + n * Math.log(share) + shape * Math.log1p(-share);
  let term = 1;
  let sum = 1;
  if (count > mean) {
    for (let n = count; term > sum * NEGLIGIBLE_SHARE; n++) {
      term *= (share * (n + shape)) / (n + 1);
      sum += term;
    }
    return Math.min(1, Math.exp(logTerm(count)) * sum);
  }
  // Below the mean what is less than `count` is the smaller part.
  for (let n = count - 1; n > 0 && term > sum * NEGLIGIBLE_SHARE; n--) {
    term *= n / (share * (n - 1 + shape));
    sum += term;
  }
  return Math.max(0, 1 - Math.exp(logTerm(count - 1)) * sum);
}
