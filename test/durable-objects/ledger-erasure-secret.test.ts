import { afterAll, beforeAll, expect, it } from "vitest";

import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { type RemoteLedger, remoteLedger } from "./ledger-remote.ts";
import { interaction, purchase, TODAY } from "./ledger-world.ts";

let runtime: TestRuntime;
let shard: RemoteLedger;
beforeAll(async () => {
  const vars = {
    LEDGER_SHARDS: "1",
    DATA_SECRET: "",
    LEDGER_COUNTERS_MILLISECONDS: "3600000",
    LEDGER_SEGMENT_MILLISECONDS: "3600000",
  };
  runtime = await startRuntime({ main: "./test/durable-objects/ledger-worker.ts", vars });
  shard = remoteLedger(runtime, 0);
});
afterAll(() => runtime.close());

it("a deployment without a secret that erased nobody takes everything", async () => {
  const line = { item_id: "a", quantity: 1, price: 10 };
  await shard.append([interaction("1"), purchase("2", "order", [line])]);
  const order = { transaction_id: "order-2", version: 1, user_id: "1", at: TODAY, date_only: true, cancelled: false };
  await shard.appendOrders([{ ...order, lines: [line] }]);
  expect(await shard.totals("u:1")).toMatchObject([{ views: 1, purchases: 2 }]);
});

it("it cannot erase anybody, changes nothing when asked to, and says why", async () => {
  await expect(shard.erase("u:1")).rejects.toThrow("DATA_SECRET");
  expect(await shard.totals("u:1")).toHaveLength(1);
  expect(await shard.append([interaction("3")])).toMatchObject({ appended: 1 });
});

it("one whose secret is gone takes nothing of users, since it cannot tell whom it erased", async () => {
  await shard.sql("INSERT INTO erased VALUES ('somebody', 0)");
  await shard.evict();
  await expect(shard.append([interaction("4")])).rejects.toThrow("DATA_SECRET");
  expect(await shard.missing(["4"])).toEqual(["4"]);
  expect(await shard.append([interaction("5", { shopper: "c:browser" })])).toMatchObject({ appended: 1 });
});
