import type { CountedChunk } from "../../../domain/analytics/trending.ts";

/** Beginning of the newest hour (or day) in which anything was counted, of those up to `now`; null when there is none. */
export async function newestCountedHour(db: D1Database, now: number): Promise<number | null> {
  return await db.prepare("SELECT max(hour) AS hour FROM hourly_items WHERE hour <= ?").bind(now).first<number>("hour");
}

/** Whether anything was counted in the hour that holds `since`, or later. */
export async function hasCountedSince(db: D1Database, since: number): Promise<boolean> {
  const newest = await newestCountedHour(db, Number.MAX_SAFE_INTEGER);
  return newest !== null && newest >= since;
}

/** What was counted of each item from `from` to `to`, of all countries: one walk along the table's key. */
export async function readCountedChunk(db: D1Database, from: number, to: number): Promise<readonly CountedChunk[]> {
  const { results } = await db
    .prepare(
      `SELECT item_id AS itemId, grain, sum(views) AS views, sum(carts) AS carts, sum(purchases) AS purchases
       FROM hourly_items WHERE hour >= ? AND hour < ? AND item_id <> '' GROUP BY item_id, grain`,
    )
    .bind(from, to)
    .all<CountedChunk>();
  return results;
}
