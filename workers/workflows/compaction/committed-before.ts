import { ledgerName } from "../../../domain/ledger/routing.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";

/**
 * The moment before which every ledger shard has put all of its segments, in milliseconds since 1970 UTC.
 * @throws what a shard throws that cannot be reached: then nobody knows
 */
export async function committedBefore({ INTERACTION_LEDGER, LEDGER_SHARDS }: RuntimeEnv): Promise<number> {
  const shards = Array.from({ length: Number(LEDGER_SHARDS) }, (_, shard) => shard);
  const moments = await Promise.all(
    shards.map(async (shard) => INTERACTION_LEDGER.getByName(ledgerName(shard)).committedBefore()),
  );
  return Math.min(...moments);
}
