import { describe, expect, it } from "vitest";

import type { Interaction } from "../../../domain/events/interaction.ts";
import { orderChangeRow, ORDERS_TABLE } from "../../../domain/lake/orders-table.ts";
import { type CountedDifference, recount } from "../../../domain/ledger/order-count.ts";
import { NO_ORDER, type OrderState, withOrderEvent, withReplicaOrder } from "../../../domain/ledger/order-state.ts";

const MONEY = { currency: "USD", exchangeRates: { EUR: 1.25 } };
const AT = Date.UTC(2026, 10, 20, 9, 30);

function event(name: "purchase" | "refund", currency: string, items: Interaction["items"]): Interaction {
  const params = { transaction_id: "t1", currency };
  return { event_id: `${name}-1`, name, shopper: "c:1", at: AT, received_at: AT, country: "FR", items, params };
}
const LINES = [
  { item_id: "a", quantity: 2, price: 10 },
  { item_id: "b", quantity: 1, price: 4 },
];

function counted(state: OrderState): { state: OrderState; differences: readonly CountedDifference[] } {
  return recount(state, MONEY, null);
}
const changesOf = (differences: readonly CountedDifference[]): unknown[] =>
  differences.flatMap(({ change }) =>
    change === null
      ? []
      : [[change.item_id, change.orders, change.quantity, change.revenue, change.currency, change.revenue_apart]],
  );

describe("an order's money", () => {
  it("is taken as it is in the shop's currency", () => {
    const { differences } = counted(withOrderEvent(NO_ORDER, event("purchase", "USD", LINES)));
    expect(changesOf(differences)).toEqual([
      ["a", 1, 2, 20, undefined, 0],
      ["b", 0, 1, 4, undefined, 0],
    ]);
  });

  it("is converted where there is a rate", () => {
    const { differences } = counted(withOrderEvent(NO_ORDER, event("purchase", "EUR", LINES)));
    expect(changesOf(differences)).toEqual([
      ["a", 1, 2, 25, undefined, 0],
      ["b", 0, 1, 5, undefined, 0],
    ]);
    expect(differences.map(({ totals }) => totals.revenue)).toEqual([25, 5]);
  });

  it("is kept apart without one: no total holds it, and its row of the lake says whose it is", () => {
    const { differences } = counted(withOrderEvent(NO_ORDER, event("purchase", "JPY", LINES)));
    expect(changesOf(differences)).toEqual([
      ["a", 1, 2, 0, "JPY", 20],
      ["b", 0, 1, 0, "JPY", 4],
    ]);
    expect(differences.map(({ totals }) => [totals.quantity, totals.revenue])).toEqual([
      [2, 0],
      [1, 0],
    ]);
    const change = differences[0]?.change;
    if (change === null || change === undefined) throw new Error("There is no change.");
    const known = { change_id: "0-1-0", transaction_id: "t1", changed_at: AT, source: "storefront" } as const;
    const row = orderChangeRow({ ...change, ...known }, String);
    const cell = (name: string): unknown => row[ORDERS_TABLE.columns.findIndex((column) => column.name === name)];
    expect(["revenue", "currency", "revenue_apart", "orders"].map(cell)).toEqual([0, "JPY", 20, 1]);
  });

  it("moves to the shop's currency when the replica tells of the order", () => {
    const before = counted(withOrderEvent(NO_ORDER, event("purchase", "JPY", LINES))).state;
    const reading = { transaction_id: "t1", version: 1, user_id: "7", at: AT, date_only: false, cancelled: false };
    const { differences } = counted(withReplicaOrder(before, { ...reading, lines: LINES }, null));
    expect(changesOf(differences)).toEqual([
      ["a", -1, -2, 0, "JPY", -20],
      ["b", 0, -1, 0, "JPY", -4],
      ["a", 1, 2, 20, undefined, 0],
      ["b", 0, 1, 4, undefined, 0],
    ]);
  });
});

describe("an order", () => {
  it("counts until the last piece of it is given back", () => {
    const bought = counted(withOrderEvent(NO_ORDER, event("purchase", "USD", LINES))).state;
    const first = counted(withOrderEvent(bought, event("refund", "USD", [{ item_id: "a", quantity: 2 }])));
    expect(changesOf(first.differences)).toEqual([["a", 0, -2, -20, undefined, 0]]);
    const second = counted(withOrderEvent(first.state, event("refund", "USD", [{ item_id: "b", quantity: 1 }])));
    expect(changesOf(second.differences)).toEqual([["b", -1, -1, -4, undefined, 0]]);
  });

  it("of before orders were counted is told of by its next change, never before, and never taken off untold", () => {
    const { state } = counted(withOrderEvent(NO_ORDER, event("purchase", "USD", LINES)));
    const old = state.counted === null ? state : { ...state, counted: { ...state.counted, orders: 0 } };
    // Said again: nothing changes that could tell it.
    const again = counted(old);
    expect([changesOf(again.differences), again.state.counted?.orders]).toEqual([[], 0]);
    const refunded = counted(withOrderEvent(again.state, event("refund", "USD", [{ item_id: "a", quantity: 1 }])));
    expect(changesOf(refunded.differences)).toEqual([["a", 1, -1, -10, undefined, 0]]);
    const gone = counted(withOrderEvent(again.state, event("refund", "USD", LINES)));
    expect(changesOf(gone.differences)).toEqual([
      ["a", 0, -2, -20, undefined, 0],
      ["b", 0, -1, -4, undefined, 0],
    ]);
  });
});
