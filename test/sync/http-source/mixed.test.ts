import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { postgresServer, type TestServer } from "../../support/databases.ts";
import { openWriter, resetShop, type Writer } from "../property/shop.ts";
import { type ApiRow, type ApiShop, customer, order, rating, someRows, startApiShop } from "./api-shop.ts";
import { driveRuntime, type DrivenRuntime } from "./driven.ts";
import type { Variant } from "./http-shop.ts";

/** Writes orders and ratings of the API's form into the replica's tables. */
async function fillReplica(writer: Writer, orders: readonly ApiRow[], ratings: readonly ApiRow[]): Promise<void> {
  await resetShop(writer);
  for (const { id, customer: buyer, lines } of orders) {
    await writer.run(`INSERT INTO orders VALUES (${Number(id)}, ${Number(buyer)}, '2026-03-04')`);
    for (const [place, line] of (lines as { product: string; quantity: number; price: number }[]).entries()) {
      const values = [Number(id), place, `'${line.product}'`, line.quantity, line.price];
      await writer.run(`INSERT INTO order_lines VALUES (${values.join(", ")})`);
    }
  }
  for (const { customer: buyer, product, stars } of ratings) {
    await writer.run(`INSERT INTO ratings VALUES (${Number(buyer)}, '${String(product)}', ${Number(stars)})`);
  }
}

describe("a shop whose users and items are read by HTTP, and whose orders and ratings from the replica", () => {
  let server: TestServer | null;
  let driven: DrivenRuntime;
  let writer: Writer;
  let shop: ApiShop;
  let variant: Variant;

  beforeAll(async () => {
    server = await postgresServer();
    if (server === null) return;
    const database = await server.createDatabase();
    writer = await openWriter("postgres", database.url);
    driven = await driveRuntime(database.url);
  });
  afterAll(async () => {
    await writer?.close();
    await driven?.runtime.close();
    await server?.stop();
  });

  beforeEach(async (test) => {
    if (server === null) return test.skip();
    await driven.forget();
    const rows = someRows();
    shop = await startApiShop("link", rows);
    variant = { url: shop.api.url, paging: "link", since: false, orders: "replica", verifyEveryRuns: 3 };
    await fillReplica(writer, rows.orders, rows.ratings);
    return () => shop.api.stop();
  });

  it("is in D1 after the first run, and follows both", async () => {
    const { rows } = shop;
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    await driven.expectEqual(rows);
    expect(shop.api.requests.map(({ path }) => path)).not.toContain("/api/v1/orders");

    rows.customers.push(customer(40));
    rows.products.splice(7, 1);
    rows.orders = [...rows.orders.slice(1), order(41, 40, ["P1"])];
    rows.ratings = [rating(1, "P0", 1), rating(40, "P2", 2)];
    await fillReplica(writer, rows.orders, rows.ratings);
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    await driven.expectEqual(rows);
  });

  it("keeps an order of the replica waiting for a customer whom the API does not give yet", async () => {
    const { rows } = shop;
    await driven.run(variant);
    rows.orders.push(order(50, 50, ["P1"]));
    await fillReplica(writer, rows.orders, rows.ratings);
    await driven.run(variant);
    await driven.expectEqual(rows);
    expect(await driven.stored("SELECT row_key, reason FROM sync_quarantine")).toEqual([
      { row_key: "50", reason: "unknown_user" },
    ]);
    rows.customers.push(customer(50));
    await driven.run(variant);
    await driven.expectEqual(rows);
  });

  it("is read from the replica while the API is away, and has the API's features once it is back", async () => {
    shop.before = () => shop.api.answerNext({ status: 0, broken: true });
    const { entities } = await driven.run(variant);
    expect(entities).toMatchObject({ users: { state: "failed" }, orders: { state: "complete" } });
    shop.before = () => undefined;
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    await driven.expectEqual(shop.rows);
    const features = await driven.stored("SELECT name FROM features WHERE entity = 'items' AND state = 'active'");
    expect(features.map((row) => row["name"])).toEqual(["category", "colour", "price", "title"]);
    // What the API showed is remembered: a member that it loses is a change of format.
    const renamed = (name: string): string => (name === "stock" ? "stock_level" : name);
    shop.rows.products = shop.rows.products.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [renamed(name), value])),
    );
    expect(await driven.run(variant)).toMatchObject({ state: "incomplete" });
    const changes = await driven.stored("SELECT column_name, kind FROM schema_changes ORDER BY column_name");
    expect(changes).toEqual([
      { column_name: "stock", kind: "column_dropped" },
      { column_name: "stock_level", kind: "column_added" },
    ]);
  });

  it("may move orders and ratings from the API to the replica, and back", async () => {
    const { rows } = shop;
    const byHttp: Variant = { ...variant, orders: "http" };
    expect(await driven.run(byHttp)).toMatchObject({ state: "complete" });
    const fewer = { ...rows, orders: rows.orders.slice(2), ratings: [rating(5, "P5", 4)] };
    await fillReplica(writer, fewer.orders, fewer.ratings);
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    await driven.expectEqual(fewer);
    expect(await driven.run(byHttp)).toMatchObject({ state: "complete" });
    await driven.expectEqual(rows);
  });
});
