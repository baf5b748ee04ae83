import { Bindings } from "./bindings.ts";
import { type CountedRows, countedSql } from "./counted.ts";

/** An item that sells, and what is left of it. */
export interface SellingItem {
  readonly item_id: string;
  readonly name: string;
  readonly line: string;
  readonly stock: number;
  /** Pieces sold in the range. */
  readonly units: number;
  /** In the shop's currency. */
  readonly revenue: number;
}

/**
 * Items with a stock of which pieces were sold, those first whose stock is the smallest part of what was sold: they
 * are gone soonest. Hidden and deleted items sell no more.
 * @param line only items of it; all where it is undefined
 */
export async function readSellingItems(
  db: D1Database,
  rows: CountedRows,
  line: string | undefined,
  limit: number,
): Promise<SellingItem[]> {
  const bindings = new Bindings();
  const counted = countedSql({ ...rows, isSold: true }, bindings);
  const ofLine = line === undefined ? "" : ` AND items.category = ${bindings.add(line)}`;
  const sql = `WITH sold AS (
      SELECT item_id, sum(quantity) AS units, sum(iif(currency = '', revenue, 0)) AS revenue
      FROM (${counted}) GROUP BY item_id
    )
    SELECT items.item_id, items.name, items.category AS line, max(items.stock, 0) AS stock, sold.units, sold.revenue
    FROM sold CROSS JOIN items ON items.item_id = sold.item_id
    WHERE sold.units > 1e-6 AND items.stock IS NOT NULL AND NOT items.hidden AND items.deleted_at IS NULL${ofLine}
    ORDER BY max(items.stock, 0) / sold.units, sold.revenue DESC, items.item_id LIMIT ${bindings.add(limit)}`;
  const { results } = await db
    .prepare(sql)
    .bind(...bindings.values)
    .all<SellingItem>();
  return results;
}
