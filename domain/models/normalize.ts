/** Scales a vector to length 1, in place. The null vector has no direction and stays what it is. */
export function normalize(vector: Float32Array): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const scale = 1 / Math.sqrt(squares);
  for (let position = 0; position < vector.length; position++) vector[position] = (vector[position] ?? 0) * scale;
}
