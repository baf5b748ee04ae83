import { describe, expect, it } from "vitest";

import { createRandom } from "../../../scripts/random.ts";
import { invertPositiveDefinite } from "../../../scripts/train/item-weights/invert.ts";
import { TILE_SIZE } from "../../../scripts/train/item-weights/tile.ts";
import { gaussJordanInverse } from "./gauss-jordan.ts";

const SEED = 7;

/** `M Mᵀ + size/10 · I` for a random M: symmetric, positive definite, and no diagonal that drowns the rest. */
function randomPositiveDefinite(size: number): Float64Array {
  const random = createRandom(SEED + size);
  const factor = Float64Array.from({ length: size * size }, () => random() - 0.5);
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = row === column ? size / 10 : 0;
      for (let step = 0; step < size; step++)
        sum += (factor[row * size + step] ?? 0) * (factor[column * size + step] ?? 0);
      matrix[row * size + column] = sum;
    }
  }
  return matrix;
}

function farthestFromIdentity(one: Float64Array, other: Float64Array, size: number): number {
  let farthest = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = row === column ? -1 : 0;
      for (let step = 0; step < size; step++) sum += (one[row * size + step] ?? 0) * (other[step * size + column] ?? 0);
      farthest = Math.max(farthest, Math.abs(sum));
    }
  }
  return farthest;
}

describe("the inverse of a symmetric positive definite matrix", () => {
  it("is the one that is reckoned by hand", async () => {
    const matrix = Float64Array.of(4, 2, 2, 3);
    await invertPositiveDefinite(matrix, 2);
    [3 / 8, -2 / 8, -2 / 8, 4 / 8].forEach((value, place) => expect(matrix[place]).toBeCloseTo(value, 14));
  });

  it.each([1, 2, 7, TILE_SIZE - 1, TILE_SIZE, TILE_SIZE + 1, 2 * TILE_SIZE, 200, 321])(
    "times the matrix is the identity, at size %i",
    async (size) => {
      const matrix = randomPositiveDefinite(size);
      const inverse = matrix.slice();
      await invertPositiveDefinite(inverse, size);
      expect(farthestFromIdentity(matrix, inverse, size)).toBeLessThan(1e-11);
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < row; column++)
          expect(inverse[row * size + column]).toBe(inverse[column * size + row]);
      }
    },
  );

  it("equals what elimination gives", async () => {
    const size = TILE_SIZE + 9;
    const matrix = randomPositiveDefinite(size);
    const rows = Array.from({ length: size }, (_, row) => [...matrix.subarray(row * size, (row + 1) * size)]);
    const expected = gaussJordanInverse(rows).flat();
    await invertPositiveDefinite(matrix, size);
    expected.forEach((value, place) => expect(matrix[place]).toBeCloseTo(value, 11));
  });

  it("does not read what is above the diagonal", async () => {
    const matrix = Float64Array.of(4, NaN, 2, 3);
    await invertPositiveDefinite(matrix, 2);
    expect(matrix[1]).toBeCloseTo(-2 / 8, 14);
  });

  it("names the row that has no positive pivot, and leaves the matrix as it was", async () => {
    const size = TILE_SIZE + 10;
    const matrix = randomPositiveDefinite(size);
    matrix[(TILE_SIZE + 3) * (size + 1)] = -1;
    const before = matrix.slice();
    await expect(invertPositiveDefinite(matrix, size)).rejects.toThrow(
      `The matrix is not positive definite: row ${TILE_SIZE + 3} has no positive pivot.`,
    );
    expect(matrix).toEqual(before);
    await expect(invertPositiveDefinite(Float64Array.of(1, 1, 1, 1), 2)).rejects.toThrow("row 1 has no positive pivot");
    await expect(invertPositiveDefinite(Float64Array.of(NaN), 1)).rejects.toThrow("row 0 has no positive pivot");
  });

  it("refuses numbers that are not a square", async () => {
    await expect(invertPositiveDefinite(new Float64Array(5), 2)).rejects.toThrow("5 numbers are not 2 × 2");
  });

  it("tells how far it is, waits for who was told, and ends at 1", async () => {
    const told: number[] = [];
    let waiting = false;
    await invertPositiveDefinite(randomPositiveDefinite(200), 200, async (share) => {
      expect(waiting).toBe(false);
      waiting = true;
      told.push(share);
      await Promise.resolve();
      waiting = false;
    });
    expect(told).toHaveLength(12);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
    expect(told[0]).toBeGreaterThan(0);
    expect(told.at(-1)).toBe(1);
  });
});
