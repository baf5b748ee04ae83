import type { CountedItem, ItemsByLine } from "../../../domain/analytics/spikes/compose-look.ts";
import type { HourCounts, LineHour } from "../../../domain/analytics/spikes/counted-hours.ts";
import { SPIKE_COUNT_MIN } from "../../../domain/analytics/spikes/limits.ts";
import { LINE_DELTAS } from "../line-deltas.ts";

/** Items of a page: their past is read at once, in one short statement. */
const PAGE_ITEMS = 1_000;
/** Hours of which one statement reads all lines. */
const HOURS_PER_STATEMENT = 100;

/** What each line had in these hours, of all countries and in whatever money. */
export async function readLineHours(db: D1Database, hours: readonly number[]): Promise<readonly LineHour[]> {
  const read: LineHour[] = [];
  for (let start = 0; start < hours.length; start += HOURS_PER_STATEMENT) {
    const { results } = await db
      .prepare(
        `SELECT hour, line, sum(views) AS views, sum(purchases) AS purchases,
           sum(views + carts + removals + purchases) AS doings
         FROM (${["hourly_lines", LINE_DELTAS]
           .map(
             (table) => `SELECT counted.hour, line, views, carts, removals, purchases
               FROM json_each(?1) AS wanted CROSS JOIN ${table} AS counted
                 ON counted.hour = wanted.value AND counted.grain = 'hour'`,
           )
           .join(" UNION ALL ")})
         GROUP BY hour, line`,
      )
      .bind(JSON.stringify(hours.slice(start, start + HOURS_PER_STATEMENT)))
      .all<LineHour>();
    read.push(...results);
  }
  return read;
}

/** How many items each line has. Walks over all of them. */
export async function countItemsByLine(db: D1Database): Promise<ItemsByLine> {
  const { results } = await db
    .prepare("SELECT category AS line, count(*) AS items FROM items WHERE deleted_at IS NULL GROUP BY category")
    .all<{ line: string; items: number }>();
  return Object.fromEntries(results.map(({ line, items }) => [line, items]));
}

/** What these items had in these hours, of all countries, each found by its key. */
export async function readItemHours(
  db: D1Database,
  itemIds: readonly string[],
  hours: readonly number[],
): Promise<ReadonlyMap<string, readonly HourCounts[]>> {
  const { results } = await db
    .prepare(
      `SELECT counted.item_id, counted.hour, sum(views) AS views, sum(purchases) AS purchases
       FROM json_each(?1) AS wanted CROSS JOIN json_each(?2) AS one CROSS JOIN hourly_items AS counted
         ON counted.hour = wanted.value AND counted.grain = 'hour' AND counted.item_id = one.value
       GROUP BY counted.hour, counted.item_id`,
    )
    .bind(JSON.stringify(hours), JSON.stringify(itemIds))
    .all<HourCounts & { item_id: string }>();
  return Map.groupBy(results, ({ item_id }) => item_id);
}

/**
 * The items that may be raised in an hour: with enough counts for an alarm, or in demand already. Of the others nothing
 * is read but the hour's own rows.
 * @param open items of which a spike is open
 * @param past the baseline's hours
 */
export async function readRaisableItems(
  db: D1Database,
  hour: number,
  open: readonly string[],
  past: readonly number[],
): Promise<readonly CountedItem[]> {
  const found: CountedItem[] = [];
  let after = "";
  for (;;) {
    const { results } = await db
      .prepare(
        `SELECT busy.item_id AS itemId, coalesce(items.category, '') AS line
         FROM (
           SELECT item_id FROM hourly_items WHERE hour = ?1 AND grain = 'hour' AND item_id > ?2 GROUP BY item_id
           HAVING sum(views) >= ?3 OR sum(purchases) >= ?3 OR item_id IN (SELECT value FROM json_each(?4))
           ORDER BY item_id LIMIT ?5
         ) AS busy LEFT JOIN items ON items.item_id = busy.item_id ORDER BY busy.item_id`,
      )
      .bind(hour, after, SPIKE_COUNT_MIN, JSON.stringify(open), PAGE_ITEMS)
      .all<{ itemId: string; line: string }>();
    const ids = results.map(({ itemId }) => itemId);
    const hours = await readItemHours(db, ids, [hour, ...past]);
    for (const item of results) {
      const byHour = new Map((hours.get(item.itemId) ?? []).map((one) => [one.hour, one]));
      found.push({ ...item, byHour });
    }
    const last = ids.at(-1);
    if (last === undefined || ids.length < PAGE_ITEMS) return found;
    after = last;
  }
}
