import { afterAll, beforeAll, expect, it } from "vitest";

import type { Interaction } from "../../domain/events/interaction.ts";
import type { ReplicaOrder } from "../../domain/ledger/order-state.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { interaction, Ledgers, purchase, TODAY } from "./ledger-world.ts";

const HOUR = 3_600_000;

let runtime: TestRuntime;
let ledgers: Ledgers;
beforeAll(async () => {
  runtime = await startRuntime({ vars: { LEDGER_SHARDS: "2" } });
  ledgers = new Ledgers(runtime);
});
afterAll(() => runtime.close());

const [ORDERED, VIEWED, RETURNED, SEEN] = [TODAY + HOUR, TODAY + 2 * HOUR, TODAY + 5 * HOUR, TODAY + 7 * HOUR];
const line = { item_id: "a", quantity: 2, price: 10 };
const bought = (name: string): Interaction =>
  purchase(`${name}-bought`, name, [line, { ...line, item_id: "b" }], { shopper: `u:${name}`, at: ORDERED });
const returned = (name: string, quantity: number, at = RETURNED): Interaction =>
  interaction(`${name}-returned-${at}`, {
    name: "refund",
    shopper: `u:${name}`,
    at,
    items: [{ ...line, quantity }],
    params: { transaction_id: name, currency: "USD" },
  });
const order = (name: string, rest: Partial<ReplicaOrder> = {}): ReplicaOrder => ({
  transaction_id: name,
  version: 1,
  user_id: name,
  at: ORDERED,
  date_only: false,
  cancelled: false,
  lines: [line, { ...line, item_id: "b" }],
  seen_at: SEEN - HOUR,
  ...rest,
});

async function lastOf(name: string): Promise<Record<string, number>> {
  await ledgers.flush();
  const totals = await ledgers.totals(`u:${name}`);
  return Object.fromEntries(totals.map((row) => [row.item_id, row.last_at]));
}

it.each([
  ["in part", 1],
  ["as a whole", 2],
])("an item that is given back %s was last touched then, and the order's other items were not", async (_, pieces) => {
  await ledgers.append([bought(`once-${pieces}`)]);
  await ledgers.append([returned(`once-${pieces}`, pieces)]);
  expect(await lastOf(`once-${pieces}`)).toEqual({ a: RETURNED, b: ORDERED });
});

it("it makes no difference whether purchase or refunds came first, or in which order", async () => {
  const facts = (name: string) => [bought(name), returned(name, 1, RETURNED), returned(name, 1, RETURNED - HOUR)];
  for (const [n, places] of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ].entries()) {
    const events = facts(`any-${n}`);
    for (const place of places) await ledgers.append(events.slice(place, place + 1));
    expect(await lastOf(`any-${n}`)).toEqual({ a: RETURNED, b: ORDERED });
  }
});

it("a refund of what was cancelled before is still the last that happened, and changes no sale", async () => {
  await ledgers.appendOrder(order("undone", { cancelled: true }));
  expect(await lastOf("undone")).toEqual({ a: ORDERED, b: ORDERED });
  await ledgers.append([returned("undone", 1)]);
  expect(await lastOf("undone")).toEqual({ a: RETURNED, b: ORDERED });
  expect(await ledgers.totals("u:undone")).toMatchObject([
    { purchases: 0, refunds: 1, quantity: 0 },
    { purchases: 0, refunds: 1, quantity: 0 },
  ]);
});

it("a cancellation that the sync saw happen counts as of when it saw it", async () => {
  await ledgers.appendOrder(order("seen"));
  expect(await lastOf("seen")).toEqual({ a: ORDERED, b: ORDERED });
  // It reads the order again and again, and nothing has changed.
  await ledgers.appendOrder(order("seen", { version: 2, seen_at: SEEN - 1 }));
  expect(await lastOf("seen")).toEqual({ a: ORDERED, b: ORDERED });
  await ledgers.appendOrder(order("seen", { version: 3, cancelled: true, seen_at: SEEN }));
  expect(await lastOf("seen")).toEqual({ a: SEEN, b: SEEN });
});

it("so does a line that was changed, taken off or added; what stayed as it was keeps its time", async () => {
  const lines = [line, { ...line, item_id: "b" }, { ...line, item_id: "c" }];
  await ledgers.appendOrder(order("lines", { lines }));
  const changed = [line, { ...line, item_id: "b", quantity: 1 }, { ...line, item_id: "d" }];
  await ledgers.appendOrder(order("lines", { lines: changed, version: 2, seen_at: SEEN }));
  expect(await lastOf("lines")).toEqual({ a: ORDERED, b: SEEN, c: SEEN, d: SEEN });
});

it("an order that the sync first sees cancelled keeps its own time", async () => {
  await ledgers.appendOrder(order("first", { cancelled: true }));
  expect(await lastOf("first")).toEqual({ a: ORDERED, b: ORDERED });
});

it("a correction that comes with another customer is told of the order's own time", async () => {
  await ledgers.appendOrder(order("former"));
  await ledgers.appendOrder(order("former", { user_id: "latter", version: 2, cancelled: true, seen_at: SEEN }));
  expect(await lastOf("former")).toEqual({ a: ORDERED, b: ORDERED });
  expect(await lastOf("latter")).toEqual({ a: ORDERED, b: ORDERED });
});

it("a correction of what the storefront told, and a later event, are each their own time", async () => {
  await ledgers.append([bought("both"), interaction("both-viewed", { shopper: "u:both", at: VIEWED })]);
  expect(await lastOf("both")).toEqual({ a: VIEWED, b: ORDERED });
  await ledgers.appendOrder(order("both", { lines: [line], seen_at: SEEN }));
  expect(await lastOf("both")).toEqual({ a: VIEWED, b: SEEN });
  // What the storefront says afterwards is not what the sync has seen.
  await ledgers.append([returned("both", 1)]);
  expect(await lastOf("both")).toEqual({ a: RETURNED, b: SEEN });
});
