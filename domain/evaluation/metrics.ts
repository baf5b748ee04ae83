/** The measures of a ranked list, each between 0 and 1, at a cut of `k`. */
export const RANKING_METRICS = ["precision", "recall", "ndcg", "map", "mrr", "hit_rate"] as const;
export type RankingMetric = (typeof RANKING_METRICS)[number];

/**
 * Measures one user's list. Definitions as in Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR
 * techniques", 2002 (nDCG with binary gain), and Manning et al., "Introduction to information retrieval", 2008, ch. 8.
 * @param ranked item ids, best first; what is beyond `k` does not count
 * @param relevant the user's held-out items; not empty
 */
export function measureRanking(
  ranked: readonly string[],
  relevant: ReadonlySet<string>,
  k: number,
): Record<RankingMetric, number> {
  let hits = 0;
  let gain = 0;
  let precisions = 0;
  let firstHit = 0;
  ranked.slice(0, k).forEach((itemId, position) => {
    if (!relevant.has(itemId)) return;
    hits++;
    gain += 1 / Math.log2(position + 2);
    precisions += hits / (position + 1);
    if (firstHit === 0) firstHit = position + 1;
  });
  const reachable = Math.min(k, relevant.size);
  let idealGain = 0;
  for (let position = 0; position < reachable; position++) idealGain += 1 / Math.log2(position + 2);
  return {
    precision: hits / k,
    recall: hits / relevant.size,
    ndcg: gain / idealGain,
    map: precisions / reachable,
    mrr: firstHit === 0 ? 0 : 1 / firstHit,
    hit_rate: hits > 0 ? 1 : 0,
  };
}

/** A mean over users with its 95 % confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
