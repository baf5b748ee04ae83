import { describe, expect, it } from "vitest";

import { shrunkCosine, USER_ITEMS_MAX } from "../../../scripts/train/item-weights/cosine.ts";
import { type InteractionMatrix, matrixOf } from "../../../scripts/train/item-weights/interaction-matrix.ts";
import { listOf } from "../../../scripts/train/item-weights/item-weight-lists.ts";
import { randomInteractions } from "./random-interactions.ts";

function usersOf({ users, starts, columns }: InteractionMatrix, place: number): Set<number> {
  const all = Array.from({ length: users }, (_, user) => user);
  return new Set(all.filter((user) => columns.subarray(starts[user], starts[user + 1]).includes(place)));
}

/** Every pair of an item, from the sets of users, strongest first. */
function naivePairs(matrix: InteractionMatrix, place: number, shrinkage: number): { other: number; weight: number }[] {
  const own = usersOf(matrix, place);
  return Array.from({ length: matrix.items }, (_, other) => {
    const others = usersOf(matrix, other);
    const count = [...own].filter((user) => others.has(user)).length;
    const cosine = count / Math.sqrt(own.size * others.size);
    return { other, weight: count === 0 || other === place ? 0 : (cosine * count) / (count + shrinkage) };
  })
    .filter(({ weight }) => weight > 0)
    .sort((one, two) => Math.fround(two.weight) - Math.fround(one.weight) || one.other - two.other);
}

describe("the shrunk cosine", () => {
  it("is what it is by hand", () => {
    const row = (...places: number[]) => places.map((place) => ({ place, weight: 1 }));
    const lists = shrunkCosine(matrixOf([row(0, 1), row(0, 1, 2), row(0), row(0)], 4), { shrinkage: 2, perItemMax: 9 });
    const first = listOf(lists, 0);
    expect([...first.items]).toEqual([1, 2]);
    expect(first.weights[0]).toBeCloseTo((2 / Math.sqrt(4 * 2)) * (2 / 4), 6);
    expect(first.weights[1]).toBeCloseTo((1 / Math.sqrt(4 * 1)) * (1 / 3), 6);
    expect(listOf(lists, 3).items).toHaveLength(0);
  });

  it.each([
    { shrinkage: 0, perItemMax: 100 },
    { shrinkage: 10, perItemMax: 100 },
    { shrinkage: 10, perItemMax: 5 },
    { shrinkage: 10, perItemMax: 0 },
  ])("equals all pairs of users' sets, with $shrinkage and at most $perItemMax", ({ shrinkage, perItemMax }) => {
    const matrix = randomInteractions(5, 120, 40, 0.15);
    const lists = shrunkCosine(matrix, { shrinkage, perItemMax });
    for (let place = 0; place < matrix.items; place++) {
      const expected = naivePairs(matrix, place, shrinkage).slice(0, perItemMax);
      const list = listOf(lists, place);
      expect([...list.items]).toEqual(expected.map(({ other }) => other));
      expected.forEach(({ weight }, position) => expect(list.weights[position]).toBeCloseTo(weight, 6));
    }
  });

  it("counts of a past that is too long only so many items, not the same of each", () => {
    const items = 2 * USER_ITEMS_MAX;
    const everything = Array.from({ length: items }, (_, place) => ({ place, weight: 1 }));
    const once = shrunkCosine(matrixOf([everything], items), { shrinkage: 0, perItemMax: items });
    const lengths = Array.from({ length: items }, (_, place) => listOf(once, place).items.length);
    expect(lengths.filter((length) => length === USER_ITEMS_MAX - 1)).toHaveLength(USER_ITEMS_MAX);
    expect(lengths.filter((length) => length === 0)).toHaveLength(USER_ITEMS_MAX);
    const twice = shrunkCosine(matrixOf([everything, everything], items), { shrinkage: 0, perItemMax: items });
    for (let place = 0; place < items; place++) expect(listOf(twice, place).items).toHaveLength(USER_ITEMS_MAX - 1);
  });
});
