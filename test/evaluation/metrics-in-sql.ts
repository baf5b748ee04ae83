import { queryDuckDb } from "../lake/duckdb.ts";

/** The files of one evaluation, and its `k`. */
export interface EvaluatedFiles {
  readonly train: string;
  readonly test: string;
  readonly lists: string;
  /** The file whose items are ranked. */
  readonly ranked: string;
  readonly k: number;
}

/** A file as texts, since ids are. */
const from = (path: string): string => `read_csv('${path}', header = true, all_varchar = true)`;

/**
 * All metrics of ranked lists, computed in SQL from the files alone: a second opinion that shares no code with the
 * command.
 */
export async function metricsInSql({ train, test, lists, ranked, k }: EvaluatedFiles): Promise<Record<string, number>> {
  const [found] = await queryDuckDb(`
    WITH relevant AS (SELECT DISTINCT user_id, item_id FROM ${from(test)}),
    wanted AS (SELECT user_id, count(*) AS items FROM relevant GROUP BY user_id),
    list AS (SELECT user_id, rank::INTEGER AS rank, item_id FROM ${from(lists)}),
    hit AS (
      SELECT user_id, rank, row_number() OVER (PARTITION BY user_id ORDER BY rank) AS nth
      FROM list JOIN relevant USING (user_id, item_id)
    ),
    ideal AS (
      SELECT n AS reachable, sum(1 / log2(place + 1)) AS gain
      FROM range(1, ${k + 1}) AS numbers(n), range(1, ${k + 1}) AS places(place) WHERE place <= n GROUP BY n
    ),
    measured AS (
      SELECT user_id, any_value(wanted.items) AS wanted, least(any_value(wanted.items), ${k}) AS reachable,
             count(hit.rank) AS hits, coalesce(sum(1 / log2(hit.rank + 1)), 0) AS gain,
             coalesce(sum(nth / hit.rank), 0) AS precisions, coalesce(1 / min(hit.rank), 0) AS reciprocal
      FROM wanted LEFT JOIN hit USING (user_id) GROUP BY user_id
    ),
    accuracy AS (
      SELECT count(*) AS users, avg(hits / ${k}) AS precision, avg(hits / wanted) AS recall,
             avg(measured.gain / ideal.gain) AS ndcg, avg(precisions / reachable) AS map, avg(reciprocal) AS mrr,
             avg(CASE WHEN hits > 0 THEN 1 ELSE 0 END) AS hit_rate
      FROM measured JOIN ideal USING (reachable)
    ),
    recommended AS (
      SELECT count(list.item_id) AS times
      FROM (SELECT DISTINCT item_id FROM ${from(ranked)}) AS catalogue LEFT JOIN list USING (item_id) GROUP BY item_id
    ),
    sorted AS (SELECT times, row_number() OVER (ORDER BY times) AS place, count(*) OVER () AS items FROM recommended),
    spread AS (
      SELECT avg(CASE WHEN times > 0 THEN 1 ELSE 0 END) AS coverage,
             sum((2 * place - items - 1) * times) / ((any_value(items) - 1) * sum(times)) AS gini
      FROM sorted
    ),
    holders AS (SELECT item_id, count(DISTINCT user_id) AS users FROM ${from(train)} GROUP BY item_id),
    surprise AS (
      SELECT user_id, avg(-log2(greatest(coalesce(users, 1), 1) / (SELECT count(DISTINCT user_id) FROM ${from(train)})))
             AS bits
      FROM list LEFT JOIN holders USING (item_id) GROUP BY user_id
    )
    SELECT accuracy.*, spread.*, (SELECT avg(bits) FROM surprise) AS novelty FROM accuracy, spread`);
  return Object.fromEntries(Object.entries(found ?? {}).map(([name, value]) => [name, Number(value)]));
}
