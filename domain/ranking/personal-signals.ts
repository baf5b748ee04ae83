import type { RankedItems } from "../catalogue/catalogue.ts";
import { type ItemVectors, meanVector } from "../catalogue/item-vectors.ts";
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
  /** Whether anything of the shopper's past is known. */
  readonly hasPast: boolean;
}

// For all answers of an isolate, like the sums of weights: one more than where a place stands in the list, 0 for one that
// does not. Only the last list's places are cleared.
let standing = new Uint32Array(0);
let listed: readonly number[] = [];

/** Candidates, each place once, in the order in which they come. */
class CandidateList {
  readonly places: number[] = [];

  constructor(size: number) {
    if (standing.length < size) standing = new Uint32Array(size);
    else for (const place of listed) standing[place] = 0;
    listed = this.places;
  }

  add(places: ArrayLike<number>): void {
    for (let position = 0; position < places.length; position++) {
      const place = places[position] ?? 0;
      if (standing[place] === 0) standing[place] = this.places.push(place);
    }
  }

  /** One value for each candidate: the list's score, `rest` for those that are not in it. */
  scoresIn({ items, scores }: RankedItems, rest: number): Float32Array {
    const values = new Float32Array(this.places.length).fill(rest);
    for (let position = 0; position < items.length; position++) {
      const at = standing[items[position] ?? 0] ?? 0;
      if (at > 0) values[at - 1] = scores[position] ?? 0;
    }
    return values;
  }
}

/**
 * Dot products of a vector and the embeddings at these places, two at a time: in a sum each addition waits for the one
 * before it, and those of another item fill the gap.
 */
function dotWithItems(vectors: ItemVectors, vector: Float32Array, places: readonly number[]): Float32Array {
  const { dimension, values, scale } = vectors;
  const dots = new Float32Array(places.length);
  for (let position = 0; position < places.length; position += 2) {
    const one = (places[position] ?? 0) * dimension;
    const other = (places[position + 1] ?? 0) * dimension;
    let ofOne = 0;
    let ofOther = 0;
    for (let component = 0; component < dimension; component++) {
      const value = vector[component] ?? 0;
      ofOne += value * (values[one + component] ?? 0);
      ofOther += value * (values[other + component] ?? 0);
    }
    dots[position] = ofOne * scale;
    // Past the end of an odd number of places this is no element and stays away.
    dots[position + 1] = ofOther * scale;
  }
  return dots;
}

/** What is known of an item that is not in the list: no nearer than its last one, or, of a short list, no embedding. */
function nearnessOfOthers({ scores }: RankedItems): number {
  return scores.length < CANDIDATES_MAX ? 0 : (scores.at(-1) ?? 0);
}

/** A list that candidates of the personal shelf are taken from. */
interface PersonalSource {
  readonly name: "past" | "profile" | "neighbours" | "popular" | "trending";
  readonly places: ArrayLike<number>;
}

function sourcesWith({ catalogue, profile, neighbours }: RankingInputs, past: readonly number[]): PersonalSource[] {
  const sources: PersonalSource[] = [{ name: "past", places: past }];
  if (profile !== null) sources.push({ name: "profile", places: profile.items });
  // Of whom there is a profile the candidates are the same on every page, so that they are scored once.
  else for (const { items } of neighbours.values()) sources.push({ name: "neighbours", places: items });
  sources.push(
    { name: "popular", places: catalogue.popular.items.subarray(0, POPULAR_CANDIDATES_MAX) },
    { name: "trending", places: catalogue.trending.items.subarray(0, TRENDING_CANDIDATES_MAX) },
  );
  return sources;
}

/** How many candidates of the personal shelf each list brings; empty when nothing at all is known of the shopper. */
export function personalListSizes(inputs: RankingInputs): Partial<Record<PersonalSource["name"], number>> {
  const history = historyOf(inputs.catalogue, inputs.session, inputs.weights);
  if (inputs.profile === null && history.length === 0) return {};
  const sizes: Partial<Record<PersonalSource["name"], number>> = {};
  for (const { name, places } of sourcesWith(inputs, sumWeights(inputs, history).places)) {
    sizes[name] = (sizes[name] ?? 0) + places.length;
  }
  return sizes;
}

/**
 * Gathers whoever may stand on the personal shelf: the profile's nearest items (without one the page's neighbours), those
 * of the past, and what sells; and what speaks for each of them. Null when nothing at all is known of the shopper.
 * @param counts whether a signal is wanted: one that is not may be all zeros
 */
export function personalSignals(
  inputs: RankingInputs,
  counts: (signal: PersonalSignal) => boolean = () => true,
): PersonalSignals | null {
  const { catalogue, vectors, profile, weights } = inputs;
  const history = historyOf(catalogue, inputs.session, weights);
  if (profile === null && history.length === 0) return null;
  const together = sumWeights(inputs, history);
  const list = new CandidateList(catalogue.size);
  for (const { places } of sourcesWith(inputs, together.places)) list.add(places);
  const { places } = list;
  const byPlace = (values: Float32Array): Float32Array => {
    const signal = new Float32Array(places.length);
    for (let position = 0; position < places.length; position++) signal[position] = values[places[position] ?? 0] ?? 0;
    return signal;
  };
  const mean = vectors === null || !counts("taste") ? null : meanVector(vectors, history);
  return {
    places,
    values: {
      profile: profile === null ? new Float32Array(places.length) : list.scoresIn(profile, nearnessOfOthers(profile)),
      taste: vectors === null || mean === null ? new Float32Array(places.length) : dotWithItems(vectors, mean, places),
      together: byPlace(together.values),
      popularity: byPlace(catalogue.popularity),
      trending: list.scoresIn(catalogue.trending, 0),
    },
    hasPast: history.length > 0,
  };
}
