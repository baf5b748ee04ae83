import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { listOf } from "../../../scripts/train/item-weights/item-weight-lists.ts";
import { strongest } from "../../../scripts/train/item-weights/strongest.ts";

describe("the strongest weights", () => {
  it("are the largest by size, whatever their sign, of equal ones the lower place first, and no zeros", () => {
    // oxfmt-ignore
    const dense = Float32Array.of(
      0, 0.5, -0.75, 0.5,
      0, 0, 0, 0,
      1, -1, 0, 1,
      0, 0, 0.25, 0,
    );
    const lists = strongest(dense, 4, 2);
    expect(lists).toEqual({
      starts: Uint32Array.of(0, 2, 2, 4, 5),
      items: Uint32Array.of(2, 1, 0, 1, 2),
      weights: Float32Array.of(-0.75, 0.5, 1, -1, 0.25),
    });
    expect(listOf(lists, 2)).toEqual({ items: Uint32Array.of(0, 1), weights: Float32Array.of(1, -1) });
    expect(listOf(lists, 4)).toEqual({ items: new Uint32Array(0), weights: new Float32Array(0) });
  });

  it("are those that a sort of the whole row would give", () => {
    const row = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(row, fc.integer({ min: 0, max: 35 }), (weights, max) => {
        const dense = new Float32Array(900);
        dense.set(weights, 30);
        const expected = weights
          .map((weight, place) => ({ weight, place }))
          .filter(({ weight }) => weight !== 0)
          .sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight) || one.place - other.place)
          .slice(0, max);
        const list = listOf(strongest(dense, 30, max), 1);
        expect([...list.items]).toEqual(expected.map(({ place }) => place));
        expect([...list.weights]).toEqual(expected.map(({ weight }) => weight));
      }),
    );
  });
});
