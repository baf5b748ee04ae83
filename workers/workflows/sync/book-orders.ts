import type { OrderRecord } from "../../../domain/catalogue/records.ts";
import type { ReplicaOrder } from "../../../domain/ledger/order-state.ts";
import { ledgerName, orderShardOf } from "../../../domain/ledger/routing.ts";
import { readUserCountries } from "../../../platform/d1/user-countries.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";

/**
 * Hands orders as the replica has them to the ledger, where one purchase counts once, whoever tells of it.
 * @param run number of the run that read them
 * @throws what a ledger throws that could not take them; others may have
 */
export async function bookOrders(env: RuntimeEnv, orders: readonly OrderRecord[], run: number): Promise<void> {
  const countries = await readUserCountries(env.DB, new Set(orders.map((order) => order.userId)));
  const seenAt = Date.now();
  const readings = orders.map((order): ReplicaOrder => {
    const country = countries.get(order.userId);
    return {
      transaction_id: order.orderId,
      version: run,
      user_id: order.userId,
      at: order.orderedAt,
      date_only: order.dateOnly,
      cancelled: order.cancelled,
      ...(country === undefined ? {} : { country }),
      lines: [...order.lines],
      seen_at: seenAt,
    };
  });
  const shards = Number(env.LEDGER_SHARDS);
  const byShard = Map.groupBy(readings, (reading) => orderShardOf(reading.transaction_id, shards));
  await Promise.all(
    [...byShard].map(([shard, some]) => env.INTERACTION_LEDGER.getByName(ledgerName(shard)).appendOrders(some)),
  );
}
