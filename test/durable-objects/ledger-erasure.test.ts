import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ledgerShardOf, orderShardOf } from "../../domain/ledger/routing.ts";
import { shardOf } from "../../domain/hash.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import type { ClientPeriod } from "../../domain/ledger/totals-as-of.ts";
import type { ReplicaOrder } from "../../domain/ledger/order-state.ts";
import { NO_TOTALS } from "../../domain/ledger/totals.ts";
import { pseudonymizer } from "../../platform/pseudonym.ts";
import { parquetRows } from "../support/parquet.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { type RemoteLedger, remoteLedger } from "./ledger-remote.ts";
import { interaction, purchase, TODAY } from "./ledger-world.ts";

const SHARDS = 4;
const SECRET = "a secret of this test";

let runtime: TestRuntime;
let shards: RemoteLedger[];
beforeAll(async () => {
  const vars = {
    LEDGER_SHARDS: String(SHARDS),
    DATA_SECRET: SECRET,
    LEDGER_COUNTERS_MILLISECONDS: "3600000",
    LEDGER_SEGMENT_MILLISECONDS: "3600000",
  };
  runtime = await startRuntime({ main: "./test/durable-objects/ledger-worker.ts", vars });
  shards = Array.from({ length: SHARDS }, (_, shard) => remoteLedger(runtime, shard));
});
afterAll(() => runtime.close());

const shardAt = (number: number): RemoteLedger => shards[number] ?? remoteLedger(runtime, number);
const totalsOf = (shopper: string) => shardAt(shardOf(shopper, SHARDS)).totals(shopper);
async function append(...interactions: readonly Interaction[]): Promise<void> {
  for (const one of interactions) await shardAt(ledgerShardOf(one, SHARDS)).append([one]);
}
const appendOrder = (order: ReplicaOrder) => shardAt(orderShardOf(order.transaction_id, SHARDS)).appendOrders([order]);
async function everywhere(what: (shard: RemoteLedger) => Promise<unknown>): Promise<void> {
  for (const shard of shards) await what(shard);
}
const settle = () => everywhere((shard) => shard.settle()).then(() => everywhere((shard) => shard.settle()));
const flush = () => everywhere((shard) => shard.flush()).then(() => everywhere((shard) => shard.flush()));

/** What a caller does who erases a user. */
async function erase(user: string, rows = 2): Promise<number> {
  const clients: ClientPeriod[] = [];
  await everywhere(async (shard) => clients.push(...(await shard.clientsOf(user))));
  await everywhere((shard) => shard.erase(user));
  let orders = 0;
  await everywhere(async (shard) => {
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<RemoteLedger["eraseOrders"]>> = await shard.eraseOrders({
        user,
        clients,
        after,
        rows,
      });
      orders += page.rows;
      after = page.next;
    } while (after !== null);
  });
  return orders;
}

const line = { item_id: "a", quantity: 2, price: 10 };
const order = (transaction_id: string, user_id: string, rest: Partial<ReplicaOrder> = {}): ReplicaOrder => ({
  transaction_id,
  version: 1,
  user_id,
  at: TODAY,
  date_only: true,
  cancelled: false,
  lines: [line],
  ...rest,
});
const signIn = (id: string, client: string, user: string, received_at: number): Interaction =>
  interaction(id, { name: "sign_in", shopper: user, items: [], params: { client }, received_at });

/** Every text of every table of every shard. */
async function everything(): Promise<string> {
  const texts: string[] = [];
  await everywhere(async (shard) => {
    const tables = await shard.sql(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*' AND name <> 'sqlite_sequence'",
    );
    for (const { name } of tables) texts.push(JSON.stringify(await shard.sql(`SELECT * FROM "${String(name)}"`)));
  });
  return texts.join("\n").replaceAll("\\", "");
}

async function lakeRows(): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (const prefix of ["events/", "orders/"]) {
    const { objects } = await runtime.env.LAKE.list({ prefix });
    for (const { key } of objects)
      rows.push(...(await parquetRows(await (await runtime.env.LAKE.get(key))?.arrayBuffer())));
  }
  return rows;
}
const inLake = (rows: readonly Record<string, unknown>[], shopper: string): number =>
  rows.filter((row) => row["shopper"] === pseudonymizer(SECRET)(shopper)).length;

async function sales(item: string): Promise<Record<string, unknown> | null> {
  await flush();
  return runtime.env.DB.prepare(
    "SELECT sum(views) AS views, sum(purchases) AS purchases, sum(quantity) AS quantity, sum(revenue) AS revenue FROM hourly_items WHERE item_id = ?",
  )
    .bind(item)
    .first();
}

describe("a user who is erased", () => {
  it("leaves no id behind: totals, sign-ins, orders, what waits for shards, counters and lake", async () => {
    const [user, client] = ["u:forgotten", "c:forgotten-browser"];
    await append(
      interaction("gone-1", { shopper: user, session_id: "a-visit" }),
      interaction("gone-2", { shopper: client, received_at: TODAY }),
      purchase("gone-3", "gone-order", [line], { shopper: client }),
      interaction("stays", { shopper: "u:forgotten-not" }),
      signIn("gone-4", client, user, TODAY + 1_000),
      purchase("gone-5", "gone-order-2", [line], { shopper: user }),
    );
    await appendOrder(order("gone-order-3", "forgotten"));
    await appendOrder(order("other-order", "forgotten-not"));
    expect(await everything()).toContain('"u:forgotten"');
    expect(await erase(user)).toBe(3);
    const left = await everything();
    for (const text of ['"u:forgotten"', '"user_id":"forgotten"', "a-visit"]) expect(left).not.toContain(text);
    await settle();
    expect(await totalsOf(user)).toEqual([]);
    expect(await totalsOf(client)).toEqual([]);
    expect(await totalsOf("u:forgotten-not")).toMatchObject([{ views: 1, purchases: 1 }]);
    expect(await sales("a")).toEqual({ views: 3, purchases: 4, quantity: 8, revenue: 80 });
    const rows = await lakeRows();
    expect(inLake(rows, user)).toBe(0);
    expect(inLake(rows, "u:forgotten-not")).toBe(2);
    // Rows are there all the same, each event once.
    expect(rows.filter((row) => String(row["event_id"]).startsWith("gone-"))).toHaveLength(5);
    expect(rows.find((row) => row["event_id"] === "gone-1")).toMatchObject({ shopper_kind: "one_off", session: null });
  });

  it("does not come back: by late events, sign-ins, transfers, refunds, or a later reading of the replica", async () => {
    const [user, client, item_id] = ["u:back", "c:back-browser", "back"];
    const items = [{ ...line, item_id }];
    await append(
      interaction("back-1", { shopper: user, items }),
      interaction("back-2", { shopper: client, received_at: TODAY, items }),
      purchase("back-3", "back-order", items, { shopper: client }),
      signIn("back-4", client, user, TODAY + 1_000),
    );
    await appendOrder(order("back-order-2", "back", { lines: items }));
    await settle();
    expect(await totalsOf(user)).toMatchObject([{ views: 2, purchases: 2 }]);
    const before = await sales(item_id);
    await erase(user);
    expect(await sales(item_id)).toEqual(before);

    await append(
      interaction("back-5", { shopper: user, items, session_id: "another-visit" }),
      interaction("back-6", { shopper: client, received_at: TODAY, items }),
      interaction("back-7", { shopper: "c:back-browser-2", received_at: TODAY, items }),
      signIn("back-8", "c:back-browser-2", user, TODAY + 2_000),
      purchase("back-9", "back-order-4", items, { shopper: user }),
    );
    await shardAt(shardOf(user, SHARDS)).receive(77, [
      { sequence: 1, entries: [{ as_of: TODAY, totals: { ...NO_TOTALS, shopper: user, item_id, views: 1 } }] },
    ]);
    for (const version of [2, 3]) await appendOrder(order("back-order", "back", { version, lines: items }));
    for (const version of [2, 3]) await appendOrder(order("back-order-2", "back", { version, lines: items }));
    await appendOrder(order("back-order-3", "back", { lines: items }));
    await settle();
    for (const shopper of [user, client, "c:back-browser-2"]) expect(await totalsOf(shopper)).toEqual([]);
    const stored = await everything();
    for (const text of ['"u:back"', '"user_id":"back"', "another-visit"]) expect(stored).not.toContain(text);
    // Sales go on being counted, each once: two new orders, and three new views.
    expect(await sales(item_id)).toEqual({ views: 5, purchases: 4, quantity: 8, revenue: 80 });

    // A return and a cancellation are taken off the same sale, and off nobody's totals.
    const params = { transaction_id: "back-order", currency: "USD" };
    await append(interaction("back-10", { name: "refund", shopper: user, items, params }));
    await appendOrder(order("back-order-2", "back", { version: 4, lines: items, cancelled: true }));
    await settle();
    expect(await sales(item_id)).toEqual({ views: 5, purchases: 2, quantity: 4, revenue: 40 });
    for (const shopper of [user, client]) expect(await totalsOf(shopper)).toEqual([]);
    const rows = await lakeRows();
    // What had reached the lake before is the caller's to remove.
    const late = rows.filter((row) => ["back-5", "back-8", "back-9", "back-10"].includes(String(row["event_id"])));
    expect(late).toHaveLength(4);
    expect(inLake(late, user)).toBe(0);
  });

  it("takes along only what a shared browser did in the user's time", async () => {
    const client = "c:shared-browser";
    await append(
      purchase("shared-1", "shared-order-1", [line], { shopper: client, received_at: TODAY }),
      signIn("shared-2", client, "u:shared-first", TODAY + 1_000),
      purchase("shared-3", "shared-order-2", [line], { shopper: client, received_at: TODAY + 2_000 }),
      signIn("shared-4", client, "u:shared-second", TODAY + 3_000),
    );
    await settle();
    expect(await erase("u:shared-first")).toBe(1);
    expect(await totalsOf("u:shared-second")).toMatchObject([{ purchases: 1 }]);
    const params = { transaction_id: "shared-order-2", currency: "USD" };
    await append(interaction("shared-5", { name: "refund", shopper: client, items: [line], params }));
    await settle();
    expect(await totalsOf("u:shared-second")).toMatchObject([{ purchases: 0, refunds: 1 }]);
  });

  it("is in no message that another shard has yet to get, whose others arrive", async () => {
    const [user, other] = ["u:waits", "u:waits-not"];
    const target = shardOf(user, SHARDS);
    const source = shardAt((target + 1) % SHARDS);
    await source.append([interaction("waits-1", { shopper: "x:1" })]);
    const entries = [user, other].map((shopper) => ({
      as_of: TODAY,
      totals: { ...NO_TOTALS, shopper, item_id: "a", views: 1 },
    }));
    await source.sql(
      "INSERT INTO transfers (target, value) VALUES (?, ?)",
      shardOf(other, SHARDS),
      JSON.stringify(entries),
    );
    await source.erase(user);
    expect(await everything()).not.toContain('"u:waits"');
    expect(await source.settle()).toBe(0);
    expect(await totalsOf(other)).toMatchObject([{ views: 1 }]);
  });

  it("is not named by what becomes of an order before that was erased too, nor does a later reading change anything", async () => {
    const [user, item_id] = ["u:between", "between"];
    const lines = [{ ...line, item_id }];
    const shard = shardAt(orderShardOf("between-order", SHARDS));
    await appendOrder(order("between-order", "between", { lines }));
    await flush();
    await everywhere((one) => one.erase(user));
    await appendOrder(order("between-order", "between", { lines, version: 2, cancelled: true }));
    expect(await everything()).not.toContain('"u:between"');
    expect(await sales(item_id)).toEqual({ views: 0, purchases: 0, quantity: 0, revenue: 0 });
    expect(await erase(user)).toBe(0);
    await appendOrder(order("between-order", "between", { lines, version: 3, cancelled: true }));
    expect(await shard.status()).toMatchObject({ uncounted_since: null, unstored_since: null });
  });

  it("is erased after what is on its way to the lake has got there: nothing of before comes later", async () => {
    const user = "u:under-way";
    const shard = shardAt(shardOf(user, SHARDS));
    await append(interaction("under-way-1", { shopper: user }));
    await shard.slowLake(700);
    const flushed = shard.flush();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await shard.erase(user);
    expect((await lakeRows()).filter((row) => row["event_id"] === "under-way-1")).toHaveLength(1);
    await flushed;
    await shard.slowLake(0);
  });

  it("can be erased again, also after an eviction, and is remembered by it", async () => {
    const user = "u:again";
    const shard = shardAt(shardOf(user, SHARDS));
    await append(interaction("again-1", { shopper: user }));
    expect(await shard.erase(user)).toEqual({ rows: 1 });
    await shard.evict();
    await append(interaction("again-2", { shopper: user }));
    expect(await shard.erase(user)).toEqual({ rows: 0 });
    expect(await totalsOf(user)).toEqual([]);
    expect(await shard.readAsOf((await shard.clock()) - 1)).not.toContainEqual(
      expect.objectContaining({ shopper: user }),
    );
  });

  it("leaves of events that wait, and of those that come later, what counts and no word", async () => {
    const [user, item_id, word] = ["u:talks", "talks", "my-own-words"];
    const items = [{ ...line, item_id }];
    const said = { search_term: `${word} shoes`, note: word, client: word, list: [word] };
    const talk = (moment: string) => [
      interaction(`talk-search-${moment}`, { name: "search", shopper: user, items: [], params: said }),
      interaction(`talk-rate-${moment}`, { name: "rate_item", shopper: user, items, params: { ...said, rating: 4 } }),
      interaction(`talk-odd-${moment}`, { shopper: user, items, params: { currency: [word], rating: word } }),
      purchase(`talk-buy-${moment}`, `talk-order-${moment}`, items, {
        shopper: user,
        params: { ...said, transaction_id: `talk-order-${moment}`, currency: "USD" },
      }),
      signIn(`talk-in-${moment}`, `c:talks-browser-${moment}`, user, TODAY + 1_000),
    ];
    await append(...talk("waits"));
    expect(await everything()).toContain(word);
    await erase(user);
    expect(await everything()).not.toContain(word);
    await append(...talk("late"));
    expect(await everything()).not.toContain(word);

    expect(await sales(item_id)).toEqual({ views: 2, purchases: 2, quantity: 4, revenue: 40 });
    const rows = (await lakeRows()).filter((row) => String(row["event_id"]).startsWith("talk-"));
    expect(rows).toHaveLength(10);
    for (const row of rows) expect(row).toMatchObject({ params: null, search_term: null, shopper_kind: "one_off" });
    const row = (id: string) => rows.find(({ event_id }) => event_id === id);
    for (const moment of ["waits", "late"]) {
      expect(row(`talk-rate-${moment}`)).toMatchObject({ rating: 4 });
      expect(row(`talk-buy-${moment}`)).toMatchObject({ transaction_id: `talk-order-${moment}`, currency: "USD" });
    }
    expect(row("talk-in-waits")).toMatchObject({ signed_in_client: null });
  });

  it("is known by the lake's pseudonym and nothing else, once, however often erased", async () => {
    const user = "u:kept-out";
    const shard = shardAt(shardOf(user, SHARDS));
    await shard.erase(user);
    await shard.erase(user);
    expect(await everything()).not.toContain("kept-out");
    const kept = await shard.sql("SELECT * FROM erased WHERE pseudonym = ?", pseudonymizer(SECRET)(user));
    expect(kept).toEqual([{ pseudonym: pseudonymizer(SECRET)(user), erased_at: expect.any(Number) }]);
  });

  it.each(["again", "c:again", ""])("is one by the id of a user: not %j", async (id) => {
    await expect(shardAt(0).raw("erase", id)).rejects.toThrow();
  });
});
