import { and, asc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { z } from "zod";

import type { ItemRecord, OrderRecord, RatingRecord, UserRecord } from "../../domain/catalogue/records.ts";
import type { SeenFeature } from "../../domain/exports/columns.ts";
import { items, orders, ratings, users } from "./schema.ts";

/** The key of the last row that was read, as text parts; empty at the start. */
export type PageCursor = readonly string[];

const KINDS = {
  text: "text",
  integer: "number",
  real: "number",
  true: "boolean",
  false: "boolean",
  null: "null",
} as const;
const seenSchema = z.array(
  z.object({
    key: z.string(),
    // An object or array cannot be a feature, but the source's JSON might hold one: it is exported as text.
    type: z.enum(["text", "integer", "real", "true", "false", "null"]).catch("text"),
  }),
);

/** Names of the users' or items' features and the kinds of value under each, over all rows that are not deleted. */
export async function readFeatureKinds(db: D1Database, table: "users" | "items"): Promise<SeenFeature[]> {
  const source = table === "users" ? users : items;
  const rows = await drizzle(db).all(
    sql`select distinct feature.key, feature.type from ${source}, json_each(${source.features}) as feature where ${source.deletedAt} is null`,
  );
  return seenSchema.parse(rows).map(({ key, type }) => ({ name: key, kind: KINDS[type] }));
}

/** Users after the cursor, in the order of their id. */
export function readUserPage(db: D1Database, after: PageCursor, rows: number): Promise<UserRecord[]> {
  const query = drizzle(db).select().from(users);
  return query
    .where(and(isNull(users.deletedAt), gt(users.userId, after[0] ?? "")))
    .orderBy(asc(users.userId))
    .limit(rows);
}

/** Items after the cursor, in the order of their id. */
export function readItemPage(db: D1Database, after: PageCursor, rows: number): Promise<ItemRecord[]> {
  const query = drizzle(db).select().from(items);
  return query
    .where(and(isNull(items.deletedAt), gt(items.itemId, after[0] ?? "")))
    .orderBy(asc(items.itemId))
    .limit(rows);
}

/** Ratings after the cursor (user id, item id), in that order. */
export function readRatingPage(db: D1Database, after: PageCursor, rows: number): Promise<RatingRecord[]> {
  const [user = "", item = ""] = after;
  const query = drizzle(db).select().from(ratings);
  return query
    .where(
      and(
        isNull(ratings.deletedAt),
        or(gt(ratings.userId, user), and(eq(ratings.userId, user), gt(ratings.itemId, item))),
      ),
    )
    .orderBy(asc(ratings.userId), asc(ratings.itemId))
    .limit(rows);
}

/** Orders that count, after the cursor, in the order of their id. */
export function readOrderPage(db: D1Database, after: PageCursor, rows: number): Promise<OrderRecord[]> {
  const query = drizzle(db).select().from(orders);
  return query
    .where(and(isNull(orders.deletedAt), eq(orders.cancelled, false), gt(orders.orderId, after[0] ?? "")))
    .orderBy(asc(orders.orderId))
    .limit(rows);
}
