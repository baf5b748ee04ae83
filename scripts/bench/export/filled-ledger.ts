import { ledgerName, shardOfName } from "../../../domain/ledger/routing.ts";
import { InteractionLedger } from "../../../durable-objects/interaction-ledger.ts";
import { INSERT_TOTALS, packsOfShard, type UserRange } from "./shop.ts";

/** The ledger, whose totals are written without the events that would have come to them. */
export class FilledLedger extends InteractionLedger {
  /** Writes the totals of those of some users who belong to this shard. @param now milliseconds since 1970 UTC */
  fill(users: UserRange, now: number): void {
    this.clock();
    const { id, storage } = this.ctx;
    for (const pack of packsOfShard(users, shardOfName(id.name), Number(this.env.LEDGER_SHARDS))) {
      storage.sql.exec(INSERT_TOTALS, pack, now);
    }
  }
}

/** Every shard, as the bench knows it. */
export function filledLedgers(
  namespace: DurableObjectNamespace<InteractionLedger>,
  shards: number,
): DurableObjectStub<FilledLedger>[] {
  // The bench binds its own class under the ledger's name.
  const own = namespace as unknown as DurableObjectNamespace<FilledLedger>;
  return Array.from({ length: shards }, (_, shard) => own.getByName(ledgerName(shard)));
}
