import type { Counters } from "../../domain/ledger/counters.ts";

/** A bound text ends at 2 MB in D1; so many counters stay far below. */
const ROWS_PER_STATEMENT = 4_000;

const ITEM_COLUMNS = ["hour", "grain", "item_id", "country"] as const;
const ITEM_SUMS = ["views", "carts", "removals", "purchases", "quantity", "revenue"] as const;
const RECOMMENDATION_COLUMNS = ["hour", "placement", "strategy", "model_version", "arm"] as const;
const RECOMMENDATION_SUMS = ["impressions", "clicks", "carts", "purchases", "revenue"] as const;

function addSql(table: string, keys: readonly string[], sums: readonly string[]): string {
  const values = [...keys, ...sums].map((column) => `value ->> '${column}'`);
  return `INSERT INTO ${table} (${[...keys, ...sums].join(", ")}, shard, sequence)
    SELECT ${values.join(", ")}, ?2, ?3 FROM json_each(?1) WHERE true
    ON CONFLICT (${keys.join(", ")}, shard) DO UPDATE SET
      ${sums.map((column) => `${column} = ${column} + excluded.${column}`).join(", ")}, sequence = excluded.sequence
    WHERE excluded.sequence > ${table}.sequence`;
}

const ADD_ITEMS = addSql("hourly_items", ITEM_COLUMNS, ITEM_SUMS);
const ADD_RECOMMENDATIONS = addSql("hourly_recommendations", RECOMMENDATION_COLUMNS, RECOMMENDATION_SUMS);

function* chunks<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    yield rows.slice(start, start + ROWS_PER_STATEMENT);
  }
}

/**
 * Adds what a shard folded from its journal up to `sequence`. Each row of D1 remembers the sequence that is in it and
 * takes only a later one: the same sums may come again, whole or in part, and count once.
 * @throws what D1 throws; then some of the rows may be in
 */
export async function addHourlyCounters(
  db: D1Database,
  shard: number,
  sequence: number,
  { items, recommendations }: Counters,
): Promise<void> {
  const statements = [
    ...[...chunks(items)].map((rows) => db.prepare(ADD_ITEMS).bind(JSON.stringify(rows), shard, sequence)),
    ...[...chunks(recommendations)].map((rows) =>
      db.prepare(ADD_RECOMMENDATIONS).bind(JSON.stringify(rows), shard, sequence),
    ),
  ];
  if (statements.length > 0) await db.batch(statements);
}
