import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type ApiShop, customer, order, product, rating, someRows, startApiShop } from "./api-shop.ts";
import { driveRuntime, type DrivenRuntime } from "./driven.ts";
import type { Variant } from "./http-shop.ts";

const ENTITIES = ["users", "items", "orders", "ratings"] as const;

const WAYS = [
  { paging: "cursor", since: false },
  { paging: "cursor", since: true },
  { paging: "link", since: false },
  { paging: "link", since: true },
] as const;

/** What Node has of JSON and TypeScript's library has not. */
const json = JSON as unknown as { rawJSON(text: string): unknown };

let driven: DrivenRuntime;
beforeAll(async () => {
  driven = await driveRuntime();
});
afterAll(async () => {
  await driven?.runtime.close();
});

function now(): string {
  return driven.now();
}

describe.each(WAYS)("a shop read by HTTP alone, paging by $paging, since: $since", ({ paging, since }) => {
  let shop: ApiShop;
  let variant: Variant;

  beforeEach(async () => {
    await driven.forget();
    shop = await startApiShop(paging, someRows());
    variant = { url: shop.api.url, paging, since, orders: "http", verifyEveryRuns: 3 };
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    return () => shop.api.stop();
  });

  it("is in D1 after the first run, lines and attributes included", async () => {
    await driven.expectEqual(shop.rows);
    const [first] = await driven.stored("SELECT ordered_at, date_only FROM orders WHERE order_id = '1'");
    expect(first).toEqual({ ordered_at: Date.parse("2026-03-04T05:06:07Z"), date_only: 0 });
    expect(JSON.stringify(await driven.stored("SELECT * FROM users"))).not.toContain("@post");
  });

  it("costs no written row while nothing changes", async () => {
    const asked = shop.api.requests.length;
    const { state, counts } = await driven.run(variant);
    expect(state).toBe("complete");
    for (const entity of ENTITIES) expect(counts[entity] ?? { written: 0 }).toMatchObject({ written: 0 });
    expect(counts["items"]?.["read"] ?? 0).toBe(since ? 0 : 10);
    const sinces = shop.api.requests.slice(asked).filter(({ query }) => query["since"] !== undefined);
    expect(sinces.length > 0).toBe(since);
  });

  it("follows changed and new rows, lines of an order included", async () => {
    const { rows } = shop;
    rows.customers[2] = customer(3, { country: "DE", city: null, updated_at: now() });
    rows.products[4] = product("P4", { price: 0.1, details: { colour: "blue", wheels: 4 }, updated_at: now() });
    rows.products.push(product("P10", { updated_at: now() }));
    rows.customers.unshift(customer(0, { updated_at: now() }));
    rows.orders[0] = order(1, 1, ["P10"], { updated_at: now() });
    rows.orders.push(order(6, 0, ["P10", "P1"], { updated_at: now() }));
    rows.ratings[0] = rating(1, "P0", 2, { updated_at: now() });
    const { counts } = await driven.run(variant);
    expect(counts).toMatchObject({
      users: { written: 2 },
      items: { written: 2 },
      orders: { written: 2 },
      ratings: { written: 1 },
    });
    await driven.expectEqual(rows);
  });

  it("finds what is gone when it reads everything", async () => {
    const { rows } = shop;
    rows.ratings.splice(1, 1);
    rows.orders.splice(4, 1);
    rows.customers.splice(5, 1);
    rows.products.splice(7, 1);
    await driven.run(variant);
    const live = await driven.stored("SELECT count(*) AS n FROM items WHERE deleted_at IS NULL");
    expect(live).toEqual([{ n: since ? 10 : 9 }]);
    // What is asked for changes only sees no deletion until everything is read.
    const runs = since ? variant.verifyEveryRuns - 1 : 0;
    for (let left = runs; left > 0; left--) await driven.run(variant);
    await driven.expectEqual(rows);
  });

  it("takes a row that says of itself that it is deleted for gone at once, and back again", async () => {
    const { rows } = shop;
    rows.products[3] = product("P3", { deleted_at: now(), updated_at: now() });
    await driven.run(variant);
    await driven.expectEqual(rows);
    rows.products[3] = product("P3", { updated_at: now() });
    await driven.run(variant);
    await driven.expectEqual(rows);
  });

  it("keeps an order waiting for a customer that comes later", async () => {
    const { rows } = shop;
    rows.orders.push(order(7, 77, ["P1"], { updated_at: now() }));
    await driven.run(variant);
    expect(await driven.stored("SELECT row_key, reason FROM sync_quarantine")).toEqual([
      { row_key: "7", reason: "unknown_user" },
    ]);
    rows.customers.push(customer(77, { updated_at: now() }));
    await driven.run(variant);
    expect(await driven.stored("SELECT * FROM sync_quarantine")).toEqual([]);
    await driven.expectEqual(rows);
  });

  it("forgets the fault of a row that was mended or is gone, one without a key included", async () => {
    const { rows } = shop;
    rows.products.push(product("P11", { price: -1, updated_at: now() }));
    rows.products.push({ ...product("P12", { updated_at: now() }), code: null });
    rows.ratings.push(rating(4, "P2", 9, { updated_at: now() }));
    await driven.run(variant);
    expect(await driven.stored("SELECT reason FROM sync_quarantine ORDER BY reason")).toEqual([
      { reason: "key_missing" },
      { reason: "price_negative" },
      { reason: "rating_out_of_range" },
    ]);
    rows.products.splice(10, 2, product("P11", { updated_at: now() }));
    rows.ratings.pop();
    await driven.run(variant);
    expect(await driven.stored("SELECT * FROM sync_quarantine")).toEqual([]);
    await driven.expectEqual(rows);
  });

  it("sets an order aside whose lines are no list, and takes ids as the API writes them", async () => {
    const { rows } = shop;
    const exact = json.rawJSON("9007199254740993");
    rows.products.push({ ...product("", { updated_at: now() }), code: exact });
    rows.orders.push({ ...order(8, 1, ["P1"], { updated_at: now() }), lines: { product: "P1" } });
    rows.orders.push({ ...order(9, 1, [], { updated_at: now() }), lines: [{ product: exact, quantity: 1, price: 5 }] });
    rows.orders.push({ ...order(10, 1, [], { updated_at: now() }), lines: null });
    await driven.run(variant);
    expect(await driven.stored("SELECT row_key, reason FROM sync_quarantine")).toEqual([
      { row_key: "8", reason: "lines_not_readable" },
    ]);
    const orders = await driven.stored("SELECT lines FROM orders WHERE order_id IN ('9', '10') ORDER BY order_id");
    expect(orders.map((row) => row["lines"])).toEqual([
      "[]",
      '[{"item_id":"9007199254740993","quantity":1,"price":5}]',
    ]);
  });

  it("finds a deletion although the API gives one key twice", async () => {
    const { rows } = shop;
    // On two pages, also when one row less comes before: neither tells that the other has it.
    const between = [rating(4, "P3", 2), rating(4, "P4", 2), rating(5, "P5", 2)];
    rows.ratings = [...rows.ratings, ...between, rating(1, "P0", 5)];
    variant = { ...variant, verifyEveryRuns: 1 };
    await driven.run(variant);
    rows.ratings.splice(1, 1);
    await driven.run(variant);
    await driven.expectEqual(rows);
  });

  it("reads a table that has no rows yet, and one that has none any more", async () => {
    const { rows } = shop;
    variant = { ...variant, verifyEveryRuns: 1 };
    const [orders, ratings] = [rows.orders, rows.ratings];
    rows.orders = [];
    rows.ratings = [];
    await driven.forget();
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    await driven.expectEqual(rows);
    rows.orders = orders;
    rows.ratings = ratings;
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    await driven.expectEqual(rows);
    rows.ratings = [];
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    await driven.expectEqual(rows);
    expect(await driven.stored("SELECT kind, column_name FROM schema_changes")).toEqual([]);
  });
});
