import { afterAll, beforeAll, expect, it } from "vitest";

import { SYNC_CRON } from "../../../workers/crons/crons.ts";
import { postgresServer, type TestServer } from "../../support/databases.ts";
import { eventually, startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { createShop, type ShopDatabase } from "../../sync/shop-database.ts";

/** Beside the period in which the replica is read, so long may an order take. */
const SHOWN_WITHIN_MILLISECONDS = 60_000;
const TIMEOUT_MILLISECONDS = 180_000;

let server: TestServer;
let shop: ShopDatabase;
let runtime: TestRuntime;
beforeAll(async () => {
  const found = await postgresServer();
  if (found === null) throw new Error("PGlite stands in where there is no server");
  server = found;
  shop = await createShop(server);
  // Nothing is hurried: the ledger takes its own time.
  runtime = await startRuntime({ replica: shop.url });
});
afterAll(async () => {
  await runtime.close();
  await server.stop();
});

async function sales(): Promise<{ orders: number; units: number; revenue: number }> {
  const { body, status } = await runtime.call("/v1/analytics/sales?period=7d&interval=total");
  expect(status).toBe(200);
  const [row] = body.data;
  return { orders: row?.orders ?? 0, units: row?.units ?? 0, revenue: row?.revenue ?? 0 };
}

it(
  "an order in the replica is in the sales within a minute after the sync began that reads it",
  { timeout: TIMEOUT_MILLISECONDS },
  async () => {
    const today = new Date().toISOString().slice(0, "2026-11-21".length);
    await shop.sql(
      `INSERT INTO [orders] ([orderNumber], [orderDate], [status], [customerNumber]) VALUES (99001, '${today}', 'Shipped', 103)`,
    );
    await shop.sql(
      `INSERT INTO [orderdetails] ([orderNumber], [productCode], [quantityOrdered], [priceEach])
       VALUES (99001, 'P10_1001', 3, 80.10), (99001, 'P18_1003', 1, 99.50)`,
    );
    const worker = runtime.harness.getWorker();
    await worker.scheduled({ cron: SYNC_CRON });
    const began = Date.now();
    const shown = await eventually(async () => {
      const found = await sales();
      return found.orders > 0 && found;
    }, SHOWN_WITHIN_MILLISECONDS);
    expect(Date.now() - began).toBeLessThan(SHOWN_WITHIN_MILLISECONDS);
    expect(shown).toEqual({ orders: 1, units: 4, revenue: 339.8 });

    await shop.sql("UPDATE [orders] SET [status] = 'Cancelled' WHERE [orderNumber] = 99001");
    await worker.scheduled({ cron: SYNC_CRON });
    await eventually(async () => (await sales()).units === 0, SHOWN_WITHIN_MILLISECONDS);
    expect(await sales()).toEqual({ orders: 0, units: 0, revenue: 0 });
  },
);
