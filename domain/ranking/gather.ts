import type { RankedItems } from "../catalogue/catalogue.ts";
import type { NeighbourList } from "../catalogue/item-neighbours.ts";
import type { Candidate, PlacementRequest, RankingInputs, ReasonCode } from "./inputs.ts";
import { weightsOf } from "./item-weights.ts";
import { CART_SEEDS_MAX, type PlacementPlan, PLACEMENTS } from "./placements.ts";

/** Places of the items that `similar` and `together` start from, the most telling first. */
export function seedPlaces(
  inputs: Pick<RankingInputs, "catalogue" | "session">,
  request: Pick<PlacementRequest, "placement" | "itemId" | "cart">,
): number[] {
  const { catalogue, session } = inputs;
  const plan: PlacementPlan = PLACEMENTS[request.placement];
  if (plan.seed === "page") {
    const place = request.itemId === null ? undefined : catalogue.placeOf(request.itemId);
    return place === undefined ? [] : [place];
  }
  if (plan.seed === "cart") {
    return request.cart.toReversed().flatMap((itemId) => catalogue.placeOf(itemId) ?? []);
  }
  for (let position = session.recent.length - 1; position >= 0; position--) {
    const interaction = session.recent[position];
    if (interaction === undefined || interaction.name === "remove_from_cart") continue;
    const place = catalogue.placeOf(interaction.item_id);
    if (place !== undefined) return [place];
  }
  return [];
}

/** The seeds whose nearest items an answer needs from the vector index. */
export function neighbourSeeds(
  inputs: Pick<RankingInputs, "catalogue" | "session">,
  request: Pick<PlacementRequest, "placement" | "itemId" | "cart">,
): number[] {
  return seedPlaces(inputs, request).slice(0, CART_SEEDS_MAX);
}

/** A list's candidates, made one by one as they are asked for: a shelf takes ten of a hundred. */
function* fromList(list: RankedItems, reason: ReasonCode, because: number | null = null): Generator<Candidate> {
  for (let position = 0; position < list.items.length; position++) {
    yield { place: list.items[position] ?? 0, score: list.scores[position] ?? 0, reason, because };
  }
}

/** One candidate per place with its best score, best first. */
function bestOfEach(candidates: readonly Candidate[]): Candidate[] {
  const best = new Map<number, Candidate>();
  for (const candidate of candidates) {
    const known = best.get(candidate.place);
    if (known === undefined || known.score < candidate.score) best.set(candidate.place, candidate);
  }
  return [...best.values()].sort((a, b) => b.score - a.score || a.place - b.place);
}

// For all answers of an isolate, and all zeros between two of them: a list is made for each seed of each answer.
let mixed = new Float32Array(0);
let isNear = new Uint8Array(0);

/** How the two kinds of likeness to a seed are brought together. */
interface Mixture {
  /** What the nearest item's score is: nearness is relative to it. */
  readonly best: number;
  /** What the ties count; nearness counts the rest of one. */
  readonly share: number;
  /** What nearness adds for an item that is not among the nearest. */
  readonly rest: number;
  /** The strongest tie: others are relative to it. */
  readonly strongest: number;
}

function mixtureOf(inputs: RankingInputs, nearest: RankedItems | undefined, tied: NeighbourList): Mixture {
  const best = nearest?.scores[0] ?? 0;
  const share = nearest === undefined || best <= 0 ? 1 : inputs.weights.similar;
  const rest = share === 1 ? 0 : (1 - share) * Math.max(0, (nearest?.scores.at(-1) ?? 0) / best);
  // The strongest comes first, but it may be one that speaks against.
  let strongest = 0;
  for (const weight of tied.weights) if (weight > strongest) strongest = weight;
  return { best, share, rest, strongest };
}

/**
 * One seed's likeness to other items: how near the model's embeddings are, and how strongly shoppers' doings tie the two
 * together, each relative to the seed's own best, `weights.similar` being the latter's share. What is not among the
 * nearest is no nearer than the last of them.
 */
function mixedList(inputs: RankingInputs, seed: number, nearest: RankedItems | undefined): RankedItems | undefined {
  const tied = inputs.itemWeights?.of(seed);
  if (tied === undefined || tied.items.length === 0) return nearest;
  const size = inputs.catalogue.size;
  if (mixed.length < size) [mixed, isNear] = [new Float32Array(size), new Uint8Array(size)];
  const { best, share, rest, strongest } = mixtureOf(inputs, nearest, tied);
  const places: number[] = [];
  if (nearest !== undefined && best > 0) {
    for (let position = 0; position < nearest.items.length; position++) {
      const place = nearest.items[position] ?? 0;
      mixed[place] = ((1 - share) * (nearest.scores[position] ?? 0)) / best;
      isNear[place] = 1;
      places.push(place);
    }
  }
  for (let position = 0; position < tied.items.length; position++) {
    const weight = tied.weights[position] ?? 0;
    if (weight <= 0) continue;
    const place = tied.items[position] ?? 0;
    const near = isNear[place] === 1;
    mixed[place] = (near ? (mixed[place] ?? 0) : rest) + (share * weight) / strongest;
    if (!near) places.push(place);
  }
  const items = Uint32Array.from(places).sort((a, b) => (mixed[b] ?? 0) - (mixed[a] ?? 0) || a - b);
  const scores = Float32Array.from(items, (place) => mixed[place] ?? 0);
  for (const place of places) [mixed[place], isNear[place]] = [0, 0];
  return { items, scores };
}

/** What an item's likeness to a seed is made up of: the sum of value × weight is its score among the similar ones. */
export interface SimilarParts {
  readonly nearness: { readonly value: number; readonly weight: number };
  readonly ties: { readonly value: number; readonly weight: number };
}

/** The two kinds of likeness of one item to a seed, one by one. */
export function similarParts(inputs: RankingInputs, seed: number, place: number): SimilarParts {
  const nearest = inputs.neighbours.get(seed);
  const tied = inputs.itemWeights?.of(seed);
  const near = nearest?.items.indexOf(place) ?? -1;
  const score = nearest?.scores[near] ?? 0;
  // Without ties nearness is not made relative: it is all there is.
  if (tied === undefined || tied.items.length === 0) {
    return { nearness: { value: score, weight: 1 }, ties: { value: 0, weight: 0 } };
  }
  const { best, share, rest, strongest } = mixtureOf(inputs, nearest, tied);
  const weight = tied.weights[tied.items.indexOf(place)] ?? 0;
  const nearness = share === 1 ? 0 : near >= 0 ? score / best : rest / (1 - share);
  return {
    nearness: { value: nearness, weight: 1 - share },
    ties: { value: weight <= 0 ? 0 : weight / strongest, weight: share },
  };
}

/** Items like the seeds. */
export function similarCandidates(
  inputs: RankingInputs,
  seeds: readonly number[],
  reason: ReasonCode,
): Iterable<Candidate> {
  const lists = seeds.flatMap((seed) => {
    const list = mixedList(inputs, seed, inputs.neighbours.get(seed));
    return list === undefined ? [] : [fromList(list, reason, seed)];
  });
  return lists.length === 1 ? (lists[0] ?? []) : bestOfEach(lists.flatMap((list) => [...list]));
}

/**
 * Items that go together with the seeds: weights are summed over the seeds, and the reason names the seed that
 * contributes most. What on the whole speaks against an item leaves it out.
 */
export function togetherCandidates(inputs: RankingInputs, seeds: readonly number[]): Candidate[] {
  const sums = new Map<number, { score: number; most: number; because: number }>();
  for (const seed of seeds) {
    const { items, weights } = weightsOf(inputs, seed);
    for (let position = 0; position < items.length; position++) {
      const place = items[position] ?? 0;
      const weight = weights[position] ?? 0;
      const known = sums.get(place);
      if (known === undefined) sums.set(place, { score: weight, most: weight, because: seed });
      else {
        known.score += weight;
        if (weight > known.most) [known.most, known.because] = [weight, seed];
      }
    }
  }
  const candidates: Candidate[] = [];
  for (const [place, { score, because }] of sums)
    if (score > 0) candidates.push({ place, score, reason: "bought_together", because });
  return candidates.sort((a, b) => b.score - a.score || a.place - b.place);
}

/** What sold lately. */
export function trendingCandidates(inputs: RankingInputs): Iterable<Candidate> {
  return fromList(inputs.catalogue.trending, "trending");
}

/** What sells in the shopper's country, then what sells at all. */
export function* popularCandidates(inputs: RankingInputs): Generator<Candidate> {
  const { catalogue, country } = inputs;
  const local = country === null ? null : catalogue.popularIn(country);
  if (local !== null) yield* fromList(local, "popular_in_country");
  yield* fromList(catalogue.popular, "popular");
}
