import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { shardOf } from "../../domain/hash.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import type { ReplicaOrder } from "../../domain/ledger/order-state.ts";
import { parquetRows } from "../support/parquet.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { interaction, Ledgers, purchase, TODAY } from "./ledger-world.ts";

let runtime: TestRuntime;
let ledgers: Ledgers;
beforeAll(async () => {
  runtime = await startRuntime();
  ledgers = new Ledgers(runtime);
});
afterAll(() => runtime.close());

const HOUR = 3_600_000;
const storageOf = (shard: number) =>
  runtime.harness.getWorker<Env>().getDurableObjectStorage("INTERACTION_LEDGER", { name: ledgerName(shard) });
const shardOfShopper = (shopper: string): number => shardOf(shopper, ledgers.shards);

function replicaOrder(transaction_id: string, rest: Partial<ReplicaOrder> = {}): ReplicaOrder {
  return {
    transaction_id,
    version: 1,
    user_id: "489",
    at: TODAY,
    date_only: true,
    cancelled: false,
    country: "FR",
    lines: [{ item_id: "car", quantity: 2, price: 10 }],
    ...rest,
  };
}

async function salesOf(item: string): Promise<Record<string, unknown>[]> {
  const { results } = await runtime.env.DB.prepare(
    `SELECT hour, grain, country, sum(purchases) AS purchases, sum(quantity) AS quantity, sum(revenue) AS revenue
     FROM hourly_items WHERE item_id = ? GROUP BY hour, grain, country HAVING sum(quantity) <> 0 ORDER BY hour`,
  )
    .bind(item)
    .all();
  return results;
}

async function lakeRows(table: "events" | "orders"): Promise<Record<string, unknown>[]> {
  const { objects } = await runtime.env.LAKE.list({ prefix: `${table}/` });
  const files = await Promise.all(objects.map(({ key }) => runtime.env.LAKE.get(key)));
  const rows = await Promise.all(files.map(async (file) => parquetRows(await file?.arrayBuffer())));
  return rows.flat();
}

describe("append", () => {
  it("counts an event once: within a batch and across batches", async () => {
    const shopper = "u:once";
    const batch = ["once-1", "once-2", "once-1"].map((id) => interaction(id, { shopper }));
    expect(await ledgers.append(batch)).toEqual({ appended: 2, duplicates: 1, tooOld: [] });
    expect(await ledgers.append(batch)).toEqual({ appended: 0, duplicates: 3, tooOld: [] });
    const more = [...batch, interaction("once-3", { shopper })];
    expect(await ledgers.append(more)).toEqual({ appended: 1, duplicates: 3, tooOld: [] });
    expect(await ledgers.totals(shopper)).toMatchObject([{ item_id: "a", views: 3 }]);
  });

  it("keeps totals per shopper and item, by kind", async () => {
    const at = (second: number) => ({ at: TODAY + second * 1_000, shopper: "u:kinds" });
    await ledgers.append([
      interaction("kinds-1", at(1)),
      interaction("kinds-2", { name: "add_to_cart", ...at(2) }),
      interaction("kinds-3", { name: "remove_from_cart", ...at(3) }),
      interaction("kinds-5", { name: "rate_item", params: { rating: 4 }, ...at(6) }),
      interaction("kinds-6", { name: "rate_item", params: { rating: 1 }, ...at(5) }),
      interaction("kinds-7", { name: "add_to_wishlist", ...at(6) }),
      interaction("kinds-8", { shopper: "u:others" }),
    ]);
    await ledgers.append([interaction("kinds-10", { name: "rate_item", params: { rating: 2 }, ...at(0) })]);
    expect(await ledgers.totals("u:kinds")).toEqual([
      {
        shopper: "u:kinds",
        item_id: "a",
        views: 1,
        carts: 1,
        removals: 1,
        purchases: 0,
        refunds: 0,
        others: 1,
        quantity: 0,
        revenue: 0,
        rating: 4,
        rated_at: at(6).at,
        last_at: at(6).at,
      },
    ]);
  });

  it("never lets a list that was looked past, or a one-off id, touch the totals", async () => {
    const shelf = interaction("lists-1", { shopper: "u:lists", name: "view_item_list", recommendation_id: "r" });
    const oneOff = interaction("lists-2", { shopper: "x:lists" });
    expect(await ledgers.append([shelf, oneOff])).toMatchObject({ appended: 2 });
    expect(await ledgers.totals("u:lists")).toEqual([]);
    expect(await ledgers.shard(shardOfShopper("lists-2")).totals("x:lists")).toEqual([]);
  });

  it("takes a batch that is larger than one text of SQLite may be", async () => {
    const params = { note: "x".repeat(4_000) };
    const batch = Array.from({ length: 1_000 }, (_, n) => interaction(`large-${n}`, { shopper: "u:large", params }));
    expect(await ledgers.append(batch)).toMatchObject({ appended: 1_000, duplicates: 0 });
    expect(await ledgers.totals("u:large")).toMatchObject([{ views: 1_000 }]);
  });

  it("takes nothing that we received so long ago that its id may be forgotten, and says which", async () => {
    const old = interaction("old-1", { shopper: "u:old", received_at: Date.now() - 15 * 24 * HOUR });
    const young = interaction("old-2", { shopper: "u:old" });
    expect(await ledgers.append([old, young])).toEqual({ appended: 1, duplicates: 0, tooOld: ["old-1"] });
    expect(await ledgers.totals("u:old")).toMatchObject([{ views: 1 }]);
  });

  it("writes one row for the batch beside one per id and one per total", async () => {
    const shard = shardOfShopper("u:rows");
    await ledgers.append([interaction("rows-0", { shopper: "u:rows" })]);
    const storage = await storageOf(shard);
    const journal = async () => {
      const [state] = await storage.exec<{ value: string }>("SELECT value FROM state");
      const { active } = JSON.parse(state?.value ?? "{}");
      return storage.exec<{ events: number }>(`SELECT events FROM journal_${active} ORDER BY sequence DESC LIMIT 1`);
    };
    await ledgers.append(Array.from({ length: 50 }, (_, n) => interaction(`rows-${n}`, { shopper: "u:rows" })));
    expect(await journal()).toEqual([{ events: 49 }]);
  });
});

it("names the ids that it never took, in the order asked", async () => {
  const shard = ledgers.shard(shardOfShopper("u:missing"));
  await ledgers.append(["m-1", "m-3"].map((id) => interaction(id, { shopper: "u:missing" })));
  expect(await shard.missing(["m-0", "m-1", "m-2", "m-3"])).toEqual(["m-0", "m-2"]);
  expect(await shard.missing([])).toEqual([]);
});

describe("an order", () => {
  const line = [{ item_id: "car", quantity: 2, price: 10 }];

  it("that storefront and replica both tell of is one purchase, at the storefront's time, however often it is told", async () => {
    const items = [{ item_id: "both", quantity: 2, price: 10 }];
    const at = TODAY + 10 * HOUR;
    await ledgers.append([purchase("both-1", "t-both", items, { shopper: "u:489", at, country: "DE" })]);
    await ledgers.append([purchase("both-2", "t-both", items, { shopper: "u:489", at: at + 1 })]);
    for (let time = 0; time < 3; time++) {
      await ledgers.appendOrder(replicaOrder("t-both", { version: time, lines: items }));
    }
    await ledgers.flush();
    const bought = (await ledgers.totals("u:489")).filter((totals) => totals.item_id === "both");
    expect(bought).toMatchObject([{ purchases: 1, quantity: 2, revenue: 20 }]);
    expect(await salesOf("both")).toEqual([
      { hour: at, grain: "hour", country: "DE", purchases: 1, quantity: 2, revenue: 20 },
    ]);
    const changes = (await lakeRows("orders")).filter((row) => row["item_id"] === "both");
    expect(changes.reduce((sum, row) => sum + Number(row["quantity"]), 0)).toBe(2);
  });

  it("that only the replica tells of counts at its day, and is taken back when it is cancelled", async () => {
    const lines = [{ item_id: "day", quantity: 3, price: 5 }];
    await ledgers.appendOrder(replicaOrder("t-day", { lines }));
    await ledgers.flush();
    const sold = { hour: TODAY, grain: "day", country: "FR", purchases: 1, quantity: 3, revenue: 15 };
    expect(await salesOf("day")).toEqual([sold]);
    await ledgers.appendOrder(replicaOrder("t-day", { lines, cancelled: true, version: 2 }));
    await ledgers.flush();
    expect(await salesOf("day")).toEqual([]);
    const [totals] = (await ledgers.totals("u:489")).filter((one) => one.item_id === "day");
    expect(totals).toMatchObject({ purchases: 0, quantity: 0, revenue: 0, refunds: 1 });
  });

  it("is taken back by a refund as far as that goes, and no further", async () => {
    const params = { transaction_id: "t-refund", currency: "USD" };
    const items = [{ item_id: "car", quantity: 1, price: 10 }];
    await ledgers.append([purchase("refund-1", "t-refund", line, { shopper: "u:refund" })]);
    await ledgers.append([interaction("refund-2", { shopper: "u:refund", name: "refund", items, params })]);
    await ledgers.flush();
    expect(await ledgers.totals("u:refund")).toMatchObject([{ purchases: 1, quantity: 1, revenue: 10, refunds: 0 }]);
    for (const id of ["refund-3", "refund-4"]) {
      await ledgers.append([interaction(id, { shopper: "u:refund", name: "refund", items, params })]);
    }
    await ledgers.flush();
    expect(await ledgers.totals("u:refund")).toMatchObject([{ purchases: 0, quantity: 0, revenue: 0, refunds: 1 }]);
  });

  it("of an anonymous shopper goes to the customer whom the replica names", async () => {
    const items = [{ item_id: "anonymous", quantity: 1, price: 10 }];
    await ledgers.append([purchase("anonymous-1", "t-anonymous", items, { shopper: "c:anonymous" })]);
    await ledgers.flush();
    expect(await ledgers.totals("c:anonymous")).toMatchObject([{ purchases: 1 }]);
    await ledgers.appendOrder(replicaOrder("t-anonymous", { user_id: "named", lines: items }));
    await ledgers.flush();
    expect(await ledgers.totals("c:anonymous")).toMatchObject([{ purchases: 0, quantity: 0, revenue: 0 }]);
    expect(await ledgers.totals("u:named")).toMatchObject([{ purchases: 1, quantity: 1, revenue: 10 }]);
  });

  it("in another currency counts its pieces, and no money that could not be added up", async () => {
    const params = { transaction_id: "t-yen", currency: "JPY" };
    await ledgers.append([purchase("yen-1", "t-yen", line, { shopper: "u:yen", params })]);
    await ledgers.flush();
    expect(await ledgers.totals("u:yen")).toMatchObject([{ purchases: 1, quantity: 2, revenue: 0 }]);
  });
});

describe("a sign-in", () => {
  const signIn = (id: string, client: string, user: string, received_at: number) =>
    interaction(id, { name: "sign_in", shopper: user, items: [], params: { client }, received_at });

  it("takes along what the client did, once, and what comes late", async () => {
    const [client, user] = ["c:signed", "u:signed"];
    const before = { shopper: client, received_at: TODAY };
    const rating = { name: "rate_item", params: { rating: 5 } };
    await ledgers.append([interaction("sign-1", before), interaction("sign-2", { ...before, ...rating })]);
    await ledgers.append([interaction("sign-3", { shopper: user })]);
    const event = signIn("sign-in-1", client, user, TODAY + 1_000);
    for (let time = 0; time < 2; time++) await ledgers.append([event]);
    await ledgers.append([interaction("sign-4", before)]);
    await ledgers.flush();
    expect(await ledgers.totals(user)).toMatchObject([{ views: 3, rating: 5 }]);
    expect(await ledgers.totals(client)).toEqual([]);
  });

  it("leaves what the client does afterwards to whoever signs in next", async () => {
    const client = "c:shared";
    await ledgers.append([interaction("shared-1", { shopper: client })]);
    await ledgers.append([signIn("shared-in-1", client, "u:first", TODAY + 1_000)]);
    await ledgers.append([interaction("shared-2", { shopper: client, received_at: TODAY + 2_000 })]);
    await ledgers.append([signIn("shared-in-2", client, "u:second", TODAY + 3_000)]);
    await ledgers.append([interaction("shared-3", { shopper: client, received_at: TODAY + 500 })]);
    await ledgers.flush();
    expect(await ledgers.totals("u:first")).toMatchObject([{ views: 2 }]);
    expect(await ledgers.totals("u:second")).toMatchObject([{ views: 1 }]);
  });

  it("takes an anonymous order along, its later cancellation included", async () => {
    const items = [{ item_id: "gone", quantity: 1, price: 8 }];
    await ledgers.append([purchase("gone-1", "t-gone", items, { shopper: "c:gone" })]);
    await ledgers.flush();
    await ledgers.append([signIn("gone-in", "c:gone", "u:gone", TODAY + 1_000)]);
    const params = { transaction_id: "t-gone", currency: "USD" };
    await ledgers.append([interaction("gone-2", { shopper: "u:gone", name: "refund", items, params })]);
    await ledgers.flush();
    expect(await ledgers.totals("u:gone")).toMatchObject([{ purchases: 0, quantity: 0, refunds: 1 }]);
    expect(await ledgers.totals("c:gone")).toEqual([]);
  });
});

describe("what follows", () => {
  it("is in counters and lake once, whatever is flushed how often", async () => {
    const shopper = "u:follows";
    const items = [{ item_id: "follows" }];
    await ledgers.append([1, 2, 3].map((n) => interaction(`follows-${n}`, { shopper, items, country: "FR" })));
    await ledgers.flush();
    await ledgers.append([4, 5].map((n) => interaction(`follows-${n}`, { shopper, items, country: "FR" })));
    await ledgers.flush();
    const { results } = await runtime.env.DB.prepare(
      "SELECT hour, country, views FROM hourly_items WHERE item_id = 'follows'",
    ).all();
    expect(results).toEqual([{ hour: TODAY, country: "FR", views: 5 }]);
    const ids = (await lakeRows("events")).map((row) => String(row["event_id"]));
    expect(ids.filter((id) => id.startsWith("follows-")).toSorted()).toEqual(
      [1, 2, 3, 4, 5].map((n) => `follows-${n}`),
    );
    const status = await ledgers.shard(shardOfShopper(shopper)).status();
    expect(status).toMatchObject({ uncounted_since: null, unstored_since: null, sealed: 0, transfers: 0, error: null });
  });

  it("shows nobody's id in the lake", async () => {
    await ledgers.append([interaction("secret-1", { shopper: "u:a-telling-name", session_id: "a-telling-visit" })]);
    await ledgers.flush();
    const rows = await lakeRows("events");
    const [row] = rows.filter((one) => one["event_id"] === "secret-1");
    expect(row).toMatchObject({ shopper_kind: "user" });
    expect(
      JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    ).not.toContain("telling");
  });

  it("promises no hour of ingest to be whole that a later segment could be in", async () => {
    const shard = ledgers.shard(shardOfShopper("u:hours"));
    const promised = await shard.committedBefore();
    expect(promised).toBeLessThanOrEqual(Date.now());
    expect(promised).toBeGreaterThan(Date.now() - 2 * HOUR);
  });
});

it("refuses to start when a migration that ran was changed", async () => {
  const storage = await storageOf(900);
  await storage.exec("UPDATE migrations SET fingerprint = 'of another past'");
  await runtime.harness.getWorker<Env>().evictDurableObject("INTERACTION_LEDGER", { name: ledgerName(900) });
  await expect((async () => ledgers.shard(900).missing([]))()).rejects.toThrow("append-only");
});

it("takes nothing under another number of shards than the deployment was made with, and says which", async () => {
  const other = await startRuntime({ vars: { LEDGER_SHARDS: "8" } });
  try {
    await other.env.DB.prepare("INSERT INTO deployment VALUES ('ledger_shards', '16')").run();
    const event = { event_id: "refused", name: "view_item", params: { items: [{ item_id: "a" }] } };
    const { status, body } = await other.call("/v1/events", { body: { user_id: "1", events: [event] } });
    expect([status, body.error.code]).toEqual([503, "ledger_shards_changed"]);
    expect(body.error.message).toContain("LEDGER_SHARDS is 8, but this deployment was made with 16");
    // What comes by another way than the API is refused too, and stays in its queue.
    await other.env.EVENTS_QUEUE.send({ format: 1, interactions: [interaction("refused-2")] });
    await eventually(() =>
      Promise.resolve(other.harness.getLogs().some(({ message }) => message.includes("LEDGER_SHARDS is 8"))),
    );
  } finally {
    await other.close();
  }
});

describe("the events queue", () => {
  it("counts a message once that is delivered twice", async () => {
    const interactions = [interaction("q-1", { shopper: "u:queue" }), interaction("q-2", { shopper: "u:other" })];
    await runtime.env.EVENTS_QUEUE.send({ format: 1, interactions });
    await runtime.env.EVENTS_QUEUE.send({ format: 1, interactions });
    await runtime.env.EVENTS_QUEUE.send({ format: 1, interactions: [interaction("q-3", { shopper: "u:queue" })] });
    const totals = await eventually(async () => {
      const all = [...(await ledgers.totals("u:queue")), ...(await ledgers.totals("u:other"))];
      const views = all.map((entry) => [entry.shopper, entry.views] as const);
      return views.reduce((sum, [, seen]) => sum + seen, 0) >= 3 && Object.fromEntries(views);
    });
    expect(totals).toEqual({ "u:queue": 2, "u:other": 1 });
  });
});

it("a full segment goes to the lake before its time: of the first shard sooner than of the last", async () => {
  const other = await startRuntime();
  try {
    const all = new Ledgers(other);
    const [first, last] = [0, all.shards - 1].map((shard) => all.shard(shard));
    const shopperOf = (shard: number): string =>
      Array.from({ length: 1_000 }, (_, n) => `u:${n}`).find((id) => shardOf(id, all.shards) === shard) ?? "";
    for (const [shard, ledger] of [
      [0, first],
      [all.shards - 1, last],
    ] as const) {
      const shopper = shopperOf(shard);
      await ledger?.append(Array.from({ length: 9_999 }, (_, n) => interaction(`${shard}-${n}`, { shopper })));
      expect(await ledger?.status()).toMatchObject({ sealed: 0, unstored_since: expect.any(Number) });
      await ledger?.append([interaction(`${shard}-10000`, { shopper })]);
    }
    await eventually(async () => (await first?.status())?.unstored_since === null);
    expect(await last?.status()).toMatchObject({ sealed: 0, unstored_since: expect.any(Number) });
  } finally {
    await other.close();
  }
});

it("says what is wrong when the lake cannot be written, and since when", async () => {
  const other = await startRuntime({ vars: { DATA_SECRET: "" } });
  try {
    const ledger = new Ledgers(other).shard(shardOfShopper("u:stuck"));
    const before = Date.now();
    await ledger.append([interaction("stuck", { shopper: "u:stuck" })]);
    const status = await ledger.flush();
    expect(status).toMatchObject({ uncounted_since: null, sealed: 1 });
    expect(status.failures).toBeGreaterThan(0);
    expect(status.error).toContain("DATA_SECRET is empty");
    expect(status.unstored_since).toBeGreaterThanOrEqual(before);
  } finally {
    await other.close();
  }
});
