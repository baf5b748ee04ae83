import { type Estimate, estimateMean, measureRanking, RANKING_METRICS, type RankingMetric } from "./metrics.ts";
import type { EvaluationRow } from "./split.ts";

/** Means over the users with held-out rows; coverage is one number and has no interval. */
export type EvaluationMetrics = Record<RankingMetric | "coverage", Estimate>;

export interface Evaluation {
  readonly users: number;
  readonly metrics: EvaluationMetrics;
  /** What was recommended, users in the order of their ids. */
  readonly lists: readonly { readonly userId: string; readonly itemIds: readonly string[] }[];
}

/**
 * Ranks for every user with held-out rows and measures the lists. Every held-out row is relevant, whatever its rating.
 * @param rank the best `k` items of the training file for a user, without what they had in it
 * @param itemCount items of the training file: coverage is the share of them that is recommended to anyone
 */
export function evaluate(
  test: readonly EvaluationRow[],
  itemCount: number,
  k: number,
  rank: (userId: string, k: number) => readonly string[],
): Evaluation {
  const relevantOf = new Map<string, Set<string>>();
  for (const { userId, itemId } of test) relevantOf.set(userId, (relevantOf.get(userId) ?? new Set()).add(itemId));
  const values = new Map<RankingMetric, number[]>(RANKING_METRICS.map((metric) => [metric, []]));
  const recommended = new Set<string>();
  const lists: { userId: string; itemIds: readonly string[] }[] = [];
  for (const userId of [...relevantOf.keys()].sort()) {
    const itemIds = rank(userId, k).slice(0, k);
    lists.push({ userId, itemIds });
    for (const itemId of itemIds) recommended.add(itemId);
    const measured = measureRanking(itemIds, relevantOf.get(userId) ?? new Set(), k);
    for (const metric of RANKING_METRICS) values.get(metric)?.push(measured[metric]);
  }
  const estimate = (metric: RankingMetric): Estimate => estimateMean(values.get(metric) ?? []);
  const coverage = itemCount === 0 ? 0 : recommended.size / itemCount;
  return {
    users: lists.length,
    metrics: {
      precision: estimate("precision"),
      recall: estimate("recall"),
      ndcg: estimate("ndcg"),
      map: estimate("map"),
      mrr: estimate("mrr"),
      hit_rate: estimate("hit_rate"),
      coverage: { value: coverage, low: coverage, high: coverage },
    },
    lists,
  };
}
