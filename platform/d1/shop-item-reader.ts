import { and, asc, count, eq, gt, isNull, min, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { ItemRecord } from "../../domain/catalogue/records.ts";
import { items } from "./schema.ts";

/** Items that the shop sells: neither deleted nor hidden. */
const isSold = and(isNull(items.deletedAt), eq(items.hidden, false));

/** A product line, how many items it has and a picture of one of them. */
export interface ShopLine {
  readonly name: string;
  readonly items: number;
  readonly image: string | null;
}

/** One item that the shop sells, or null. */
export async function readShopItem(db: D1Database, itemId: string): Promise<ItemRecord | null> {
  const [row] = await drizzle(db)
    .select()
    .from(items)
    .where(and(isSold, eq(items.itemId, itemId)));
  return row ?? null;
}

/**
 * Items that the shop sells, by name.
 * @param wanted.search characters that stand somewhere in the name, whatever their case
 * @param wanted.after the last item of the page before
 */
export async function readShopItems(
  db: D1Database,
  wanted: {
    readonly line?: string | undefined;
    readonly search?: string | undefined;
    readonly after: { readonly name: string; readonly itemId: string } | null;
    readonly limit: number;
  },
): Promise<ItemRecord[]> {
  const { line, search, after, limit } = wanted;
  return drizzle(db)
    .select()
    .from(items)
    .where(
      and(
        isSold,
        line === undefined ? undefined : eq(items.category, line),
        // Not LIKE: what a shopper types may hold its wildcards.
        search === undefined ? undefined : gt(sql`instr(lower(${items.name}), ${search.toLowerCase()})`, 0),
        after === null ? undefined : sql`(${items.name}, ${items.itemId}) > (${after.name}, ${after.itemId})`,
      ),
    )
    .orderBy(asc(items.name), asc(items.itemId))
    .limit(limit);
}

/** Every product line that has something to sell, by name. */
export async function readShopLines(db: D1Database): Promise<ShopLine[]> {
  return drizzle(db)
    .select({ name: items.category, items: count(), image: min(items.image) })
    .from(items)
    .where(isSold)
    .groupBy(items.category)
    .orderBy(asc(items.category));
}
