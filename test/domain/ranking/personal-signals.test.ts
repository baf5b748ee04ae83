import { describe, expect, it } from "vitest";

import type { Catalogue, RankedItems } from "../../../domain/catalogue/catalogue.ts";
import { encodeItemNeighbours, ItemNeighbours } from "../../../domain/catalogue/item-neighbours.ts";
import { dotWithItem, meanVector } from "../../../domain/catalogue/item-vectors.ts";
import { DEFAULT_BLEND, PERSONAL_CANDIDATES_MAX, personalCandidates } from "../../../domain/ranking/blend.ts";
import { historyOf } from "../../../domain/ranking/history.ts";
import type { Candidate, RankingInputs } from "../../../domain/ranking/inputs.ts";
import { CANDIDATES_MAX } from "../../../domain/ranking/placements.ts";
import { ENGLISH_TEXTS } from "../../../domain/ranking/texts/languages.ts";
import { EMPTY_VIEW } from "../../../domain/sessions/empty-view.ts";
import type { SessionView } from "../../../domain/sessions/session.ts";
import { createRandom } from "../../../scripts/random.ts";
import { catalogueOf, item, order, vectorsOf } from "../../support/catalogue.ts";

const CASES = 200;
const DAY = 24 * 60 * 60 * 1000;
const KINDS = ["view_item", "add_to_cart", "remove_from_cart", "purchase", "add_to_wishlist", "looked_closer"];

const idOf = (n: number): string => `i${n}`;

/** Small shops and some that have more items than a shelf has candidates. Every other one sold something. */
const shops: readonly Catalogue[] = [1, 2, 30, 400, 2_500, 2_500].map((size, n) => {
  const orders = Array.from({ length: n % 2 === 0 ? 0 : size * 2 }, (_, sold) =>
    order(`o${sold}`, [idOf((sold * sold) % size), idOf((sold * 3) % size)], { orderedAt: -(sold % 40) * DAY }),
  );
  return catalogueOf(
    Array.from({ length: size }, (_, place) => item(idOf(place))),
    orders.map((entry) => ({ order: entry, country: null })),
  );
});

/** Everything that scoring may meet, by one seed. */
function inputsOf(seed: number): RankingInputs {
  const random = createRandom(seed);
  const below = (most: number): number => Math.floor(random() * most);
  const often = (share: number): boolean => random() < share;
  const catalogue = shops[below(shops.length)] ?? catalogueOf([item("i0")]);
  const { size } = catalogue;
  const known = often(0.9) ? below(90) : 0;
  // One in ten is of an item that the shop has removed since.
  const anItem = (): string => idOf(often(0.9) ? below(size) : size + below(5));
  const some = <Entry>(most: number, entry: () => Entry): Entry[] => Array.from({ length: below(most + 1) }, entry);
  const session: SessionView = {
    ...EMPTY_VIEW,
    recent: some(known, () => ({ name: KINDS[below(KINDS.length)] ?? "", item_id: anItem(), at: 0 })),
    purchases: some(known, () => ({ item_id: anItem(), at: 0 })),
    ratings: some(known, () => ({ item_id: anItem(), rating: 1 + below(5) })),
  };
  // Whole quarters now and then, so that many have the same score.
  const coarse = often(0.3);
  const value = (): number => (coarse ? below(9) / 4 - 1 : random() * 2 - 1);
  const listOf = (length: number): RankedItems => ({
    items: Uint32Array.from({ length }, () => below(size)),
    scores: Float32Array.from({ length }, value),
  });
  const lists = Array.from({ length: size }, () => {
    if (often(0.1)) return null;
    const items = Uint32Array.from(new Set(Array.from({ length: below(60) }, () => below(size))));
    return { items, weights: Float32Array.from(items, value) };
  });
  const blend = often(0.5)
    ? DEFAULT_BLEND
    : { ...DEFAULT_BLEND, taste: below(2), profile: below(3) - 1, popularity: below(2), trending: random(), rating: 1 };
  return {
    catalogue,
    vectors: often(0.3)
      ? null
      : vectorsOf(Array.from({ length: size }, () => (often(0.1) ? null : Array.from({ length: 5 }, value)))),
    itemWeights: often(0.3) ? null : new ItemNeighbours(encodeItemNeighbours("test", "m1", lists)),
    session,
    profile: often(0.5) ? null : listOf(often(0.5) ? CANDIDATES_MAX : below(CANDIDATES_MAX)),
    personal: null,
    neighbours: new Map(some(2, () => [below(size), listOf(below(40))] as const)),
    country: null,
    weights: blend,
    hidden: new Set(),
    rules: { justBoughtDays: 30, repeatableCategories: [] },
    texts: ENGLISH_TEXTS,
    now: 0,
  };
}

/** The rule as it is written down: every signal by itself, all candidates sorted. */
function plainCandidates(inputs: RankingInputs): Candidate[] {
  const { catalogue, vectors, itemWeights, profile, weights } = inputs;
  const history = historyOf(catalogue, inputs.session, weights);
  if (profile === null && history.length === 0) return [];
  const sums = new Map<number, number>();
  for (const { place, weight } of history) {
    const list = itemWeights === null ? catalogue.togetherWith(place) : itemWeights.of(place);
    list.items.forEach((other, n) =>
      sums.set(other, Math.fround((sums.get(other) ?? 0) + weight * (list.weights[n] ?? 0))),
    );
  }
  const byPlace = ({ items, scores }: RankedItems): Map<number, number> =>
    new Map(Array.from(items, (place, n) => [place, scores[n] ?? 0]));
  const nearness = byPlace(profile ?? { items: new Uint32Array(), scores: new Float32Array() });
  const farthest = profile !== null && profile.scores.length >= CANDIDATES_MAX ? (profile.scores.at(-1) ?? 0) : 0;
  const trending = byPlace(catalogue.trending);
  const mean = vectors === null ? null : meanVector(vectors, history);
  const places = new Set([
    ...sums.keys(),
    ...nearness.keys(),
    ...(profile === null ? [...inputs.neighbours.values()].flatMap(({ items }) => [...items]) : []),
    ...catalogue.popular.items.slice(0, 100),
    ...catalogue.trending.items.slice(0, 50),
  ]);
  const scoreOf = (place: number): number =>
    [
      [weights.profile, nearness.get(place) ?? farthest],
      [weights.taste, mean === null || vectors === null ? 0 : dotWithItem(vectors, mean, place)],
      [weights.together, sums.get(place) ?? 0],
      [weights.popularity, catalogue.popularity[place] ?? 0],
      [weights.trending, trending.get(place) ?? 0],
    ].reduce((sum, [weight = 0, signal = 0]) => Math.fround(sum + weight * Math.fround(signal)), 0);
  const sorted = [...places]
    .map((place) => ({ place, score: scoreOf(place) }))
    .toSorted((one, other) => other.score - one.score || one.place - other.place);
  const least = sorted[PERSONAL_CANDIDATES_MAX - 1]?.score ?? -Infinity;
  const isOfPast = profile === null || (history.length > 0 && weights.profile === 0);
  const reason = isOfPast ? "interactions" : "profile";
  return sorted.filter(({ score }) => score >= least).map((entry) => ({ ...entry, reason, because: null }));
}

describe("the personal shelf's candidates", () => {
  const made = Array.from({ length: CASES }, (_, seed) => inputsOf(seed + 1));

  it("are those of the rule as it is written down, with the same scores, in the same order", () => {
    // All in one process, one shop after another: what an answer leaves behind changes no other.
    for (const [seed, inputs] of made.entries())
      expect(personalCandidates(inputs), `seed ${seed + 1}`).toEqual(plainCandidates(inputs));
  });

  it("of these cases are of every kind", () => {
    const lengths = made.map((inputs) => personalCandidates(inputs).length);
    const negative = made.filter((inputs) => personalCandidates(inputs).some(({ score }) => score < 0));
    expect(lengths.filter((length) => length === 0).length).toBeGreaterThan(3);
    expect(lengths.filter((length) => length === PERSONAL_CANDIDATES_MAX).length).toBeGreaterThan(3);
    // Several had the last one's score.
    expect(lengths.filter((length) => length > PERSONAL_CANDIDATES_MAX).length).toBeGreaterThan(0);
    expect(negative.length).toBeGreaterThan(30);
  });
});
