import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../domain/ledger/limits.ts";

/**
 * Tables with a grain: what else their keys are made of, what is summed, and what is taken over from the first row that
 * says it.
 */
const ROLLED_UP = {
  hourly_items: {
    keys: ["item_id", "country", "currency"],
    sums: ["views", "carts", "removals", "purchases", "quantity", "revenue"],
    taken: ["line"],
  },
  hourly_lines: {
    keys: ["line", "currency"],
    sums: ["views", "carts", "removals", "purchases", "quantity", "revenue"],
    taken: [],
  },
  hourly_line_countries: {
    keys: ["line", "country", "currency"],
    sums: ["views", "carts", "removals", "purchases", "quantity", "revenue"],
    taken: [],
  },
  hourly_orders: { keys: ["country", "currency"], sums: ["orders"], taken: [] },
  hourly_recommendations: {
    keys: ["placement", "strategy", "model_version", "arm", "currency"],
    sums: ["served", "impressions", "clicks", "carts", "purchases", "quantity", "revenue"],
    taken: [],
  },
} as const;
/** A table whose hours can become days. */
export type RolledUpTable = keyof typeof ROLLED_UP;
/** All of them but the items'. */
export const TOTALS_TABLES = [
  "hourly_lines",
  "hourly_line_countries",
  "hourly_orders",
  "hourly_recommendations",
] as const;

const adding = (sums: readonly string[]): string => sums.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(", ");
const dayOf = (hour: number): number => Math.floor(hour / DAY_MILLISECONDS) * DAY_MILLISECONDS;

/**
 * Hours of a range that have rows by the hour, oldest first. Asks for each hour by the key: walking the range would walk
 * all its days too.
 * @param from beginning of an hour, milliseconds since 1970 UTC
 * @param before exclusive
 * @param limit most hours that are wanted
 */
export async function hoursToRollUp(
  db: D1Database,
  table: RolledUpTable,
  from: number,
  before: number,
  limit: number,
): Promise<number[]> {
  const count = Math.max(0, Math.ceil((before - from) / HOUR_MILLISECONDS));
  const hours = Array.from({ length: count }, (_, place) => from + place * HOUR_MILLISECONDS);
  const { results } = await db
    .prepare(
      `SELECT asked.value AS hour FROM json_each(?1) AS asked
       WHERE EXISTS (SELECT 1 FROM ${table} WHERE hour = asked.value AND grain = 'hour') LIMIT ?2`,
    )
    .bind(JSON.stringify(hours), limit)
    .all<{ hour: number }>();
  return results.map((row) => row.hour);
}

/** Adds an hour's rows to those of its UTC day, and removes them: in one transaction, so that each counts once. */
export async function rollUpHour(db: D1Database, table: RolledUpTable, hour: number): Promise<void> {
  const { keys, sums, taken } = ROLLED_UP[table];
  const columns = [...keys, ...sums, ...taken].join(", ");
  const firstSaid = taken.map((name) => `, ${name} = coalesce(${name}, excluded.${name})`).join("");
  await db.batch([
    db
      .prepare(
        `INSERT INTO ${table} (hour, grain, ${columns})
         SELECT ?2, 'day', ${columns} FROM ${table} WHERE hour = ?1 AND grain = 'hour'
         ON CONFLICT (hour, grain, ${keys.join(", ")}) DO UPDATE SET ${adding(sums)}${firstSaid}`,
      )
      .bind(hour, dayOf(hour)),
    db.prepare(`DELETE FROM ${table} WHERE hour = ? AND grain = 'hour'`).bind(hour),
  ]);
}

/** Rows of a day that may lose their item: those of an item without a sale. @param day an SQL expression */
const unsoldOf = (day: string): string =>
  `hour = ${day} AND grain = 'day' AND item_id <> '' AND purchases = 0 AND quantity = 0 AND revenue = 0`;

/**
 * Those of some days that have more rows without a sale than they may.
 * @param days their beginnings, milliseconds since 1970 UTC
 * @param rowsMax rows that keep their item
 */
export async function daysToTrim(db: D1Database, days: readonly number[], rowsMax: number): Promise<number[]> {
  const { results } = await db
    .prepare(
      `SELECT asked.value AS day FROM json_each(?1) AS asked
       WHERE EXISTS (SELECT 1 FROM hourly_items WHERE ${unsoldOf("asked.value")} LIMIT 1 OFFSET ?2)`,
    )
    .bind(JSON.stringify(days), rowsMax)
    .all<{ day: number }>();
  return results.map(({ day }) => day);
}

/** Rows of a day without a sale that come after so many others, by interest. Takes the day as `?1`, the number as `?2`. */
const TAIL = `SELECT item_id, country, currency FROM hourly_items
  WHERE ${unsoldOf("?1")}
  ORDER BY views + carts DESC, item_id, country LIMIT -1 OFFSET ?2`;

/**
 * Adds up a day's tail under no item and no line, where the day has more rows without a sale than it may.
 * @param day its beginning, milliseconds since 1970 UTC
 * @param rowsMax rows that keep their item
 */
export async function trimDay(db: D1Database, day: number, rowsMax: number): Promise<void> {
  const { sums } = ROLLED_UP.hourly_items;
  await db.batch([
    db
      .prepare(
        `INSERT INTO hourly_items (hour, grain, item_id, country, currency, ${sums.join(", ")})
         SELECT ?1, 'day', '', country, currency, ${sums.map((sum) => `sum(${sum})`).join(", ")} FROM hourly_items
         WHERE hour = ?1 AND grain = 'day' AND (item_id, country, currency) IN (${TAIL})
         GROUP BY country, currency
         ON CONFLICT (hour, grain, item_id, country, currency) DO UPDATE SET ${adding(sums)}`,
      )
      .bind(day, rowsMax),
    db
      .prepare(
        `DELETE FROM hourly_items WHERE hour = ?1 AND grain = 'day' AND (item_id, country, currency) IN (${TAIL})`,
      )
      .bind(day, rowsMax),
  ]);
}

/**
 * Removes items' rows of before a moment, day by day.
 * @param daysMax so many days at most
 * @returns how many days had rows
 */
export async function removeItemsBefore(db: D1Database, before: number, daysMax: number): Promise<number> {
  for (let removed = 0; removed < daysMax; removed++) {
    const oldest = await db.prepare("SELECT min(hour) AS hour FROM hourly_items").first<{ hour: number | null }>();
    const hour = oldest?.hour ?? before;
    if (hour >= before) return removed;
    await db
      .prepare("DELETE FROM hourly_items WHERE hour < ?")
      .bind(Math.min(before, dayOf(hour) + DAY_MILLISECONDS))
      .run();
  }
  return daysMax;
}

/** Removes what is kept of answers by the hour before a moment, and which messages were counted before another. */
export async function removeServedBefore(db: D1Database, hoursBefore: number, messagesBefore: number): Promise<void> {
  await db.batch([
    db.prepare("DELETE FROM hourly_served WHERE hour < ?").bind(hoursBefore),
    db.prepare("DELETE FROM hourly_degraded WHERE hour < ?").bind(hoursBefore),
    db.prepare("DELETE FROM served_messages WHERE written_at < ?").bind(messagesBefore),
  ]);
}

/** Removes spikes that had ended before a moment. */
export async function removeSpikesBefore(db: D1Database, before: number): Promise<void> {
  await db.prepare("DELETE FROM spikes WHERE ended_at < ?").bind(before).run();
}

/** Removes notices that were over before a moment, once all messages about them are settled, and those messages. */
export async function removeNoticesBefore(db: D1Database, before: number): Promise<void> {
  const settled = `closed_at < ?1 AND NOT EXISTS (
    SELECT 1 FROM notice_deliveries WHERE notice_id = notices.id AND next_at IS NOT NULL)`;
  await db.batch([
    db
      .prepare(`DELETE FROM notice_deliveries WHERE notice_id IN (SELECT id FROM notices WHERE ${settled})`)
      .bind(before),
    db.prepare(`DELETE FROM notices WHERE ${settled}`).bind(before),
  ]);
}
