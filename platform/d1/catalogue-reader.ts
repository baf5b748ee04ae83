import { and, asc, eq, gt, isNull, max, or, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { ItemRecord, OrderRecord, RatingRecord } from "../../domain/catalogue/records.ts";
import { items, orders, ratings, users } from "./schema.ts";

/** Rows per page: bounded memory whatever the shop's size. */
const PAGE_ROWS = 2_000;

/** Every item that the source has, in the order of its id: the order of places in a snapshot. */
export async function* readItems(db: D1Database): AsyncGenerator<ItemRecord> {
  const database = drizzle(db);
  let after = "";
  for (;;) {
    const page = await database
      .select()
      .from(items)
      .where(and(isNull(items.deletedAt), gt(items.itemId, after)))
      .orderBy(asc(items.itemId))
      .limit(PAGE_ROWS);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = last.itemId;
  }
}

/** Every order that the source has, with its buyer's country (ISO 3166-1 alpha-2, null when unknown). */
export async function* readOrders(db: D1Database): AsyncGenerator<{ order: OrderRecord; country: string | null }> {
  const database = drizzle(db);
  let after = "";
  for (;;) {
    const page = await database
      .select({ order: orders, country: users.country })
      .from(orders)
      .leftJoin(users, eq(users.userId, orders.userId))
      .where(and(isNull(orders.deletedAt), gt(orders.orderId, after)))
      .orderBy(asc(orders.orderId))
      .limit(PAGE_ROWS);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = last.order.orderId;
  }
}

/** Every rating that the source has. */
export async function* readRatings(db: D1Database): AsyncGenerator<RatingRecord> {
  const database = drizzle(db);
  let after = { userId: "", itemId: "" };
  for (;;) {
    const page = await database
      .select()
      .from(ratings)
      .where(
        and(
          isNull(ratings.deletedAt),
          or(gt(ratings.userId, after.userId), and(eq(ratings.userId, after.userId), gt(ratings.itemId, after.itemId))),
        ),
      )
      .orderBy(asc(ratings.userId), asc(ratings.itemId))
      .limit(PAGE_ROWS);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = last;
  }
}

/** Time of the newest order that counts, milliseconds since 1970 UTC; 0 when there is none. */
export async function newestOrderAt(db: D1Database): Promise<number> {
  const [row] = await drizzle(db)
    .select({ newest: max(orders.orderedAt) })
    .from(orders)
    .where(and(isNull(orders.deletedAt), eq(orders.cancelled, sql`0`)));
  return row?.newest ?? 0;
}
