import { countOfSketch } from "./linear-count.ts";
import { LATENCY_BOUNDS, OVERLAP_BOUNDS, SCORE_BOUNDS } from "./shadow-buckets.ts";
import { COMPARED_ITEMS_MAX } from "./shadow-comparison.ts";
import { type Outcome, OUTCOMES, type ShadowTally } from "./shadow-tally.ts";

/** Of a normal distribution, 95 % lie within so many standard deviations of the mean. */
const DEVIATIONS_OF_95_PERCENT = 1.96;

/** A distribution as shown: where each bucket begins, and how many are in it. */
export interface Distribution {
  readonly mean: number | null;
  readonly from: readonly (number | null)[];
  readonly counts: readonly number[];
}

/** What is known of one of both models. */
export interface SideReport {
  readonly scores: Distribution & { readonly min: number | null; readonly max: number | null };
  readonly milliseconds: Distribution;
  /** About how many distinct items it recommended. */
  readonly items: number;
}

/** How a shadow compares with the active model. */
export interface ShadowReport {
  /** Answers that were sampled, and what became of them: the outcomes add up to `sampled`. */
  readonly answers: Readonly<Record<Outcome | "sampled", number>>;
  readonly overlap: Distribution & {
    /** Items of each shelf that were compared at most. */
    readonly at: number;
    /** 95 % interval of the mean, by the normal distribution; null for fewer than two answers. */
    readonly interval: readonly [number, number] | null;
  };
  /** Mean of Kendall's tau over the answers with at least two items in common. */
  readonly tau: { readonly mean: number | null; readonly answers: number };
  readonly active: SideReport;
  readonly shadow: SideReport;
}

function mean(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function intervalOfOverlap({ compared, overlap_sum, overlap_squares }: ShadowTally["sums"]): [number, number] | null {
  if (compared < 2) return null;
  const middle = overlap_sum / compared;
  const variance = Math.max(0, (overlap_squares - compared * middle * middle) / (compared - 1));
  const reach = DEVIATIONS_OF_95_PERCENT * Math.sqrt(variance / compared);
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}

function reportSide(
  { sums, histograms, sketches, lowest, highest }: ShadowTally,
  side: "active" | "shadow",
): SideReport {
  const scores = histograms[`${side}_scores`];
  const milliseconds = histograms[`${side}_milliseconds`];
  return {
    scores: {
      mean: mean(sums[`${side}_score_sum`], total(scores)),
      min: lowest[`${side}_score_min`],
      max: highest[`${side}_score_max`],
      from: SCORE_BOUNDS,
      counts: scores,
    },
    milliseconds: {
      mean: mean(sums[`${side}_milliseconds_sum`], total(milliseconds)),
      from: LATENCY_BOUNDS,
      counts: milliseconds,
    },
    items: countOfSketch(sketches[`${side}_items`]),
  };
}

/** What a tally says, as people read it. */
export function reportOf(tally: ShadowTally): ShadowReport {
  const { sums, histograms } = tally;
  const outcomes = OUTCOMES.map((outcome) => [outcome, sums[outcome]] as const);
  const sampled = total(outcomes.map(([, answers]) => answers));
  return {
    answers: { sampled, ...Object.fromEntries(outcomes) } as ShadowReport["answers"],
    overlap: {
      at: COMPARED_ITEMS_MAX,
      mean: mean(sums.overlap_sum, sums.compared),
      interval: intervalOfOverlap(sums),
      from: OVERLAP_BOUNDS,
      counts: histograms.overlaps,
    },
    tau: { mean: mean(sums.tau_sum, sums.tau_count), answers: sums.tau_count },
    active: reportSide(tally, "active"),
    shadow: reportSide(tally, "shadow"),
  };
}
