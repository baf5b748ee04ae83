import type { Interaction } from "../../domain/events/interaction.ts";
import type { OrderChange } from "../../domain/ledger/order-change.ts";
import {
  NO_ORDER,
  type OrderState,
  orderStateSchema,
  recount,
  type ReplicaOrder,
  withOrderEvent,
  withReplicaOrder,
} from "../../domain/ledger/order-state.ts";
import { PACK_MAX_BYTES } from "../../domain/ledger/limits.ts";
import { packByBytes } from "../../domain/ledger/packing.ts";
import { transactionOf } from "../../domain/ledger/routing.ts";
import type { TotalsEntry } from "./shopper-totals.ts";
import { PUT_ORDERS, SELECT_ORDERS } from "./statements.ts";

/** What orders have come to mean more or less than before. */
export interface BookedChanges {
  readonly changes: readonly OrderChange[];
  readonly entries: readonly TotalsEntry[];
}

/** How a change is told apart from all others. */
export interface ChangeFrame {
  readonly shard: number;
  /** Sequence of the journal row that the changes will stand in. */
  readonly sequence: number;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** The orders of a shard as keyed state, never pruned. */
export class OrderBook {
  readonly #sql: SqlStorage;
  /** The shop's, ISO 4217. */
  readonly #currency: string;

  constructor(sql: SqlStorage, currency: string) {
    this.#sql = sql;
    this.#currency = currency;
  }

  /** Books `purchase` and `refund` events, each of which is new. */
  bookEvents(interactions: readonly Interaction[], frame: ChangeFrame): BookedChanges {
    const events = interactions.flatMap((interaction) => {
      const id = transactionOf(interaction);
      return id === null ? [] : [{ id, change: (state: OrderState) => withOrderEvent(state, interaction) }];
    });
    return this.#book(events, "storefront", frame);
  }

  /** Books orders as the replica has them. One that says what is known changes nothing. */
  bookOrders(orders: readonly ReplicaOrder[], frame: ChangeFrame): BookedChanges {
    const readings = orders.map((order) => ({
      id: order.transaction_id,
      change: (state: OrderState) => withReplicaOrder(state, order),
    }));
    return this.#book(readings, "replica", frame);
  }

  #read(ids: readonly string[]): Map<string, OrderState> {
    const rows = this.#sql
      .exec<{ transaction_id: string; value: string }>(SELECT_ORDERS, JSON.stringify(ids))
      .toArray();
    return new Map(rows.map((row) => [row.transaction_id, orderStateSchema.parse(JSON.parse(row.value))]));
  }

  #book(
    facts: readonly { readonly id: string; readonly change: (state: OrderState) => OrderState }[],
    source: OrderChange["source"],
    { shard, sequence, now }: ChangeFrame,
  ): BookedChanges {
    if (facts.length === 0) return { changes: [], entries: [] };
    const states = this.#read([...new Set(facts.map((fact) => fact.id))]);
    const changed = new Map<string, OrderState>();
    for (const { id, change } of facts) {
      const before = changed.get(id) ?? states.get(id) ?? NO_ORDER;
      const after = change(before);
      if (after !== before) changed.set(id, after);
    }
    const changes: OrderChange[] = [];
    const entries: TotalsEntry[] = [];
    const rows: [string, string][] = [];
    for (const [transaction_id, state] of changed) {
      const counted = recount(state, this.#currency);
      rows.push([transaction_id, JSON.stringify(counted.state)]);
      for (const { as_of, totals, change } of counted.differences) {
        const change_id = `${shard}-${sequence}-${changes.length}`;
        changes.push({ ...change, change_id, transaction_id, changed_at: now, source });
        entries.push({ as_of, totals });
      }
    }
    for (const pack of packByBytes(rows, PACK_MAX_BYTES)) this.#sql.exec(PUT_ORDERS, JSON.stringify(pack));
    return { changes, entries };
  }
}
