import { WEEK_MILLISECONDS } from "../../../domain/ledger/limits.ts";

/** Shoppers and buyers of a week; `week` is Monday 00:00 UTC, milliseconds since 1970. */
export interface ShopperWeek {
  readonly week: number;
  readonly new_users: number;
  readonly returning_users: number;
  readonly new_clients: number;
  readonly returning_clients: number;
  readonly buyers: number;
  /** Buyers of whom an earlier order is known, be it of the same week. */
  readonly repeat_buyers: number;
}

const SHOPPERS = `SELECT week,
  sum(iif(kind = 'user', new_shoppers, 0)) AS new_users, sum(iif(kind = 'user', returning_shoppers, 0)) AS returning_users,
  sum(iif(kind = 'client', new_shoppers, 0)) AS new_clients,
  sum(iif(kind = 'client', returning_shoppers, 0)) AS returning_clients
  FROM weekly_shoppers WHERE week >= ?1 AND week < ?2 GROUP BY week`;

/** Two orders in a week make a repeat buyer; so does one, with any before the week. */
const BUYERS = `WITH bought AS (
    SELECT ordered_at - (ordered_at - CAST(?1 AS INTEGER)) % ${WEEK_MILLISECONDS} AS week, user_id, count(*) AS orders FROM orders
    WHERE ordered_at >= ?1 AND ordered_at < ?2 AND NOT cancelled AND deleted_at IS NULL GROUP BY 1, user_id
  )
  SELECT week, count(*) AS buyers, sum(orders > 1 OR EXISTS (
    SELECT 1 FROM orders AS earlier WHERE earlier.user_id = bought.user_id AND earlier.ordered_at < bought.week
    AND NOT earlier.cancelled AND earlier.deleted_at IS NULL)) AS repeat_buyers
  FROM bought GROUP BY week`;

/**
 * Every week of a time, the earliest first, also those in which nothing happened.
 * @param from beginning of the first week, @param to of the one after the last, milliseconds since 1970 UTC
 */
export async function readShopperWeeks(db: D1Database, from: number, to: number): Promise<ShopperWeek[]> {
  const [shoppers, buyers] = await db.batch<Partial<ShopperWeek> & { week: number }>([
    db.prepare(SHOPPERS).bind(from, to),
    db.prepare(BUYERS).bind(from, to),
  ]);
  const byWeek = new Map<number, Partial<ShopperWeek>>();
  for (const row of [...(shoppers?.results ?? []), ...(buyers?.results ?? [])])
    byWeek.set(row.week, { ...byWeek.get(row.week), ...row });
  const nothing = {
    new_users: 0,
    returning_users: 0,
    new_clients: 0,
    returning_clients: 0,
    buyers: 0,
    repeat_buyers: 0,
  };
  return Array.from({ length: Math.ceil((to - from) / WEEK_MILLISECONDS) }, (_, n) => {
    const week = from + n * WEEK_MILLISECONDS;
    return { ...nothing, ...byWeek.get(week), week };
  });
}
