import type { Counters } from "../../domain/ledger/counters.ts";
import { DAY_MILLISECONDS } from "../../domain/ledger/limits.ts";
import type { WeeklyShoppers } from "../../domain/ledger/visits.ts";
import { LINE_KEYS, LINE_SUMS } from "./line-deltas.ts";

/** A bound text ends at 2 MB in D1; so many counters stay far below. */
const ROWS_PER_STATEMENT = 4_000;

const WHERE_COLUMNS = ["hour", "grain", "currency", "country"] as const;
const RECOMMENDATION_COLUMNS = ["hour", "placement", "strategy", "model_version", "arm", "currency"] as const;
const RECOMMENDATION_SUMS = ["impressions", "clicks", "carts", "purchases", "quantity", "revenue"] as const;

/** True while what a shard brings is not in the counters yet. Takes the shard as `?2` and the sequence as `?3`. */
const IS_NEW = "coalesce((SELECT sequence FROM ledger_counted WHERE shard = ?2), -1) < ?3";
const NOTE_COUNTED = `INSERT INTO ledger_counted VALUES (?1, ?2)
  ON CONFLICT (shard) DO UPDATE SET sequence = max(sequence, excluded.sequence)`;

const member = (column: string): string => `value ->> '${column}'`;
const adding = (columns: readonly string[]): string =>
  columns.map((column) => `${column} = ${column} + excluded.${column}`).join(", ");

function addSql(table: string, keys: readonly string[], sums: readonly string[]): string {
  const columns = [...keys, ...sums];
  return `INSERT INTO ${table} (${columns.join(", ")})
    SELECT ${columns.map(member).join(", ")} FROM json_each(?1) WHERE ${IS_NEW}
    ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${adding(sums)}`;
}

const ITEM_KEYS = [...WHERE_COLUMNS, "item_id"] as const;
/** What finds the row of `hourly_items` that a counter is added to. */
const isRowOf = (row: string, counter: string): string =>
  ITEM_KEYS.map((name) => `${row}.${name} = ${counter}.value ->> '${name}'`).join(" AND ");

/**
 * The line of the day's row, for an hour of a day that was rolled up: its sales are counted under it. Takes the moment
 * before which that is so as `?4`. After it a day's row is of orders of which only the day is known.
 */
const LINE_OF_DAY = `(SELECT day.line FROM hourly_items AS day
  WHERE counted.value ->> 'hour' < ?4
    AND day.hour = counted.value ->> 'hour' - counted.value ->> 'hour' % ${DAY_MILLISECONDS} AND day.grain = 'day'
    AND ${["item_id", "country", "currency"].map((name) => `day.${name} = counted.value ->> '${name}'`).join(" AND ")})`;

/** A new row notes its line, and one that is there keeps its own: what is taken off later is taken off that line. */
const ADD_ITEMS = `INSERT INTO hourly_items (${[...ITEM_KEYS, ...LINE_SUMS].join(", ")}, line)
  SELECT ${[...ITEM_KEYS, ...LINE_SUMS].map((name) => `counted.${member(name)}`).join(", ")},
    coalesce(${LINE_OF_DAY}, items.category, '')
  FROM json_each(?1) AS counted LEFT JOIN items ON items.item_id = counted.value ->> 'item_id'
  WHERE ${IS_NEW}
  ON CONFLICT (${ITEM_KEYS.join(", ")}) DO UPDATE SET ${adding(LINE_SUMS)}`;
const ADD_ORDERS = addSql("hourly_orders", WHERE_COLUMNS, ["orders"]);
const ADD_SHOPPERS = addSql("weekly_shoppers", ["week", "kind"], ["new_shoppers", "returning_shoppers"]);

/** Under which line a counter is counted: its row's, which is there by then; rows of earlier versions have none. */
const LINE_OF_ROW = "coalesce(noted.line, items.category, '')";

/**
 * All lines of a flush as one row (platform/d1/line-deltas.ts). The ledger does not know lines: D1 does, where it knows
 * the item. Comes after {@link ADD_ITEMS}, in the same transaction.
 */
const NOTE_LINES = `INSERT INTO line_deltas (entries)
  SELECT json_group_array(json_array(${[...LINE_KEYS, ...LINE_SUMS].join(", ")})) FROM (
    SELECT ${LINE_KEYS.map((name) => `${name === "line" ? LINE_OF_ROW : `counted.${member(name)}`} AS ${name}`).join(", ")},
      ${LINE_SUMS.map((name) => `sum(counted.${member(name)}) AS ${name}`).join(", ")}
    FROM json_each(?1) AS counted
      LEFT JOIN hourly_items AS noted ON ${isRowOf("noted", "counted")}
      LEFT JOIN items ON items.item_id = counted.value ->> 'item_id'
    WHERE ${IS_NEW}
    GROUP BY ${LINE_KEYS.map((_, column) => column + 1).join(", ")}
  ) HAVING count(*) > 0`;

const ADD_RECOMMENDATIONS = `INSERT INTO hourly_recommendations
    (${[...RECOMMENDATION_COLUMNS, ...RECOMMENDATION_SUMS].join(", ")}, grain, served)
  SELECT ${[...RECOMMENDATION_COLUMNS, ...RECOMMENDATION_SUMS].map(member).join(", ")}, 'hour', 0
  FROM json_each(?1) WHERE ${IS_NEW}
  ON CONFLICT (${RECOMMENDATION_COLUMNS.join(", ")}, grain) DO UPDATE SET ${adding(RECOMMENDATION_SUMS)}`;

function* chunks<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    yield rows.slice(start, start + ROWS_PER_STATEMENT);
  }
}

/**
 * Adds what a shard folded from its journal up to `sequence`, in one transaction with the note that it is in: the same
 * that comes again adds nothing.
 * @param itemHoursSince hours of items before this moment become days (domain/analytics/retention.ts)
 * @throws what D1 throws; then all of it may be in, or none
 */
export async function addHourlyCounters(
  db: D1Database,
  shard: number,
  sequence: number,
  { items, orders, recommendations }: Counters,
  shoppers: readonly WeeklyShoppers[],
  itemHoursSince: number,
): Promise<void> {
  const parts: readonly (readonly [sql: string, rows: readonly object[], ...more: readonly number[]])[] = [
    [ADD_ITEMS, items, itemHoursSince],
    [NOTE_LINES, items],
    [ADD_ORDERS, orders],
    [ADD_RECOMMENDATIONS, recommendations],
    [ADD_SHOPPERS, shoppers],
  ];
  const statements = parts.flatMap(([sql, rows, ...more]) =>
    [...chunks(rows)].map((some) => db.prepare(sql).bind(JSON.stringify(some), shard, sequence, ...more)),
  );
  if (statements.length > 0) await db.batch([...statements, db.prepare(NOTE_COUNTED).bind(shard, sequence)]);
}
