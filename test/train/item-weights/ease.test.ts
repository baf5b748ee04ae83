import { describe, expect, it } from "vitest";

import { fitEase } from "../../../scripts/train/item-weights/ease.ts";
import { gramMatrix } from "../../../scripts/train/item-weights/gram.ts";
import { gaussJordanInverse } from "./gauss-jordan.ts";
import { randomInteractions } from "./random-interactions.ts";

const ITEMS = 75;

/** The papers' formula, line by line. */
function naiveEase(gram: Float64Array, items: number, regularization: number, dropout: number): number[][] {
  const penalized = Array.from({ length: items }, (_, row) =>
    Array.from({ length: items }, (_, column) => {
      const value = gram[row * items + column] ?? 0;
      return row === column ? value + regularization + (dropout / (1 - dropout)) * value : value;
    }),
  );
  const inverse = gaussJordanInverse(penalized);
  return inverse.map((row, place) =>
    row.map((value, column) => (place === column ? 0 : -value / (inverse[column]?.[column] ?? 0))),
  );
}

describe("EASE", () => {
  it("is what it is by hand for two items", async () => {
    // G + λ = [[3, 1], [1, 4]], P = 1/11 · [[4, −1], [−1, 3]], B[0,1] = 1/3, B[1,0] = 1/4.
    const weights = await fitEase(Float64Array.of(2, 1, 1, 3), 2, { regularization: 1, dropout: 0 });
    [0, 1 / 3, 1 / 4, 0].forEach((value, place) => expect(weights[place]).toBeCloseTo(value, 6));
  });

  it("solves each item's own ridge regression on the others: row = what is had, column = what is foretold", async () => {
    // Everyone who has 0 has 1; item 1 is also had alone: 0 says more of 1 than 1 of 0.
    const gram = Float64Array.of(10, 10, 10, 40);
    const weights = await fitEase(gram, 2, { regularization: 1e-6, dropout: 0 });
    expect(weights[1]).toBeCloseTo(10 / 10, 5);
    expect(weights[2]).toBeCloseTo(10 / 40, 5);
  });

  it.each([
    { regularization: 5, dropout: 0, userPower: 0 },
    { regularization: 5, dropout: 0.4, userPower: 0 },
    { regularization: 0.2, dropout: 0.25, userPower: 1 },
  ])(
    "equals the formula with an inverse by elimination: λ $regularization, dropout $dropout",
    async ({ userPower, ...options }) => {
      const gram = gramMatrix(randomInteractions(11, 300, ITEMS, 0.2), userPower);
      const before = gram.slice();
      const weights = await fitEase(gram, ITEMS, options);
      const expected = naiveEase(gram, ITEMS, options.regularization, options.dropout).flat();
      expect(weights).toHaveLength(expected.length);
      expected.forEach((value, place) => expect(weights[place]).toBeCloseTo(value, 5));
      expect(gram).toEqual(before);
    },
  );

  it("gives an item that nobody has no weight", async () => {
    const weights = await fitEase(Float64Array.of(3, 0, 0, 0), 2, { regularization: 1, dropout: 0.5 });
    expect([...weights].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  it("tells how far it is", async () => {
    const told: number[] = [];
    const gram = gramMatrix(randomInteractions(11, 30, ITEMS, 0.2), 0);
    await fitEase(gram, ITEMS, { regularization: 1, dropout: 0 }, (share) => void told.push(share));
    expect(told.at(-1)).toBe(1);
  });

  it.each([
    { regularization: 0, dropout: 0, message: "regularization is 0, not above 0." },
    { regularization: NaN, dropout: 0, message: "regularization is NaN" },
    { regularization: 1, dropout: 1, message: "dropout is 1, not from 0 to below 1." },
    { regularization: 1, dropout: -0.1, message: "dropout is -0.1" },
  ])("refuses λ $regularization with dropout $dropout", async ({ message, ...options }) => {
    await expect(fitEase(Float64Array.of(1), 1, options)).rejects.toThrow(message);
  });
});
