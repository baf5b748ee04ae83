import { describe, expect, it } from "vitest";

import { gramMatrix } from "../../../scripts/train/item-weights/gram.ts";
import { matrixOf } from "../../../scripts/train/item-weights/interaction-matrix.ts";
import { randomInteractions } from "./random-interactions.ts";

describe("the interaction matrix", () => {
  it("holds one row per user, places ascending, empty rows too", () => {
    const matrix = matrixOf(
      [
        [
          { place: 2, weight: 0.5 },
          { place: 0, weight: 1 },
        ],
        [],
        [{ place: 1, weight: 2 }],
      ],
      4,
    );
    expect(matrix).toEqual({
      users: 3,
      items: 4,
      starts: Uint32Array.of(0, 2, 2, 3),
      columns: Uint32Array.of(0, 2, 1),
      values: Float32Array.of(1, 0.5, 2),
    });
  });

  it("adds up what a row says of one item", () => {
    const twice = [
      { place: 1, weight: 1 },
      { place: 1, weight: 2 },
    ];
    expect(matrixOf([twice], 2)).toMatchObject({ columns: Uint32Array.of(1), values: Float32Array.of(3) });
  });

  it.each([-1, 2, 0.5, NaN])("refuses the place %d among two items", (place) => {
    expect(() => matrixOf([[{ place, weight: 1 }]], 2)).toThrow(`There is no place ${place} among 2 items.`);
  });
});

describe("the Gram matrix", () => {
  const matrix = matrixOf(
    [
      [
        { place: 0, weight: 1 },
        { place: 2, weight: 2 },
      ],
      [
        { place: 2, weight: 3 },
        { place: 1, weight: 1 },
        { place: 0, weight: 1 },
      ],
      [],
    ],
    3,
  );

  it("is the sum of the products of each user's weights", () => {
    // oxfmt-ignore
    expect([...gramMatrix(matrix, 0)]).toEqual([
      2, 1, 5,
      1, 1, 3,
      5, 3, 13,
    ]);
  });

  it("counts a user by a power of the length of their row", () => {
    const halves = gramMatrix(matrix, 1);
    expect(halves[0]).toBeCloseTo(1 / 2 + 1 / 3, 14);
    expect(halves[2]).toBeCloseTo(2 / 2 + 3 / 3, 14);
    expect(gramMatrix(matrix, 0.5)[1]).toBeCloseTo(1 / Math.sqrt(3), 14);
  });

  it("has each pair's number of users in common, when every weight is 1", () => {
    const random = randomInteractions(3, 60, 17, 0.3);
    const sets = Array.from({ length: 60 }, (_, user) => [
      ...random.columns.subarray(random.starts[user], random.starts[user + 1]),
    ]);
    const gram = gramMatrix(random, 0);
    for (let one = 0; one < 17; one++) {
      for (let other = 0; other < 17; other++)
        expect(gram[one * 17 + other]).toBe(sets.filter((set) => set.includes(one) && set.includes(other)).length);
    }
  });
});
