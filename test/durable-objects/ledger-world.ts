import type { Interaction } from "../../domain/events/interaction.ts";
import { groupByLedger, ledgerName, orderShardOf } from "../../domain/ledger/routing.ts";
import type { ReplicaOrder } from "../../domain/ledger/order-state.ts";
import type { Totals } from "../../domain/ledger/totals.ts";
import { shardOf } from "../../domain/hash.ts";
import type { AppendOutcome } from "../../durable-objects/ledger/appender.ts";
import type { TestRuntime } from "../support/runtime.ts";

/** Ids are remembered for some days: what tests send must be young whenever they run. */
export const TODAY = Math.floor(Date.now() / 86_400_000) * 86_400_000;

/** A view of item `a` by user 1, unless `rest` says otherwise. */
export function interaction(event_id: string, rest: Partial<Interaction> = {}): Interaction {
  return {
    event_id,
    name: "view_item",
    shopper: "u:1",
    at: TODAY,
    received_at: TODAY,
    items: [{ item_id: "a" }],
    params: {},
    ...rest,
  };
}

/** A purchase in the shop's own currency. */
export function purchase(
  event_id: string,
  transaction_id: string,
  items: Interaction["items"],
  rest: Partial<Interaction> = {},
): Interaction {
  return interaction(event_id, { name: "purchase", items, params: { transaction_id, currency: "USD" }, ...rest });
}

/** The ledgers of a runtime, reached as the rest of the Worker reaches them. */
export class Ledgers {
  readonly #runtime: TestRuntime;
  readonly shards: number;

  constructor(runtime: TestRuntime) {
    this.#runtime = runtime;
    this.shards = Number(runtime.env.LEDGER_SHARDS);
  }

  shard(number: number) {
    return this.#runtime.env.INTERACTION_LEDGER.getByName(ledgerName(number));
  }

  async append(interactions: readonly Interaction[]): Promise<AppendOutcome> {
    const groups = groupByLedger(interactions, this.shards);
    const outcomes = await Promise.all(
      [...groups].map(([name, some]) => this.#runtime.env.INTERACTION_LEDGER.getByName(name).append(some)),
    );
    return {
      appended: outcomes.reduce((sum, one) => sum + one.appended, 0),
      duplicates: outcomes.reduce((sum, one) => sum + one.duplicates, 0),
      tooOld: outcomes.flatMap((one) => one.tooOld),
    };
  }

  async appendOrder(order: ReplicaOrder): Promise<void> {
    await this.shard(orderShardOf(order.transaction_id, this.shards)).appendOrders([order]);
  }

  totals(shopper: string): Promise<Totals[]> {
    return this.shard(shardOf(shopper, this.shards)).totals(shopper);
  }

  /** Brings everything to where it belongs; transfers may lead to further ones. */
  async flush(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      for (let number = 0; number < this.shards; number++) await this.shard(number).flush();
    }
  }
}
