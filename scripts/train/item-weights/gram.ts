import type { InteractionMatrix } from "./interaction-matrix.ts";

function mirrorLowerTriangle(square: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) square[column * size + row] = square[row * size + column] ?? 0;
  }
}

/**
 * XᵀX: for each two items the sum over users of the product of their weights, on the diagonal each item's own squares.
 * @param userPower each user counts 1 / (their number of items)^userPower: 0 = every interaction alike, so that one who
 *   took everything speaks for most pairs; 1 = each interaction is paired with its share of the user's others
 * @returns `items × items` numbers, row by row, symmetric
 */
export function gramMatrix(matrix: InteractionMatrix, userPower: number): Float64Array {
  const { users, items, starts, columns, values } = matrix;
  const gram = new Float64Array(items * items);
  for (let user = 0; user < users; user++) {
    const start = starts[user] ?? 0;
    const end = starts[user + 1] ?? start;
    const share = 1 / (end - start) ** userPower;
    for (let position = start; position < end; position++) {
      const row = (columns[position] ?? 0) * items;
      const weight = share * (values[position] ?? 0);
      // Places ascend within a row: what stands before is the lower triangle.
      for (let before = start; before <= position; before++) {
        const at = row + (columns[before] ?? 0);
        gram[at] = (gram[at] ?? 0) + weight * (values[before] ?? 0);
      }
    }
  }
  mirrorLowerTriangle(gram, items);
  return gram;
}
