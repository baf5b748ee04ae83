import type { RankedItems } from "../catalogue/catalogue.ts";
import { dotWithItem, meanVector } from "../catalogue/item-vectors.ts";
import { historyOf } from "./history.ts";
import type { RankingInputs } from "./inputs.ts";
import { sumWeights } from "./item-weights.ts";
import { CANDIDATES_MAX } from "./placements.ts";

/** What speaks for an item on the personal shelf, in the order in which {@link PersonalSignals} holds it. */
export const PERSONAL_SIGNALS = ["profile", "taste", "together", "popularity", "trending"] as const;
export type PersonalSignal = (typeof PERSONAL_SIGNALS)[number];

/** Popular items that are always looked at. */
const POPULAR_CANDIDATES_MAX = 100;
/** What sold lately is looked at too. */
const TRENDING_CANDIDATES_MAX = 50;

/** The candidates of a personal shelf and what speaks for each. */
export interface PersonalSignals {
  readonly places: readonly number[];
  /** `places.length` numbers for each signal. */
  readonly values: Readonly<Record<PersonalSignal, Float32Array>>;
}

function scoresByPlace({ items, scores }: RankedItems): Map<number, number> {
  return new Map(Array.from(items, (place, position) => [place, scores[position] ?? 0]));
}

/** What is known of an item that is not in the list: no nearer than its last one, or, of a short list, no embedding. */
function nearnessOfOthers({ scores }: RankedItems): number {
  return scores.length < CANDIDATES_MAX ? 0 : (scores.at(-1) ?? 0);
}

/**
 * Gathers whoever may stand on the personal shelf: the profile's nearest items, neighbours of the past and of the page,
 * and what sells; and what speaks for each of them. Null when nothing at all is known of the shopper.
 */
export function personalSignals(inputs: RankingInputs): PersonalSignals | null {
  const { catalogue, vectors, profile, weights } = inputs;
  const history = historyOf(catalogue, inputs.session, weights);
  if (profile === null && history.length === 0) return null;
  const together = sumWeights(inputs, history);
  const trending = scoresByPlace(catalogue.trending);
  const places = new Set(together.places);
  for (const place of profile?.items ?? []) places.add(place);
  for (const neighbours of inputs.neighbours.values()) for (const place of neighbours.items) places.add(place);
  for (const place of catalogue.popular.items.subarray(0, POPULAR_CANDIDATES_MAX)) places.add(place);
  for (const place of catalogue.trending.items.subarray(0, TRENDING_CANDIDATES_MAX)) places.add(place);
  const nearness = profile === null ? null : scoresByPlace(profile);
  const others = profile === null ? 0 : nearnessOfOthers(profile);
  const mean = vectors === null || history.length === 0 ? null : meanVector(vectors, history);
  const list = [...places];
  const signal = (of: (place: number) => number): Float32Array => Float32Array.from(list, of);
  return {
    places: list,
    values: {
      profile: signal((place) => nearness?.get(place) ?? others),
      taste: signal((place) => (mean === null || vectors === null ? 0 : dotWithItem(vectors, mean, place))),
      together: signal((place) => together.values[place] ?? 0),
      popularity: signal((place) => catalogue.popularity[place] ?? 0),
      trending: signal((place) => trending.get(place) ?? 0),
    },
  };
}
