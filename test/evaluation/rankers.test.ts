import * as fc from "fast-check";
import { expect, it } from "vitest";

import { bestPlaces } from "../../scripts/evaluate/best-places.ts";
import { PopularityRanker } from "../../scripts/evaluate/popularity-ranker.ts";
import { SimilarityRanker } from "../../scripts/evaluate/similarity-ranker.ts";
import { createRandom } from "../../scripts/random.ts";
import { row } from "./rows.ts";

it("finds the best places as sorting does", () => {
  const scores = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 12 }), fc.array(fc.nat(39)), (numbers, k, left) => {
      const sorted = [...numbers.keys()]
        .filter((place) => (numbers[place] ?? 0) > 0 && !left.includes(place))
        .sort((a, b) => (numbers[b] ?? 0) - (numbers[a] ?? 0) || a - b);
      expect(bestPlaces(Float64Array.from(numbers), k, new Set(left))).toEqual(sorted.slice(0, k));
    }),
  );
});

it("takes scores for alike that differ by rounding alone", () => {
  expect(bestPlaces(Float64Array.from([0.3, 0.1 + 0.2, 0.3]), 2, new Set())).toEqual([0, 1]);
});

it("ranks by the users who have an item, however often, and by id among equals", () => {
  const train = [row("u1", "c"), row("u2", "c"), row("u1", "b"), row("u1", "b"), row("u1", "b"), row("u1", "a")];
  const ranker = new PopularityRanker(train, ["a", "b", "c", "new"]);
  expect(ranker.rank([], 10)).toEqual(["c", "a", "b"]);
  expect(ranker.rank([row("u3", "c")], 1)).toEqual(["a"]);
});

it("adds up the cosines to the user's items", () => {
  // a: u1 u2 u3, b: u1 u2, c: u3, d: u4; rows twice count once.
  const train = [row("u1", "a"), row("u2", "a"), row("u3", "a"), row("u1", "b"), row("u2", "b"), row("u2", "b")];
  train.push(row("u3", "c"), row("u4", "d"));
  const ranker = new SimilarityRanker(train, ["a", "b", "c", "d"]);
  // To a: b 2/√(3·2) = 0.816, c 1/√(3·1) = 0.577; d shares nobody.
  expect(ranker.rank([row("new", "a"), row("new", "a")], 10)).toEqual(["b", "c"]);
  // Of b and c together a has 2/√6 + 1/√3.
  expect(ranker.rank([row("new", "b"), row("new", "c")], 10)).toEqual(["a"]);
  expect(ranker.rank([row("new", "d"), row("new", "unheard of")], 10)).toEqual([]);
  // What is not ranked is not recommended, but tells of its neighbours.
  const withoutA = new SimilarityRanker(train, ["b", "c"]);
  expect(withoutA.rank([row("new", "b")], 10)).toEqual([]);
  expect(withoutA.rank([row("new", "a")], 10)).toEqual(["b", "c"]);
});

it("agrees with cosines that are computed the plain way", () => {
  const random = createRandom(3);
  const train = Array.from({ length: 400 }, () =>
    row(`u${Math.floor(random() * 40)}`, `i${String(Math.floor(30 * random() ** 2)).padStart(2, "0")}`),
  );
  const items = [...new Set(train.map((each) => each.itemId))].sort();
  const usersOf = new Map(
    items.map((item) => [item, new Set(train.filter((each) => each.itemId === item).map((each) => each.userId))]),
  );
  const cosine = (one: string, other: string): number => {
    const [first, second] = [usersOf.get(one) ?? new Set<string>(), usersOf.get(other) ?? new Set<string>()];
    const shared = [...first].filter((user) => second.has(user));
    return shared.length / Math.sqrt(first.size * second.size);
  };
  const ranker = new SimilarityRanker(train, items);
  for (const userId of new Set(train.map((each) => each.userId))) {
    const own = new Set(train.filter((each) => each.userId === userId).map((each) => each.itemId));
    const scores = new Map(items.map((item) => [item, [...own].reduce((sum, had) => sum + cosine(had, item), 0)]));
    const rounded = (item: string): number => Math.round((scores.get(item) ?? 0) * 1e9);
    const expected = items
      .filter((item) => !own.has(item) && rounded(item) > 0)
      .sort((a, b) => rounded(b) - rounded(a) || (a < b ? -1 : 1));
    const rows = train.filter((each) => each.userId === userId);
    expect(ranker.rank(rows, 5)).toEqual(expected.slice(0, 5));
  }
});
