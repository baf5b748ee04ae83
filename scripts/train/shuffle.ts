/** A shuffled copy (Fisher & Yates). */
export function shuffled<Value>(values: readonly Value[], random: () => number): Value[] {
  const result = [...values];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const value = result[last];
    const swapped = result[other];
    if (value === undefined || swapped === undefined) continue;
    result[last] = swapped;
    result[other] = value;
  }
  return result;
}
