/**
 * Rows and columns of a tile. Three tiles (96 KiB) lie in the second-level cache, and their panels in the first; of 48,
 * 64 and 96 this was the quickest with the kernel below.
 */
export const TILE_SIZE = 64;
export const TILE_CELLS = TILE_SIZE * TILE_SIZE;

/**
 * `target += sign · left · rightᵀ`, on tiles row by row. Rows meet rows, so both are read forwards; two by two, so that
 * each number that is read is used twice while the four sums stay in registers.
 */
export function addProduct(target: Float64Array, left: Float64Array, right: Float64Array, sign: 1 | -1): void {
  for (let row = 0; row < TILE_CELLS; row += 2 * TILE_SIZE) {
    const nextRow = row + TILE_SIZE;
    for (let column = 0; column < TILE_SIZE; column += 2) {
      const upper = column * TILE_SIZE;
      const lower = upper + TILE_SIZE;
      let upperUpper = 0;
      let upperLower = 0;
      let lowerUpper = 0;
      let lowerLower = 0;
      for (let step = 0; step < TILE_SIZE; step++) {
        const leftUpper = left[row + step] ?? 0;
        const leftLower = left[nextRow + step] ?? 0;
        const rightUpper = right[upper + step] ?? 0;
        const rightLower = right[lower + step] ?? 0;
        upperUpper += leftUpper * rightUpper;
        upperLower += leftUpper * rightLower;
        lowerUpper += leftLower * rightUpper;
        lowerLower += leftLower * rightLower;
      }
      const at = row + column;
      const below = nextRow + column;
      target[at] = (target[at] ?? 0) + sign * upperUpper;
      target[at + 1] = (target[at + 1] ?? 0) + sign * upperLower;
      target[below] = (target[below] ?? 0) + sign * lowerUpper;
      target[below + 1] = (target[below + 1] ?? 0) + sign * lowerLower;
    }
  }
}

/**
 * Cholesky factorisation in place: the lower triangle becomes L with `L Lᵀ` = the tile; what is above is not read.
 * @returns the first row without a positive pivot, or -1 when the tile is positive definite
 */
export function factorTile(tile: Float64Array): number {
  for (let row = 0; row < TILE_SIZE; row++) {
    const at = row * TILE_SIZE;
    for (let column = 0; column <= row; column++) {
      const other = column * TILE_SIZE;
      let sum = tile[at + column] ?? 0;
      for (let step = 0; step < column; step++) sum -= (tile[at + step] ?? 0) * (tile[other + step] ?? 0);
      if (column < row) tile[at + column] = sum / (tile[other + column] ?? 0);
      else if (sum > 0 && sum < Infinity) tile[at + column] = Math.sqrt(sum);
      else return row;
    }
  }
  return -1;
}

/** The inverse of the lower triangle of `lower`: a new tile, lower triangular, zeros above. */
export function invertLowerTile(lower: Float64Array): Float64Array {
  const inverse = new Float64Array(TILE_CELLS);
  for (let row = 0; row < TILE_SIZE; row++) {
    const at = row * TILE_SIZE;
    const pivot = 1 / (lower[at + row] ?? 0);
    for (let column = 0; column < row; column++) {
      let sum = 0;
      for (let step = column; step < row; step++)
        sum += (lower[at + step] ?? 0) * (inverse[step * TILE_SIZE + column] ?? 0);
      inverse[at + column] = -sum * pivot;
    }
    inverse[at + row] = pivot;
  }
  return inverse;
}

/** A new tile: `tile` with rows and columns exchanged. */
export function transposed(tile: Float64Array): Float64Array {
  const result = new Float64Array(TILE_CELLS);
  for (let row = 0; row < TILE_SIZE; row++) {
    for (let column = 0; column < TILE_SIZE; column++)
      result[column * TILE_SIZE + row] = tile[row * TILE_SIZE + column] ?? 0;
  }
  return result;
}
