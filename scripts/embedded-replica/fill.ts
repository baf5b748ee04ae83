import type { PGlite } from "@electric-sql/pglite";

import type { DemoShop } from "../demo-shop/generate.ts";
import { demoShopSql } from "../demo-shop/sql.ts";

function countStatements(shop: DemoShop): number {
  let count = 0;
  // Making the statements is cheap beside running them: made twice, they need not be kept.
  for (const statement of demoShopSql(shop, "postgres")) count += Math.sign(statement.length);
  return count;
}

/**
 * Fills an empty database with `shop`, in one transaction: all of it or nothing.
 * @param onProgress told after each statement how many of how many are done
 */
export async function fillDatabase(
  database: PGlite,
  shop: DemoShop,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const total = countStatements(shop);
  await database.transaction(async (transaction) => {
    let done = 0;
    for (const statement of demoShopSql(shop, "postgres")) {
      await transaction.exec(statement);
      done += 1;
      onProgress(done, total);
    }
  });
}
