/** Numbers that training changes, with the gradient that the present batch adds up. */
export interface Parameter {
  /** The tensor's name in the model's weights. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly gradient: Float32Array;
}

/** A parameter of normally distributed values (Box & Muller, 1958). @param deviation 0 = all zeros */
export function createParameter(
  name: string,
  shape: readonly number[],
  deviation: number,
  random: () => number,
): Parameter {
  const size = shape.reduce((product, length) => product * length, 1);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const values = new Float32Array(size);
  if (deviation > 0) for (let position = 0; position < size; position++) values[position] = deviation * normal();
  return { name, shape, values, gradient: new Float32Array(size) };
}
