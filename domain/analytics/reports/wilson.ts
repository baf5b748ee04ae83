/** The normal distribution's quantile for 95 % on both sides. */
const Z = 1.959_963_984_540_054;

/** A share, and the interval that holds the true one with 95 % confidence. */
export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A share of trials with its score interval (Wilson, JASA 22, 1927), which stays between 0 and 1 and does not shrink to
 * nothing where nothing was seen.
 * @returns null without any trial, and where there are more successes than trials: then not every trial is known (a
 *   click on what was never reported as shown), and a number that cannot be a share would be read as one
 */
export function shareOf(successes: number, trials: number): Share | null {
  if (trials <= 0 || successes < 0 || successes > trials) return null;
  const share = successes / trials;
  const spread = (Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2))) / (1 + Z ** 2 / trials);
  const centre = (share + Z ** 2 / (2 * trials)) / (1 + Z ** 2 / trials);
  return { share, low: Math.max(0, centre - spread), high: Math.min(1, centre + spread) };
}
