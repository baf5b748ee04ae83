import { expect, it } from "vitest";

import { createRandom } from "../../scripts/random.ts";
import { dividePast, Taste } from "../../scripts/train/taste.ts";

const DIMENSION = 3;

it("divides a past at random, never leaves nothing to be found, and hides it whole now and then", () => {
  const random = createRandom(4);
  const hidden: boolean[] = [];
  for (let round = 0; round < 500; round++) {
    const length = 1 + (round % 9);
    const { shown, wanted } = dividePast(length, random);
    expect([...shown, ...wanted].sort((a, b) => a - b)).toEqual([...Array(length).keys()]);
    expect(wanted.length).toBeGreaterThan(0);
    hidden.push(shown.length === 0);
  }
  const share = hidden.filter(Boolean).length / hidden.length;
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(0.7);
});

it("is the direction of the items' mean, and nothing without items", () => {
  const items = Float32Array.of(1, 0, 0, 0, 1, 0, 9, 9, 9);
  const { vector } = new Taste(items, DIMENSION, [0, 1]);
  expect([...vector].map((value) => value.toFixed(6))).toEqual(["0.707107", "0.707107", "0.000000"]);
  expect([...new Taste(items, DIMENSION, []).vector]).toEqual([0, 0, 0]);
});

it("has the slopes of the difference quotient", () => {
  const random = createRandom(9);
  const items = Float32Array.from({ length: 4 * DIMENSION }, () => random() * 2 - 1);
  const wanted = Float32Array.of(0.3, -0.8, 0.5);
  const places = [0, 2, 3];
  const dot = (): number =>
    new Taste(items, DIMENSION, places).vector.reduce((sum, v, c) => sum + v * (wanted[c] ?? 0), 0);
  const slopes = new Float32Array(items.length);
  new Taste(items, DIMENSION, places).backward(wanted, slopes);
  const step = 1e-3;
  for (let position = 0; position < items.length; position++) {
    const value = items[position] ?? 0;
    items[position] = value + step;
    const above = dot();
    items[position] = value - step;
    const below = dot();
    items[position] = value;
    expect(slopes[position]).toBeCloseTo((above - below) / (2 * step), 3);
  }
  // An item that is not of the past has no say.
  expect([...slopes.subarray(DIMENSION, 2 * DIMENSION)]).toEqual([0, 0, 0]);
});
