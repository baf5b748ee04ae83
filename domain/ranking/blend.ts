import type { RankedItems } from "../catalogue/catalogue.ts";
import { dotWithItem, meanVector } from "../catalogue/item-vectors.ts";
import type { ModelBlend } from "../models/manifest.ts";
import { type HistoryEntry, historyOf } from "./history.ts";
import type { Candidate, RankingInputs } from "./inputs.ts";

/** How strongly each signal counts when a personal shelf is scored. A model may bring its own (manifest `blend`). */
export type BlendWeights = { readonly [Name in keyof Required<ModelBlend>]: number };

export const DEFAULT_BLEND: BlendWeights = {
  profile: 1,
  taste: 0.5,
  together: 0.5,
  popularity: 0.2,
  similar: 0.5,
  diversity: 0.1,
  recency: 0.9,
  rating: 1,
};

/** Of a long past only this much is followed to what is bought together with it. */
const TOGETHER_HISTORY_MAX = 20;
/** Without a profile the personal shelf is looked for among this many popular items and the shopper's neighbours. */
const POPULAR_CANDIDATES_MAX = 100;

/** The defaults with what a model's manifest says. */
export function blendFrom(manifest: ModelBlend | undefined): BlendWeights {
  const entries = Object.entries(DEFAULT_BLEND) as [keyof BlendWeights, number][];
  return Object.fromEntries(entries.map(([name, usual]) => [name, manifest?.[name] ?? usual])) as BlendWeights;
}

/** What is bought together with the shopper's past, summed by place. */
function togetherWithHistory(inputs: RankingInputs, history: readonly HistoryEntry[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { place, weight } of history.slice(0, TOGETHER_HISTORY_MAX)) {
    if (weight <= 0) continue;
    const { items, weights } = inputs.catalogue.togetherWith(place);
    for (let position = 0; position < items.length; position++) {
      const other = items[position] ?? 0;
      sums.set(other, (sums.get(other) ?? 0) + (weights[position] ?? 0));
    }
  }
  return sums;
}

/** Scores of the profile's candidates by place; without a profile, the places worth scoring, at 0. */
function profileScores(inputs: RankingInputs, together: ReadonlyMap<number, number>): Map<number, number> {
  const scores = new Map<number, number>();
  const add = (list: RankedItems, most: number, scored: boolean): void => {
    const count = Math.min(most, list.items.length);
    for (let position = 0; position < count; position++) {
      const place = list.items[position] ?? 0;
      if (!scores.has(place)) scores.set(place, scored ? (list.scores[position] ?? 0) : 0);
    }
  };
  if (inputs.profile !== null) {
    add(inputs.profile, inputs.profile.items.length, true);
    return scores;
  }
  for (const neighbours of inputs.neighbours.values()) add(neighbours, neighbours.items.length, false);
  for (const place of together.keys()) if (!scores.has(place)) scores.set(place, 0);
  add(inputs.catalogue.popular, POPULAR_CANDIDATES_MAX, false);
  return scores;
}

/**
 * The personal shelf's candidates, best first: nearness to the profile, nearness to the shopper's past, what is bought
 * together with that past, and popularity, each by its weight. Empty when nothing at all is known of the shopper.
 */
export function personalCandidates(inputs: RankingInputs): Candidate[] {
  const { catalogue, vectors, weights, profile } = inputs;
  const history = historyOf(catalogue, inputs.session);
  if (profile === null && history.length === 0) return [];
  const together = togetherWithHistory(inputs, history);
  const taste = vectors === null || history.length === 0 ? null : meanVector(vectors, history);
  const reason = profile === null ? "interactions" : "profile";
  const candidates: Candidate[] = [];
  for (const [place, nearness] of profileScores(inputs, together)) {
    const score =
      weights.profile * nearness +
      (taste === null || vectors === null ? 0 : weights.taste * dotWithItem(vectors, taste, place)) +
      weights.together * Math.min(1, together.get(place) ?? 0) +
      weights.popularity * (catalogue.popularity[place] ?? 0);
    candidates.push({ place, score, reason, because: null });
  }
  return candidates.sort((a, b) => b.score - a.score || a.place - b.place);
}
