import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import { deployment } from "./schema.ts";

const LEDGER_SHARDS = "ledger_shards";

/**
 * How many ledger shards this deployment was made with: what the first caller ever says, for ever.
 * @param configured `LEDGER_SHARDS`
 */
export async function ledgerShardsOf(db: D1Database, configured: number): Promise<number> {
  const database = drizzle(db);
  const value = String(configured);
  await database.insert(deployment).values({ name: LEDGER_SHARDS, value }).onConflictDoNothing();
  const [row] = await database.select().from(deployment).where(eq(deployment.name, LEDGER_SHARDS));
  return Number(row?.value ?? configured);
}
