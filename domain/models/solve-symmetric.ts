/**
 * Solves A·X = B for a symmetric positive definite A by Cholesky's decomposition, in place: A becomes its lower factor,
 * B the solution.
 * @param a `size × size`, row-major
 * @param b `size × columns`, row-major
 * @returns b
 * @throws Error when A is not positive definite
 */
export function solveSymmetric(a: Float64Array, b: Float64Array, size: number, columns: number): Float64Array {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = a[row * size + column] ?? 0;
      for (let k = 0; k < column; k++) sum -= (a[row * size + k] ?? 0) * (a[column * size + k] ?? 0);
      if (row !== column) a[row * size + column] = sum / (a[column * size + column] ?? 1);
      else if (sum > 0) a[row * size + row] = Math.sqrt(sum);
      else throw new Error("The matrix is not positive definite.");
    }
  }
  for (let row = 0; row < size; row++) substitute(a, b, size, columns, row, 0, row, (k) => row * size + k);
  for (let row = size - 1; row >= 0; row--) substitute(a, b, size, columns, row, row + 1, size, (k) => k * size + row);
  return b;
}

/** Takes the rows `from … to` that are solved out of `row`, and divides by the diagonal. */
function substitute(
  a: Float64Array,
  b: Float64Array,
  size: number,
  columns: number,
  row: number,
  from: number,
  to: number,
  placeOf: (k: number) => number,
): void {
  for (let k = from; k < to; k++) {
    const factor = a[placeOf(k)] ?? 0;
    if (factor === 0) continue;
    for (let column = 0; column < columns; column++)
      b[row * columns + column] = (b[row * columns + column] ?? 0) - factor * (b[k * columns + column] ?? 0);
  }
  const diagonal = a[row * size + row] ?? 1;
  for (let column = 0; column < columns; column++)
    b[row * columns + column] = (b[row * columns + column] ?? 0) / diagonal;
}
