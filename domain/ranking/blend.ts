import type { ModelBlend } from "../models/manifest.ts";
import type { Candidate, RankingInputs } from "./inputs.ts";
import { PERSONAL_SIGNALS, type PersonalSignals, personalSignals } from "./personal-signals.ts";

/** How strongly each signal counts when a personal shelf is scored. A model may bring its own (manifest `blend`). */
export type BlendWeights = { readonly [Name in keyof Required<ModelBlend>]: number };

/** For a model that says nothing of it. */
export const DEFAULT_BLEND: BlendWeights = {
  profile: 1,
  taste: 0.5,
  together: 0.5,
  popularity: 0.2,
  trending: 0,
  similar: 0.5,
  diversity: 0.1,
  recency: 0.95,
  rating: 0.5,
};

/** Candidates of a personal shelf: more than the largest shelf and everything that may be left out of it. */
export const PERSONAL_CANDIDATES_MAX = 1_000;

/** The defaults with what a model's manifest says. */
export function blendFrom(manifest: ModelBlend | undefined): BlendWeights {
  const entries = Object.entries(DEFAULT_BLEND) as [keyof BlendWeights, number][];
  return Object.fromEntries(entries.map(([name, usual]) => [name, manifest?.[name] ?? usual])) as BlendWeights;
}

/** The signals added up by their weights: a score for each candidate. */
export function blendSignals({ places, values }: PersonalSignals, weights: BlendWeights): Float32Array {
  const scores = new Float32Array(places.length);
  for (const name of PERSONAL_SIGNALS) {
    const weight = weights[name];
    if (weight === 0) continue;
    const signal = values[name];
    for (let position = 0; position < scores.length; position++)
      scores[position] = (scores[position] ?? 0) + weight * (signal[position] ?? 0);
  }
  return scores;
}

/** The score that a candidate must have to be among the best {@link PERSONAL_CANDIDATES_MAX}. */
function leastScore(scores: Float32Array): number {
  return scores.length <= PERSONAL_CANDIDATES_MAX
    ? -Infinity
    : (scores.toSorted()[scores.length - PERSONAL_CANDIDATES_MAX] ?? -Infinity);
}

/**
 * The personal shelf's candidates, best first: nearness to the profile, nearness to the shopper's past, what goes with
 * that past, and what sells, each by its weight. Empty when nothing at all is known of the shopper.
 */
export function personalCandidates(inputs: RankingInputs): Candidate[] {
  const signals = personalSignals(inputs);
  if (signals === null) return [];
  const scores = blendSignals(signals, inputs.weights);
  const least = leastScore(scores);
  const reason = inputs.profile === null ? "interactions" : "profile";
  const candidates: Candidate[] = [];
  signals.places.forEach((place, position) => {
    const score = scores[position] ?? 0;
    if (score >= least) candidates.push({ place, score, reason, because: null });
  });
  return candidates.sort((a, b) => b.score - a.score || a.place - b.place);
}
