import { z } from "zod";

import { keptObjects } from "./kept-objects.ts";
import type { LakeSums } from "./verdict.ts";

const SUMS_SQL = `SELECT coalesce(sum(views), 0) AS views, coalesce(sum(carts), 0) AS carts,
  coalesce(sum(purchases), 0) AS purchases, coalesce(sum(quantity), 0) AS quantity FROM totals`;
const sumsSchema = z.object({ views: z.number(), carts: z.number(), purchases: z.number(), quantity: z.number() });

/**
 * Sums of what all shards have counted for all shoppers. Read from the objects' files, since no call tells it.
 * @param stateFolder of a runtime that has ended
 */
export async function readKeptTotals(stateFolder: string): Promise<LakeSums> {
  const sums = { views: 0, carts: 0, purchases: 0, quantity: 0 };
  for await (const { database } of keptObjects(stateFolder, "InteractionLedger")) {
    const of = sumsSchema.parse(database.prepare(SUMS_SQL).get());
    sums.views += of.views;
    sums.carts += of.carts;
    sums.purchases += of.purchases;
    sums.quantity += of.quantity;
  }
  return sums;
}
