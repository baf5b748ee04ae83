/**
 * Moves labels apart that would cover one another: the later ones on, and back from the end what does not fit.
 * @param wanted where each label would stand
 * @param gap least distance between two
 * @returns where each stands, in the order of `wanted`; null when there is no room for all
 */
export function spreadApart(wanted: readonly number[], gap: number, low: number, high: number): number[] | null {
  if ((wanted.length - 1) * gap > high - low) return null;
  const order = wanted.map((at, place) => ({ at, place })).sort((one, other) => one.at - other.at);
  const result = wanted.map(() => 0);
  let floor = low;
  const placed = order.map(({ at, place }) => {
    const stands = Math.max(floor, at);
    floor = stands + gap;
    return { stands, place };
  });
  // What was pushed beyond the end goes back, and pushes what is before it.
  let ceiling = high;
  for (const { stands, place } of placed.toReversed()) {
    result[place] = Math.min(ceiling, stands);
    ceiling = (result[place] ?? 0) - gap;
  }
  return result;
}
