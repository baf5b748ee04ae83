import { afterAll, beforeAll, expect, it } from "vitest";

import config from "../../endcap.config.ts";
import { runSync } from "../../workers/workflows/sync/run-sync.ts";
import { workerServices } from "../../workers/workflows/sync/worker-services.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import { Ledgers, purchase, TODAY } from "../durable-objects/ledger-world.ts";
import { postgresServer, type TestServer } from "../support/databases.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { createShop, type ShopDatabase } from "./shop-database.ts";

let server: TestServer;
let shop: ShopDatabase;
let runtime: TestRuntime;
let ledgers: Ledgers;
beforeAll(async () => {
  const found = await postgresServer();
  if (found === null) throw new Error("PGlite stands in where there is no server");
  server = found;
  shop = await createShop(server);
  runtime = await startRuntime();
  ledgers = new Ledgers(runtime);
});
afterAll(async () => {
  await runtime.close();
  await server.stop();
});

/** A run of the sync's own code, in which the ledger may be away. */
async function run(isLedgerAway = false): Promise<string> {
  const services = {
    ...workerServices(runtime.env, config),
    openSource: () => openReplica(shop.url, config.sync.statementSeconds),
    ...(isLedgerAway ? { bookOrders: () => Promise.reject(new Error("the ledger is away")) } : {}),
  };
  const step = { do: <Value>(_name: string, work: () => Promise<Value>): Promise<Value> => work() };
  const params = { runId: crypto.randomUUID(), trigger: "manual" as const };
  try {
    const ended = await runSync(services, step, params, () => Promise.resolve());
    return ended?.state ?? "not begun";
  } catch (error) {
    return String(error);
  }
}

async function boughtBy(user: string): Promise<Record<string, number[]>> {
  const totals = await ledgers.totals(`u:${user}`);
  return Object.fromEntries(totals.map((one) => [one.item_id, [one.purchases, one.quantity, one.revenue]]));
}

it("the replica's orders are purchases in the ledger: once, also when the storefront told of them, and back when cancelled", async () => {
  // Whom the storefront does not know, the replica does.
  const items = [{ item_id: "P10_1001", quantity: 2, price: 80.1 }];
  await ledgers.append([purchase("store-1", "20001", items, { shopper: "c:browser", at: TODAY, country: "FR" })]);

  expect(await run(true)).not.toBe("complete");
  await ledgers.flush();
  expect(await boughtBy("103")).toEqual({});

  expect(await run()).toBe("complete");
  await ledgers.flush();
  const sold = { P10_1001: [1, 2, 160.2], P18_1003: [1, 30, 2985] };
  expect(await boughtBy("103")).toEqual(sold);
  expect((await ledgers.totals("c:browser")).map((one) => one.quantity)).toEqual([0]);
  // A cancelled order counts as nothing.
  expect(await boughtBy("112")).toEqual({ P10_1002: [0, 0, 0] });

  expect(await run()).toBe("complete");
  await ledgers.flush();
  expect(await boughtBy("103")).toEqual(sold);

  await shop.sql("UPDATE [orders] SET [status] = 'Cancelled' WHERE [orderNumber] = 20001");
  await shop.sql("UPDATE [orders] SET [status] = 'Shipped' WHERE [orderNumber] = 20002");
  expect(await run()).toBe("complete");
  await ledgers.flush();
  expect(await boughtBy("103")).toEqual({ P10_1001: [0, 0, 0], P18_1003: [0, 0, 0] });
  expect(await boughtBy("112")).toEqual({ P10_1002: [1, 50, 10_000] });

  // An order that the source archives stays the sale that it was.
  await shop.sql("DELETE FROM [orders] WHERE [orderNumber] = 20002");
  expect(await run()).toBe("complete");
  await ledgers.flush();
  expect(await boughtBy("112")).toEqual({ P10_1002: [1, 50, 10_000] });

  const { results } = await runtime.env.DB.prepare(
    "SELECT item_id, grain, country, sum(quantity) AS quantity FROM hourly_items GROUP BY item_id, grain, country ORDER BY item_id",
  ).all();
  expect(results).toEqual([
    { item_id: "P10_1001", grain: "hour", country: "FR", quantity: 0 },
    { item_id: "P10_1002", grain: "day", country: "US", quantity: 50 },
    { item_id: "P18_1003", grain: "hour", country: "FR", quantity: 0 },
  ]);
});
