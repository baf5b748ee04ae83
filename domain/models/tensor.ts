/** Numbers in row-major order: what a tower's tables, weights and biases are kept in. */
export interface Tensor {
  readonly shape: readonly number[];
  /** As many numbers as the product of `shape`. */
  readonly values: Float32Array;
}

/** How many numbers a tensor of this shape holds; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
