import { dispersionOf, pooledDispersion } from "./dispersion.ts";
import { type Level, levelFrom, type PastCounts } from "./expectation.ts";
import { discoveryThreshold, levelOfLook } from "./false-discoveries.ts";
import { HOLD_CHANCE_MAX, HOLD_RATIO_MIN, SPIKE_COUNT_MIN, SPIKE_RATIO_MIN } from "./limits.ts";
import { upperTail } from "./negative-binomial.ts";

/** What there may be more of: views, or orders. */
export const SIGNALS = ["interest", "sales"] as const;
export type Signal = (typeof SIGNALS)[number];

/** What may have more of it. */
export const SCOPES = ["item", "line"] as const;
export type Scope = (typeof SCOPES)[number];

/** What is compared: how much of one signal was counted of one item or line. */
export interface Series {
  readonly scope: Scope;
  /** The item's id, or the line. */
  readonly subject: string;
  readonly signal: Signal;
  /** In the hour so far. */
  readonly observed: number;
  readonly past: PastCounts;
  /** What the hours beside come to, in hours like this one. */
  readonly besideHours: number;
  /** Counts an hour that are usual for one of its kind. */
  readonly priorMean: number;
}

/** A series that has more than it should. */
export interface Raised {
  readonly scope: Scope;
  readonly subject: string;
  readonly signal: Signal;
  readonly observed: number;
  /** What the baseline expects up to now. */
  readonly expected: number;
  readonly ratio: number;
  /** Chance of as much or more under the baseline. */
  readonly pValue: number;
  /** Enough for an alarm. What is not only keeps a spike open that is there already. */
  readonly alarms: boolean;
}

/** What a look judges together. */
export interface Look {
  /** Share of the hour that is counted. */
  readonly share: number;
  /** Every series that may be raised; those with too few counts to be may be left out. */
  readonly series: readonly Series[];
  /** How many series there are, those left out included. */
  readonly questions: number;
}

/** Counts an hour that the baseline expects, and how sure that is. */
export function levelOf({ past, besideHours, priorMean }: Pick<Series, "past" | "besideHours" | "priorMean">): Level {
  return levelFrom(past, besideHours, priorMean);
}

function kindOf({ scope, signal }: Series): string {
  return `${scope} ${signal}`;
}

function dispersions(series: readonly Series[]): ReadonlyMap<string, number> {
  return new Map(
    [...Map.groupBy(series, kindOf)].map(([kind, own]) => [kind, pooledDispersion(own.map(({ past }) => past.same))]),
  );
}

/**
 * The series that have more than their baseline expects. The count is negative binomial: chance, what is not known of
 * the level, and what hours vary beyond chance. Alarms are discoveries among all series, at the level of the look.
 */
export function raisedSeries({ share, series, questions }: Look): readonly Raised[] {
  const pooled = dispersions(series);
  const candidates: Omit<Raised, "alarms">[] = [];
  for (const one of series) {
    const { scope, subject, signal, observed, past } = one;
    const { mean, shape } = levelOf(one);
    const expected = mean * share;
    if (observed < HOLD_RATIO_MIN * expected || observed === 0) continue;
    const dispersion = dispersionOf(past.same, pooled.get(kindOf(one)) ?? 0);
    // The mean of the past hours carries their dispersion as well.
    const variation = 1 / shape + dispersion * (1 + 1 / past.same.length);
    const pValue = upperTail(observed, expected, 1 / variation);
    if (pValue > HOLD_CHANCE_MAX) continue;
    candidates.push({ scope, subject, signal, observed, expected, ratio: observed / expected, pValue });
  }
  const threshold = discoveryThreshold(
    candidates.map(({ pValue }) => pValue),
    questions,
    levelOfLook(share),
  );
  return candidates.map((one) => ({
    ...one,
    alarms: one.pValue <= threshold && one.ratio >= SPIKE_RATIO_MIN && one.observed >= SPIKE_COUNT_MIN,
  }));
}
