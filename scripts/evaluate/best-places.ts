/** Scores that differ by less are alike: sums of floating-point numbers depend on their order. */
const SCORE_STEP = 1e-12;

/**
 * The places of the `k` highest scores, best first; of equal scores the earlier place comes first. A score of 0 says
 * that nothing speaks for the item: it is left out.
 * @param left places that are left out
 */
export function bestPlaces(scores: Float64Array, k: number, left: ReadonlySet<number>): number[] {
  const places: number[] = [];
  const best: number[] = [];
  for (let place = 0; place < scores.length; place++) {
    const score = Math.round((scores[place] ?? 0) / SCORE_STEP);
    if (score <= 0 || (places.length === k && score <= (best[k - 1] ?? 0)) || left.has(place)) continue;
    let position = places.length;
    while (position > 0 && (best[position - 1] ?? 0) < score) position--;
    places.splice(position, 0, place);
    best.splice(position, 0, score);
    if (places.length > k) {
      places.pop();
      best.pop();
    }
  }
  return places;
}
