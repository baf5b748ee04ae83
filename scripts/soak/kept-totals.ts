import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { z } from "zod";

import type { LakeSums } from "./verdict.ts";

/** Where Miniflare keeps the objects of a class: a SQLite file each, named by the object's id. */
const LEDGERS_FOLDER = "do/endcap-InteractionLedger";
const OBJECT_FILE = /^[0-9a-f]{64}\.sqlite$/;
const SUMS_SQL = `SELECT coalesce(sum(views), 0) AS views, coalesce(sum(carts), 0) AS carts,
  coalesce(sum(purchases), 0) AS purchases, coalesce(sum(quantity), 0) AS quantity FROM totals`;
const sumsSchema = z.object({ views: z.number(), carts: z.number(), purchases: z.number(), quantity: z.number() });

/**
 * Sums of what all shards have counted for all shoppers. Read from the objects' files, since no call tells it.
 * @param stateFolder of a runtime that has ended
 */
export async function readKeptTotals(stateFolder: string): Promise<LakeSums> {
  const folder = join(stateFolder, LEDGERS_FOLDER);
  const sums = { views: 0, carts: 0, purchases: 0, quantity: 0 };
  for (const file of (await readdir(folder)).filter((name) => OBJECT_FILE.test(name))) {
    const database = new DatabaseSync(join(folder, file));
    try {
      const of = sumsSchema.parse(database.prepare(SUMS_SQL).get());
      sums.views += of.views;
      sums.carts += of.carts;
      sums.purchases += of.purchases;
      sums.quantity += of.quantity;
    } finally {
      database.close();
    }
  }
  return sums;
}
