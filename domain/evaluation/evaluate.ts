import { centredEstimate, meanOfSample, percentileEstimate, resampleUsers } from "./bootstrap.ts";
import { countRecommended, coverageOf, giniOf, selfInformation } from "./catalogue-metrics.ts";
import { type Estimate, measureRanking, RANKING_METRICS, type RankingMetric } from "./metrics.ts";
import { rowsByUser } from "./rows-by-user.ts";
import type { EvaluationRow } from "./split.ts";

/** What a user was recommended, best first. */
export interface RankedList {
  readonly userId: string;
  readonly itemIds: readonly string[];
}

/** Metrics of the accuracy of each list, and of what all lists together hold. */
export type EvaluationMetrics = Record<RankingMetric | "coverage" | "gini" | "novelty", Estimate>;

export interface Evaluation {
  readonly users: number;
  readonly metrics: EvaluationMetrics;
  /** What was recommended, users in the order of their ids. */
  readonly lists: readonly RankedList[];
}

/** What lists are measured against. */
export interface EvaluationGround {
  readonly train: readonly EvaluationRow[];
  /** Every row is relevant, whatever its rating. */
  readonly test: readonly EvaluationRow[];
  /** The items that are ranked. */
  readonly ranked: readonly string[];
  readonly k: number;
  /** Numbers in [0, 1), for the intervals. */
  readonly random: () => number;
}

/** The users who are ranked for: those with held-out rows, by id. */
export function evaluatedUsers(test: readonly EvaluationRow[]): string[] {
  return [...new Set(test.map((row) => row.userId))].sort();
}

/** How many users have each item. */
function countHolders(train: readonly EvaluationRow[]): Map<string, number> {
  const holders = new Map<string, number>();
  for (const rows of rowsByUser(train).values())
    for (const itemId of new Set(rows.map((row) => row.itemId))) holders.set(itemId, (holders.get(itemId) ?? 0) + 1);
  return holders;
}

/** The mean novelty of each list; NaN for an empty one. */
function noveltyOfLists(lists: readonly RankedList[], train: readonly EvaluationRow[]): Float64Array {
  const holders = countHolders(train);
  const users = new Set(train.map((row) => row.userId)).size;
  return Float64Array.from(lists, ({ itemIds }) => {
    const bits = itemIds.reduce((sum, itemId) => sum + selfInformation(holders.get(itemId) ?? 0, users), 0);
    return bits / itemIds.length;
  });
}

/** Each list as places of its items in the catalogue. */
function placesOfLists(lists: readonly RankedList[], ranked: readonly string[]): Uint32Array[] {
  const placeOf = new Map(ranked.map((itemId, place) => [itemId, place]));
  return lists.map(({ itemIds }) => Uint32Array.from(itemIds.flatMap((itemId) => placeOf.get(itemId) ?? [])));
}

/**
 * Measures ranked lists. The metrics of a list are averaged over the users, and every metric has a 95 % interval by
 * bootstrap over the users.
 * @param lists one for each of {@link evaluatedUsers}, in this order, each item of it once; what is beyond `k` does not
 *   count
 */
export function evaluateLists(
  lists: readonly RankedList[],
  { train, test, ranked, k, random }: EvaluationGround,
): Evaluation {
  const cut = lists.map(({ userId, itemIds }) => ({ userId, itemIds: itemIds.slice(0, k) }));
  const asked = rowsByUser(test);
  const measured = cut.map(({ userId, itemIds }) =>
    measureRanking(itemIds, new Set(asked.get(userId)?.map((row) => row.itemId)), k),
  );
  const values = new Map<RankingMetric | "novelty", Float64Array>(
    RANKING_METRICS.map((metric) => [metric, Float64Array.from(measured, (each) => each[metric])]),
  );
  values.set("novelty", noveltyOfLists(cut, train));
  const samples = new Map<string, number[]>();
  const keep = (metric: string, value: number): void => {
    const kept = samples.get(metric);
    if (kept === undefined) samples.set(metric, [value]);
    else kept.push(value);
  };
  const counts = new Uint32Array(ranked.length);
  const places = placesOfLists(cut, ranked);
  resampleUsers(cut.length, random, (timesDrawn) => {
    for (const [metric, own] of values) keep(metric, meanOfSample(own, timesDrawn));
    countRecommended(counts, places, timesDrawn);
    keep("coverage", coverageOf(counts));
    keep("gini", giniOf(counts));
  });
  const once = new Uint32Array(cut.length).fill(1);
  const mean = (metric: RankingMetric | "novelty"): Estimate =>
    percentileEstimate(meanOfSample(values.get(metric) ?? new Float64Array(), once), samples.get(metric) ?? []);
  countRecommended(counts, places, once);
  return {
    users: cut.length,
    metrics: {
      precision: mean("precision"),
      recall: mean("recall"),
      ndcg: mean("ndcg"),
      map: mean("map"),
      mrr: mean("mrr"),
      hit_rate: mean("hit_rate"),
      coverage: centredEstimate(coverageOf(counts), samples.get("coverage") ?? []),
      gini: centredEstimate(giniOf(counts), samples.get("gini") ?? []),
      novelty: mean("novelty"),
    },
    lists: cut,
  };
}
