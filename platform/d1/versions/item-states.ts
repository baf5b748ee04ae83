import type { History, ItemState } from "../../../domain/exports/history.ts";
import { featuresCell, numberCell, textCell } from "./cells.ts";
import { collectHistories } from "./collect-histories.ts";

/** A page of items in the order of their ids; `next` is where the next one begins, null after the last. */
export interface ItemHistoriesPage {
  readonly items: [itemId: string, history: History<ItemState>][];
  readonly next: string | null;
}

// One statement, and so one moment: a change between two would be in neither the rows nor the versions.
const PAGE = `
  WITH page AS MATERIALIZED (
    SELECT item_id, deleted_at IS NULL AS existed, name, category, price, features
    FROM items WHERE item_id > ?1 ORDER BY item_id LIMIT ?2)
  SELECT item_id, NULL, existed, name, category, price, features FROM page
  UNION ALL
  SELECT v.item_id, v.until, v.existed, v.name, v.category, v.price, v.features
  FROM page CROSS JOIN item_versions AS v ON v.item_id = page.item_id`;

function itemState([name, category, price, features]: readonly unknown[]): ItemState {
  return {
    name: textCell(name),
    category: textCell(category),
    price: numberCell(price),
    features: featuresCell(features),
  };
}

/**
 * What items were up to a time, those among them that are deleted or came later: a row of training data may be about either.
 * @param after the `next` of the page before, null for the first
 * @param asOf milliseconds since 1970 UTC
 */
export async function readItemHistoriesPage(
  db: D1Database,
  after: string | null,
  rows: number,
  asOf: number,
): Promise<ItemHistoriesPage> {
  const found = await db
    .prepare(PAGE)
    .bind(after ?? "", rows)
    .raw();
  const items: [string, History<ItemState>][] = [];
  for (const [itemId, { history }] of collectHistories(found, itemState, asOf)) items.push([itemId, history]);
  return { items, next: items.length < rows ? null : (items.at(-1)?.[0] ?? null) };
}
