/** The places of the `count` highest scores but the excluded ones, best first; the lower place first among equals. */
export function bestPlaces(scores: Float32Array, excluded: ReadonlySet<number>, count: number): number[] {
  const best: number[] = [];
  scores.forEach((score, place) => {
    const last = best.at(-1);
    if (best.length === count && last !== undefined && score <= (scores[last] ?? 0)) return;
    if (excluded.has(place)) return;
    let at = best.length;
    while (at > 0 && score > (scores[best[at - 1] ?? 0] ?? 0)) at--;
    best.splice(at, 0, place);
    if (best.length > count) best.pop();
  });
  return best;
}
