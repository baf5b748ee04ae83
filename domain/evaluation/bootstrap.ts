import type { Estimate } from "./metrics.ts";

/** Resamples of the users from which an interval is read. */
export const BOOTSTRAP_SAMPLES = 1_000;
/** What an interval leaves out on either side: 95 % are inside. */
const TAIL = 0.025;

/**
 * Draws as many users as there are, with replacement, again and again (Efron & Tibshirani, "An introduction to the
 * bootstrap", 1993).
 * @param users how many there are; 0 draws nothing
 * @param random numbers in [0, 1)
 * @param measure called for each sample with how often every user is in it; the array is used again for the next
 */
export function resampleUsers(
  users: number,
  random: () => number,
  measure: (timesDrawn: Uint32Array) => void,
  samples: number = BOOTSTRAP_SAMPLES,
): void {
  if (users === 0) return;
  const timesDrawn = new Uint32Array(users);
  for (let sample = 0; sample < samples; sample++) {
    timesDrawn.fill(0);
    for (let draw = 0; draw < users; draw++) {
      const user = Math.floor(random() * users);
      timesDrawn[user] = (timesDrawn[user] ?? 0) + 1;
    }
    measure(timesDrawn);
  }
}

/** The mean of per-user values over one sample; 0 where it holds none. @param values NaN = the user has no value */
export function meanOfSample(values: Float64Array, timesDrawn: Uint32Array): number {
  let [sum, count] = [0, 0];
  for (let user = 0; user < values.length; user++) {
    const times = timesDrawn[user] ?? 0;
    const value = values[user] ?? Number.NaN;
    if (times === 0 || Number.isNaN(value)) continue;
    sum += times * value;
    count += times;
  }
  return count === 0 ? 0 : sum / count;
}

/** A value with its 95 % percentile interval. No samples give the value alone. */
export function percentileEstimate(value: number, samples: readonly number[]): Estimate {
  const sorted = Float64Array.from(samples).sort();
  const beyond = Math.floor(sorted.length * TAIL);
  return { value, low: sorted[beyond] ?? value, high: sorted[sorted.length - 1 - beyond] ?? value };
}

/**
 * The same for what counts different items, between 0 and 1. A sample holds only about 63 % of the users, so in nearly
 * every one fewer items are recommended than in truth: the interval is moved back by the mean difference, else it would
 * not hold its own value.
 */
export function centredEstimate(value: number, samples: readonly number[]): Estimate {
  if (samples.length === 0) return { value, low: value, high: value };
  const shift = value - samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const { low, high } = percentileEstimate(value, samples);
  return { value, low: Math.max(0, Math.min(value, low + shift)), high: Math.min(1, Math.max(value, high + shift)) };
}
