import { asc, gt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import { items } from "./schema.ts";

/** Ids of items that the shop has or had, in order. @param after the last one of the page before, empty for the first */
export async function readItemIds(db: D1Database, after: string, limit: number): Promise<string[]> {
  const rows = await drizzle(db)
    .select({ itemId: items.itemId })
    .from(items)
    .where(gt(items.itemId, after))
    .orderBy(asc(items.itemId))
    .limit(limit);
  return rows.map(({ itemId }) => itemId);
}
