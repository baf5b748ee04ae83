import { LowerTiles } from "./lower-tiles.ts";
import { addProduct, factorTile, invertLowerTile, TILE_CELLS, TILE_SIZE, transposed } from "./tile.ts";

/** Told now and then how much is done, from 0 to 1; what it returns is waited for. */
export type OnProgress = (share: number) => void | Promise<void>;

/** Each of the three passes takes a third of the products. */
const PASSES = 3;

/** Of a pass whose columns become shorter and fewer: how much is done after the share `columns` of them. */
function doneOfShrinking(columns: number): number {
  return 1 - (1 - columns) ** 3;
}

/** Of a pass whose row `r` of `n` takes `r · (n − r)` products: how much is done after the share `rows` of them. */
function doneOfSwelling(rows: number): number {
  return rows ** 2 * (3 - 2 * rows);
}

/** `A = L Lᵀ`, in place. @returns the inverses of L's tiles on the diagonal, which the tiles below were divided by */
async function factor(tiles: LowerTiles, onColumn: (share: number) => Promise<void>): Promise<Float64Array[]> {
  const { side } = tiles;
  const inverses: Float64Array[] = [];
  for (let step = 0; step < side; step++) {
    const pivot = tiles.at(step, step);
    const failed = factorTile(pivot);
    if (failed >= 0) {
      throw new Error(`The matrix is not positive definite: row ${step * TILE_SIZE + failed} has no positive pivot.`);
    }
    const inverse = invertLowerTile(pivot);
    inverses.push(inverse);
    for (let row = step + 1; row < side; row++) {
      const tile = tiles.at(row, step);
      const divided = new Float64Array(TILE_CELLS);
      addProduct(divided, tile, inverse, 1);
      tile.set(divided);
    }
    for (let row = step + 1; row < side; row++) {
      for (let column = step + 1; column <= row; column++)
        addProduct(tiles.at(row, column), tiles.at(row, step), tiles.at(column, step), -1);
    }
    await onColumn(doneOfShrinking((step + 1) / side));
  }
  return inverses;
}

/**
 * V = L⁻¹ with each tile transposed, in the place of L. From `L L⁻¹ = I`, for row > column:
 * `V[row, column] = −(Σ V[step, column] L[row, step]ᵀ) D[row]ᵀ` over column ≤ step < row, with D = `inverses`.
 */
async function invertFactor(
  tiles: LowerTiles,
  inverses: readonly Float64Array[],
  onColumn: (share: number) => Promise<void>,
): Promise<void> {
  const { side } = tiles;
  const sum = new Float64Array(TILE_CELLS);
  for (let column = 0; column < side; column++) {
    for (let row = column; row < side; row++) {
      const inverse = inverses[row];
      if (inverse === undefined) continue;
      const tile = tiles.at(row, column);
      if (row === column) {
        tile.set(transposed(inverse));
        continue;
      }
      sum.fill(0);
      // L[row, column] stands where its result will: it is read here for the last time.
      for (let step = column; step < row; step++) addProduct(sum, tiles.at(step, column), tiles.at(row, step), 1);
      tile.fill(0);
      addProduct(tile, sum, inverse, -1);
    }
    await onColumn(doneOfShrinking((column + 1) / side));
  }
}

/** `A⁻¹ = L⁻ᵀ L⁻¹`, in the place of V: `A⁻¹[row, column] = Σ V[step, row] V[step, column]ᵀ` over step ≥ row. */
async function multiplyFactors(tiles: LowerTiles, onRow: (share: number) => Promise<void>): Promise<void> {
  const { side } = tiles;
  const sum = new Float64Array(TILE_CELLS);
  for (let row = 0; row < side; row++) {
    // The diagonal last: the others of the row are made from it.
    for (let column = 0; column <= row; column++) {
      sum.fill(0);
      for (let step = row; step < side; step++) addProduct(sum, tiles.at(step, row), tiles.at(step, column), 1);
      tiles.at(row, column).set(sum);
    }
    await onRow(doneOfSwelling((row + 1) / side));
  }
}

/**
 * Replaces a symmetric positive definite matrix by its inverse: Cholesky factorisation, inverse of the factor, product
 * of the factors' inverses (Golub & Van Loan, "Matrix computations", 4.2), tile by tile; size³ operations in all.
 * Beside the matrix it needs half of its memory again.
 * @param matrix `size × size` numbers, row by row; what is above the diagonal is not read
 * @throws RangeError when the matrix has another size, Error when it is not positive definite: then it is as it was
 */
export async function invertPositiveDefinite(
  matrix: Float64Array,
  size: number,
  onProgress: OnProgress = () => undefined,
): Promise<void> {
  if (matrix.length !== size * size) throw new RangeError(`${matrix.length} numbers are not ${size} × ${size}.`);
  const tiles = new LowerTiles(matrix, size);
  const pass = (before: number) => async (share: number) => onProgress((before + share) / PASSES);
  const inverses = await factor(tiles, pass(0));
  await invertFactor(tiles, inverses, pass(1));
  await multiplyFactors(tiles, pass(2));
  tiles.writeTo(matrix);
}
