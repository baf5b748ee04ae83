/** The number that an IEEE 754 half-precision float (1 sign, 5 exponent, 10 fraction bits) stands for. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  // Exponent 0 means a subnormal: no leading one, and the scale of exponent 1.
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The number that a bfloat16 stands for: the upper half of a 32-bit float. */
export function fromBfloat16(bits: number): number {
  word[0] = bits << 16;
  return float[0] ?? NaN;
}
