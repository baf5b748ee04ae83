import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import config from "../../endcap.config.ts";
import { type QuarantineLine, quarantineLineSchema } from "../../domain/quarantine/record.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import { setAside } from "../../platform/quarantine/set-aside.ts";
import { runSync } from "../../workers/workflows/sync/run-sync.ts";
import { postgresServer, type TestServer } from "../support/databases.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { createShop, type ShopDatabase } from "../sync/shop-database.ts";

let server: TestServer;
let shop: ShopDatabase;
let runtime: TestRuntime;

beforeAll(async () => {
  const found = await postgresServer();
  if (found === null) throw new Error("PGlite stands in where there is no server");
  server = found;
});
afterAll(() => server.stop());

beforeEach(async () => {
  shop = await createShop(server);
  runtime = await startRuntime();
  return () => runtime.close();
});

/** A run of the sync's own code, in which R2 may be away. */
async function run(isR2Away = false): Promise<void> {
  const { env } = runtime;
  const services = {
    db: env.DB,
    config,
    openSource: () => openReplica(shop.url, config.sync.statementSeconds),
    keepAside: (...kept: Parameters<typeof setAside> extends [unknown, ...infer Rest] ? Rest : never) =>
      isR2Away ? Promise.reject(new Error("R2 is away")) : setAside(env, ...kept),
    bookOrders: () => Promise.resolve(),
    erasedAmong: () => Promise.resolve(new Set<string>()),
    now: () => new Date(),
    pause: () => Promise.resolve(),
  };
  const step = { do: <Value>(_name: string, work: () => Promise<Value>): Promise<Value> => work() };
  const params = { runId: crypto.randomUUID(), trigger: "manual" as const };
  const ended = await runSync(services, step, params, () => Promise.resolve());
  const { results } = await env.DB.prepare("SELECT entities FROM sync_runs ORDER BY run DESC LIMIT 1").all();
  expect(ended, JSON.stringify(results)).toMatchObject({ state: "complete" });
}

async function kept(source: string): Promise<QuarantineLine[]> {
  const { objects } = await runtime.env.LAKE.list({ prefix: `quarantine/source=${source}/` });
  const texts = await Promise.all(objects.map(async ({ key }) => (await runtime.env.LAKE.get(key))?.text()));
  return texts
    .flatMap((text) => (text ?? "").trim().split("\n"))
    .filter((line) => line !== "")
    .map((line) => quarantineLineSchema.parse(JSON.parse(line)));
}

async function setAsideKeys(): Promise<unknown[]> {
  const { results } = await runtime.env.DB.prepare("SELECT row_key FROM sync_quarantine").all();
  return results.map((row) => row["row_key"]);
}

it("keeps a row of the source once per fault, masked, whatever the number of runs", async () => {
  await shop.sql("UPDATE [orderdetails] SET [quantityOrdered] = -1 WHERE [orderNumber] = 20001");
  await shop.sql("INSERT INTO [products] VALUES ('P9', 'Ship', 'Ships', '1:9', 'Yard', 'New', 1, 1.00, -3.00)");
  await shop.sql("INSERT INTO [ratings] VALUES (112, 'P10_1001', 9)");
  await run();
  await run();
  const orders = await kept("orders");
  expect(orders).toMatchObject([
    { reason: "quantity_not_positive", payload: { entity: "orders", row_key: "20001", row: { status: "Shipped" } } },
  ]);
  // The customer's number, which the configuration says is an id.
  expect(JSON.stringify(orders)).not.toContain('"103"');
  const features = await kept("features");
  expect(features).toHaveLength(2);
  expect(features).toContainEqual(
    expect.objectContaining({
      reason: "price_negative",
      payload: expect.objectContaining({ entity: "items", row: expect.objectContaining({ productName: "Ship" }) }),
    }),
  );
  expect(features.map(({ reason }) => reason)).toContain("rating_out_of_range");
  // Of a rating the customer's number is half of the key.
  expect(JSON.stringify(features)).not.toContain("112");
  await shop.sql("UPDATE [products] SET [MSRP] = -4 WHERE [productCode] = 'P9'");
  await run();
  const prices = (await kept("features")).filter(({ reason }) => reason === "price_negative");
  expect(prices).toHaveLength(2);
});

it("keeps a row that refers to nobody only when it no longer waits, and says nobody's id", async () => {
  await shop.sql("UPDATE [orders] SET [customerNumber] = 777888 WHERE [orderNumber] = 20001");
  await run();
  expect(await kept("orders")).toEqual([]);
  await run();
  const [line] = await kept("orders");
  expect(line?.reason).toBe("unknown_user");
  expect(JSON.stringify(line)).not.toContain("777888");
  expect(line?.detail).toMatch(/^There is no user "[0-9a-f]{32}"\.$/);
});

it("commits no page whose rows R2 did not take, and keeps both when it is back", async () => {
  await shop.sql("UPDATE [orderdetails] SET [quantityOrdered] = -1 WHERE [orderNumber] = 20001");
  await expect(run(true)).rejects.toThrow("R2 is away");
  expect(await setAsideKeys()).toEqual([]);
  await run();
  expect(await setAsideKeys()).toEqual(["20001"]);
  expect(await kept("orders")).toHaveLength(1);
});

it("has the rows of a file read and judged again by the next run, although the source has not changed", async () => {
  await shop.sql("INSERT INTO [products] VALUES ('P9', 'Ship', 'Ships', '1:9', 'Yard', 'New', 1, 1.00, -3.00)");
  await run();
  expect(await setAsideKeys()).toEqual(["P9"]);
  // As after a fix of the contract: what the row is judged to be now differs from what D1 says.
  await runtime.env.DB.prepare("DELETE FROM sync_quarantine").run();
  await run();
  expect(await setAsideKeys()).toEqual([]);
  const { body } = await runtime.call("/v1/quarantine?source=features");
  const answer = await runtime.call("/v1/quarantine/replay", { body: { key: body.data[0].key } });
  expect(answer).toMatchObject({ status: 200, body: { outcome: { read_again: 1, ranges: 1 } } });
  await run();
  expect(await setAsideKeys()).toEqual(["P9"]);
});
