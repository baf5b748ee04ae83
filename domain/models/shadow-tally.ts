import { addToSketch, emptySketch, type Sketch, uniteSketches } from "./linear-count.ts";
import {
  LATENCY_BUCKETS,
  latencyBucket,
  OVERLAP_BUCKETS,
  overlapBucket,
  SCORE_BUCKETS,
  scoreBucket,
} from "./shadow-buckets.ts";
import { compareShelves, COMPARED_ITEMS_MAX, type ShelfItem } from "./shadow-comparison.ts";

/**
 * What became of an answer that was to be compared. `dropped`: another comparison was at work; `degraded`: the answer
 * itself lacked a part; `failed`: the shadow could not be loaded, threw, or lacked a part; `late`: it took too long;
 * `active_empty`, `shadow_empty`: only the other has a personal shelf for it; `impersonal`: neither has.
 */
export const OUTCOMES = [
  "compared",
  "dropped",
  "degraded",
  "failed",
  "late",
  "active_empty",
  "shadow_empty",
  "impersonal",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Figures that add up over answers, isolates and hours. */
export const SUMS = [
  ...OUTCOMES,
  "overlap_sum",
  "overlap_squares",
  "tau_count",
  "tau_sum",
  "active_score_sum",
  "shadow_score_sum",
  "active_milliseconds_sum",
  "shadow_milliseconds_sum",
] as const;
/** Lists whose members add up, with their lengths. */
export const HISTOGRAMS = {
  overlaps: OVERLAP_BUCKETS,
  active_scores: SCORE_BUCKETS,
  shadow_scores: SCORE_BUCKETS,
  active_milliseconds: LATENCY_BUCKETS,
  shadow_milliseconds: LATENCY_BUCKETS,
} as const;
/** Items that each model recommended, united by OR. */
export const SKETCHES = ["active_items", "shadow_items"] as const;
export const LOWEST = ["active_score_min", "shadow_score_min"] as const;
export const HIGHEST = ["active_score_max", "shadow_score_max"] as const;

/** What is known of a shadow beside an active model, of any number of answers. Nothing in it is about a shopper. */
export interface ShadowTally {
  readonly sums: Record<(typeof SUMS)[number], number>;
  readonly histograms: Record<keyof typeof HISTOGRAMS, number[]>;
  readonly sketches: Record<(typeof SKETCHES)[number], Sketch>;
  /** Null before the first score. */
  readonly lowest: Record<(typeof LOWEST)[number], number | null>;
  readonly highest: Record<(typeof HIGHEST)[number], number | null>;
}

function eachOf<Name extends string, Value>(names: readonly Name[], value: (name: Name) => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, Value>;
}

const HISTOGRAM_NAMES = Object.keys(HISTOGRAMS) as (keyof typeof HISTOGRAMS)[];

/** The tally of no answer at all. */
export function emptyTally(): ShadowTally {
  return {
    sums: eachOf(SUMS, () => 0),
    histograms: eachOf(HISTOGRAM_NAMES, (name) => Array.from({ length: HISTOGRAMS[name] }, () => 0)),
    sketches: eachOf(SKETCHES, emptySketch),
    lowest: eachOf(LOWEST, () => null),
    highest: eachOf(HIGHEST, () => null),
  };
}

function extreme(choose: (...values: number[]) => number, one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return choose(one, other);
}

/** The tally of what is in either. */
export function uniteTallies(one: ShadowTally, other: ShadowTally): ShadowTally {
  return {
    sums: eachOf(SUMS, (name) => one.sums[name] + other.sums[name]),
    histograms: eachOf(HISTOGRAM_NAMES, (name) =>
      one.histograms[name].map((count, bucket) => count + (other.histograms[name][bucket] ?? 0)),
    ),
    sketches: eachOf(SKETCHES, (name) => uniteSketches(one.sketches[name], other.sketches[name])),
    lowest: eachOf(LOWEST, (name) => extreme(Math.min, one.lowest[name], other.lowest[name])),
    highest: eachOf(HIGHEST, (name) => extreme(Math.max, one.highest[name], other.highest[name])),
  };
}

/** Counts answers that were not compared, and why. */
export function addOutcome(tally: ShadowTally, outcome: Outcome, answers = 1): void {
  tally.sums[outcome] += answers;
}

function addSide(tally: ShadowTally, side: "active" | "shadow", shelf: readonly ShelfItem[]): void {
  for (const { item_id, score } of shelf.slice(0, COMPARED_ITEMS_MAX)) {
    addToSketch(tally.sketches[`${side}_items`], item_id);
    const bucket = scoreBucket(score);
    const histogram = tally.histograms[`${side}_scores`];
    histogram[bucket] = (histogram[bucket] ?? 0) + 1;
    tally.sums[`${side}_score_sum`] += score;
    tally.lowest[`${side}_score_min`] = extreme(Math.min, tally.lowest[`${side}_score_min`], score);
    tally.highest[`${side}_score_max`] = extreme(Math.max, tally.highest[`${side}_score_max`], score);
  }
}

/** Counts how long a model took to rank a request. */
export function addLatency(tally: ShadowTally, side: "active" | "shadow", milliseconds: number): void {
  const histogram = tally.histograms[`${side}_milliseconds`];
  const bucket = latencyBucket(milliseconds);
  histogram[bucket] = (histogram[bucket] ?? 0) + 1;
  tally.sums[`${side}_milliseconds_sum`] += milliseconds;
}

/**
 * Counts an answer that both models ranked.
 * @param active the personal shelf as it was answered, null or empty when there was none
 * @param shadow the shadow's for the same request
 */
export function addShelves(
  tally: ShadowTally,
  active: readonly ShelfItem[] | null,
  shadow: readonly ShelfItem[] | null,
): void {
  const isActiveEmpty = active === null || active.length === 0;
  const isShadowEmpty = shadow === null || shadow.length === 0;
  if (isActiveEmpty || isShadowEmpty) {
    addOutcome(tally, isActiveEmpty && isShadowEmpty ? "impersonal" : isActiveEmpty ? "active_empty" : "shadow_empty");
    return;
  }
  const { overlap, tau } = compareShelves(active, shadow);
  addOutcome(tally, "compared");
  tally.sums.overlap_sum += overlap;
  tally.sums.overlap_squares += overlap * overlap;
  const bucket = overlapBucket(overlap);
  tally.histograms.overlaps[bucket] = (tally.histograms.overlaps[bucket] ?? 0) + 1;
  if (tau !== null) {
    tally.sums.tau_count += 1;
    tally.sums.tau_sum += tau;
  }
  addSide(tally, "active", active);
  addSide(tally, "shadow", shadow);
}
