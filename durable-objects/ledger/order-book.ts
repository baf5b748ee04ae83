import type { Interaction } from "../../domain/events/interaction.ts";
import type { OrderChange } from "../../domain/ledger/order-change.ts";
import { recount, type ShopMoney } from "../../domain/ledger/order-count.ts";
import { withoutUser } from "../../domain/ledger/order-erasure.ts";
import {
  NO_ORDER,
  type OrderState,
  orderStateSchema,
  type ReplicaOrder,
  withOrderEvent,
  withReplicaOrder,
} from "../../domain/ledger/order-state.ts";
import { PACK_MAX_BYTES } from "../../domain/ledger/limits.ts";
import { packByBytes } from "../../domain/ledger/packing.ts";
import { transactionOf, USER_PREFIX } from "../../domain/ledger/routing.ts";
import type { EraseOrdersRequest } from "../../domain/ledger/totals-as-of.ts";
import { type ErasedShoppers, oneOffId } from "./erased-shoppers.ts";
import type { TotalsEntry } from "./shopper-totals.ts";
import { PUT_ORDERS, SELECT_ORDER_AFTER, SELECT_ORDERS, SELECT_ORDERS_WITH } from "./statements.ts";

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

/** What was said of an order, and by whom. */
interface OrderFact {
  readonly id: string;
  readonly change: (state: OrderState) => OrderState;
  /** When the replica was read; null of what the storefront said. */
  readonly seenAt: number | null;
}

/** What a page of an erasure came to. */
export interface ErasedOrders {
  /** Orders that are nobody's now. */
  readonly rows: number;
  /** The transaction id after which to go on; null when all orders were looked at. */
  readonly next: string | null;
}

/** The orders of a shard as keyed state, never pruned. */
export class OrderBook {
  readonly #sql: SqlStorage;
  readonly #money: ShopMoney;
  readonly #erased: ErasedShoppers;

  constructor(sql: SqlStorage, money: ShopMoney, erased: ErasedShoppers) {
    this.#sql = sql;
    this.#money = money;
    this.#erased = erased;
  }

  /** Books `purchase` and `refund` events, each of which is new. */
  bookEvents(interactions: readonly Interaction[], frame: ChangeFrame): BookedChanges {
    const events = interactions.flatMap((interaction) => {
      const id = transactionOf(interaction);
      return id === null
        ? []
        : [{ id, change: (state: OrderState) => withOrderEvent(state, interaction), seenAt: null }];
    });
    return this.#book(events, "storefront", frame);
  }

  /** Books orders as the replica has them. One that says what is known changes nothing. */
  bookOrders(orders: readonly ReplicaOrder[], frame: ChangeFrame): BookedChanges {
    const erased = this.#erased.among(orders.map((order) => `${USER_PREFIX}${order.user_id}`));
    const readings = orders.map((order) => {
      const oneOff = erased.has(`${USER_PREFIX}${order.user_id}`) ? oneOffId() : null;
      const change = (state: OrderState): OrderState => withReplicaOrder(state, order, oneOff);
      return { id: order.transaction_id, change, seenAt: order.seen_at ?? null };
    });
    return this.#book(readings, "replica", frame);
  }

  /** Makes those of some orders nobody's that are a user's. What they count as stays. */
  erase({ user, clients = [], after, rows }: EraseOrdersRequest): ErasedOrders {
    const [end] = this.#sql.exec<{ transaction_id: string }>(SELECT_ORDER_AFTER, after ?? "", rows - 1).toArray();
    const next = end?.transaction_id ?? null;
    // In either of which forms an order names them.
    const names = [user, user.slice(USER_PREFIX.length), ...clients.map(({ client }) => client)];
    const found = this.#sql
      .exec<{ transaction_id: string; value: string }>(
        SELECT_ORDERS_WITH,
        after ?? "",
        next,
        JSON.stringify(names.map((name) => JSON.stringify(name))),
      )
      .toArray();
    const changed = found.flatMap(({ transaction_id, value }): [string, string][] => {
      const state = orderStateSchema.parse(JSON.parse(value));
      const left = withoutUser(state, user, clients, oneOffId());
      return left === state ? [] : [[transaction_id, JSON.stringify(left)]];
    });
    this.#put(changed);
    return { rows: changed.length, next };
  }

  #put(rows: readonly [transactionId: string, value: string][]): void {
    for (const pack of packByBytes(rows, PACK_MAX_BYTES)) this.#sql.exec(PUT_ORDERS, JSON.stringify(pack));
  }

  #read(ids: readonly string[]): Map<string, OrderState> {
    const rows = this.#sql
      .exec<{ transaction_id: string; value: string }>(SELECT_ORDERS, JSON.stringify(ids))
      .toArray();
    return new Map(rows.map((row) => [row.transaction_id, orderStateSchema.parse(JSON.parse(row.value))]));
  }

  #book(
    facts: readonly OrderFact[],
    source: OrderChange["source"],
    { shard, sequence, now }: ChangeFrame,
  ): BookedChanges {
    if (facts.length === 0) return { changes: [], entries: [] };
    const states = this.#read([...new Set(facts.map((fact) => fact.id))]);
    const changed = new Map<string, { state: OrderState; seenAt: number | null }>();
    for (const { id, change, seenAt } of facts) {
      const before = changed.get(id)?.state ?? states.get(id) ?? NO_ORDER;
      const state = change(before);
      if (state !== before) changed.set(id, { state, seenAt });
    }
    const changes: OrderChange[] = [];
    const entries: TotalsEntry[] = [];
    const rows: [string, string][] = [];
    for (const [transaction_id, { state, seenAt }] of changed) {
      const counted = recount(state, this.#money, seenAt);
      rows.push([transaction_id, JSON.stringify(counted.state)]);
      for (const { as_of, totals, change } of counted.differences) {
        entries.push({ as_of, totals });
        if (change === null) continue;
        const change_id = `${shard}-${sequence}-${changes.length}`;
        changes.push({ ...change, change_id, transaction_id, changed_at: now, source });
      }
    }
    this.#put(rows);
    return { changes, entries };
  }
}
