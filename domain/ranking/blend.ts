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

/** Parts that the range of scores is cut into, so that only the highest of them need be sorted. */
const SCORE_PARTS = 4_096;

/** Which part of the range a score lies in: never a lower one than a lower score. */
function partsOf(scores: Float32Array): (score: number) => number {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const score of scores) {
    if (score < lowest) lowest = score;
    if (score > highest) highest = score;
  }
  const factor = highest > lowest ? (SCORE_PARTS - 1) / (highest - lowest) : 0;
  return (score) => Math.floor((score - lowest) * factor);
}

/** The highest part so that at least {@link PERSONAL_CANDIDATES_MAX} scores lie in it or above, if there are so many. */
function lowestPartOfBest(scores: Float32Array, partOf: (score: number) => number): number {
  const counts = new Uint32Array(SCORE_PARTS);
  for (const score of scores) {
    const part = partOf(score);
    counts[part] = (counts[part] ?? 0) + 1;
  }
  let part = SCORE_PARTS - 1;
  for (let found = counts[part] ?? 0; found < PERSONAL_CANDIDATES_MAX && part > 0; found += counts[part] ?? 0) part--;
  return part;
}

/** All bits of a float but its sign. */
const SIZE_BITS = 0x7f_ff_ff_ff;
/** Places have 21 of a number's 53 bits beside a score's 32: far more items than an isolate can hold. */
const PLACES = 2 ** 21;

/** What sorts as the scores do from high to low, and as the places among equals: numbers need no comparing function. */
function sortKeys({ places }: PersonalSignals, scores: Float32Array): Float64Array {
  const partOf = partsOf(scores);
  const lowest = lowestPartOfBest(scores, partOf);
  // A float's bits grow with its size: turned round for those above zero, they grow as the score falls.
  const bits = new Uint32Array(scores.buffer);
  const keys = new Float64Array(scores.length);
  let count = 0;
  for (let position = 0; position < scores.length; position++) {
    const score = scores[position] ?? 0;
    if (!(partOf(score) >= lowest)) continue;
    const own = bits[position] ?? 0;
    keys[count++] = (score < 0 ? own : SIZE_BITS - (own & SIZE_BITS)) * PLACES + (places[position] ?? 0);
  }
  return keys.subarray(0, count).sort();
}

/**
 * The personal shelf's candidates, best first: nearness to the profile, nearness to the shopper's past, what goes with
 * that past, and what sells, each by its weight. Empty when nothing at all is known of the shopper.
 */
export function personalCandidates(inputs: RankingInputs): Candidate[] {
  const signals = personalSignals(inputs, (name) => inputs.weights[name] !== 0);
  if (signals === null) return [];
  const keys = sortKeys(signals, blendSignals(signals, inputs.weights));
  const bits = new Uint32Array(keys.length);
  for (let position = 0; position < keys.length; position++) {
    const turned = Math.floor((keys[position] ?? 0) / PLACES);
    bits[position] = turned > SIZE_BITS ? turned : SIZE_BITS - turned;
  }
  const scores = new Float32Array(bits.buffer);
  // Whoever is as good as the last of the best is among them.
  const least = scores[PERSONAL_CANDIDATES_MAX - 1] ?? -Infinity;
  // Where the model lets the profile count for nothing beside a past, it is no reason.
  const isOfPast = inputs.profile === null || (signals.hasPast && inputs.weights.profile === 0);
  const reason = isOfPast ? "interactions" : "profile";
  const candidates: Candidate[] = [];
  for (let position = 0; position < keys.length; position++) {
    const score = scores[position] ?? 0;
    if (score < least) break;
    candidates.push({ place: (keys[position] ?? 0) % PLACES, score, reason, because: null });
  }
  return candidates;
}
