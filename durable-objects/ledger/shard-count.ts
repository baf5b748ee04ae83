import { ledgerShardsOf } from "../../platform/d1/deployment-store.ts";
import type { LedgerStateStore } from "./state.ts";

/**
 * Makes sure that the deployment still has the number of shards that it was made with. D1 is asked once in a shard's life.
 * @throws Error when it has another one
 */
export async function assertShards(store: LedgerStateStore, db: D1Database, shards: number): Promise<void> {
  const known = store.state.shards;
  const made = known ?? (await ledgerShardsOf(db, shards));
  if (made !== shards) {
    throw new Error(
      `LEDGER_SHARDS is ${shards}, but this deployment was made with ${made}: every shopper would have another shard. Set it back to ${made}.`,
    );
  }
  if (known === null) store.write({ shards });
}
