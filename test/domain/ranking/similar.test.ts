import { expect, it } from "vitest";

import { encodeItemNeighbours, ItemNeighbours } from "../../../domain/catalogue/item-neighbours.ts";
import { DEFAULT_BLEND } from "../../../domain/ranking/blend.ts";
import { similarCandidates, togetherCandidates } from "../../../domain/ranking/gather.ts";
import type { RankingInputs } from "../../../domain/ranking/inputs.ts";
import { ENGLISH_TEXTS } from "../../../domain/ranking/texts/languages.ts";
import { EMPTY_VIEW } from "../../../domain/sessions/empty-view.ts";
import { smallShop } from "./small-shop.ts";

const ids = ["seed", "near", "both", "tied", "against"];
const shop = smallShop(ids);
const nearest = { items: Uint32Array.of(1, 2), scores: Float32Array.of(0.8, 0.4) };
// What having the seed says of the others; the strongest of all speaks against.
const seedTies = { items: Uint32Array.of(4, 3, 2), weights: Float32Array.of(-0.9, 0.5, 0.25) };
const weights = new ItemNeighbours(
  encodeItemNeighbours("1", "m", [
    seedTies,
    null,
    { items: Uint32Array.of(4), weights: Float32Array.of(0.3) },
    null,
    null,
  ]),
);

function inputs(similar: number, itemWeights: ItemNeighbours | null, known = true): RankingInputs {
  return {
    catalogue: shop,
    vectors: null,
    itemWeights,
    session: EMPTY_VIEW,
    profile: null,
    personal: null,
    neighbours: known ? new Map([[0, nearest]]) : new Map(),
    country: null,
    weights: { ...DEFAULT_BLEND, similar },
    hidden: new Set<number>(),
    rules: { justBoughtDays: 0, repeatableCategories: [] },
    texts: ENGLISH_TEXTS,
    now: 0,
  };
}

function similar(of: RankingInputs): [string, number][] {
  return [...similarCandidates(of, [0], "similar")].map(({ place, score }) => [
    shop.idOf(place),
    Number(score.toFixed(4)),
  ]);
}

it("goes by the embeddings alone for a model without weights", () => {
  expect(similar(inputs(0.5, null))).toEqual([
    ["near", 0.8],
    ["both", 0.4],
  ]);
});

it("adds likeness and ties by the model's share, each relative to the seed's best", () => {
  // near: ½ · 1; both: ½ · ½ + ½ · ½; tied: ½ · ½ (no nearer than the farthest that is known) + ½ · 1.
  expect(similar(inputs(0.5, weights))).toEqual([
    ["tied", 0.75],
    ["near", 0.5],
    ["both", 0.5],
  ]);
  expect(similar(inputs(0, weights))[0]).toEqual(["near", 1]);
  expect(similar(inputs(1, weights)).slice(0, 2)).toEqual([
    ["tied", 1],
    ["both", 0.5],
  ]);
});

it("goes by the ties alone while the index is away", () => {
  expect(similar(inputs(0.2, weights, false))).toEqual([
    ["tied", 1],
    ["both", 0.5],
  ]);
});

it("sums what goes together with a cart, and leaves out what it speaks against", () => {
  const together = togetherCandidates(inputs(0.5, weights), [0, 2]).map(({ place, score, because }) => [
    shop.idOf(place),
    Number(score.toFixed(4)),
    because,
  ]);
  expect(together).toEqual([
    ["tied", 0.5, 0],
    ["both", 0.25, 0],
  ]);
});
