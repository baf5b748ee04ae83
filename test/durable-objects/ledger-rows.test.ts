import { afterAll, beforeAll, expect, it } from "vitest";

import { TOTALS_HISTORY_STATES_MAX } from "../../domain/ledger/limits.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { namesOf, remoteLedger } from "./ledger-remote.ts";
import { interaction, purchase } from "./ledger-world.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  const vars = { LEDGER_COUNTERS_MILLISECONDS: "3600000", LEDGER_SEGMENT_MILLISECONDS: "3600000" };
  runtime = await startRuntime({ main: "./test/durable-objects/ledger-worker.ts", vars });
});
afterAll(() => runtime.close());

it("an event writes three rows, id, total and journal, however long the history of its total is", async () => {
  const shard = remoteLedger(runtime, 1);
  const [user = ""] = namesOf(runtime, 1, "u:", 1);
  await shard.append([interaction("rows-first", { shopper: user })]);
  for (let n = 0; n < TOTALS_HISTORY_STATES_MAX + 5; n++) {
    await shard.cut((await shard.clock()) + 1);
    const before = await shard.written();
    await shard.append([interaction(`rows-${n}`, { shopper: user })]);
    expect((await shard.written()) - before).toBe(3);
  }
  const [{ states } = {}] = await shard.sql("SELECT json_array_length(history) AS states FROM totals");
  expect(states).toBe(TOTALS_HISTORY_STATES_MAX);
});

it("a batch writes a row per id and per total, and one for the journal", async () => {
  const shard = remoteLedger(runtime, 2);
  const users = namesOf(runtime, 2, "u:", 10);
  const batch = (name: string) => users.map((shopper, n) => interaction(`${name}-${n}`, { shopper }));
  await shard.append(batch("batch-first"));
  await shard.cut(await shard.clock());
  const before = await shard.written();
  await shard.append(batch("batch-second"));
  expect((await shard.written()) - before).toBe(users.length * 2 + 1);
});

it("a promise writes one row, a reading none", async () => {
  const shard = remoteLedger(runtime, 2);
  const moment = (await shard.clock()) + 10;
  const before = await shard.written();
  await shard.cut(moment);
  await shard.cut(moment);
  await shard.readAsOf(moment);
  await shard.countAllAsOf(moment);
  expect((await shard.written()) - before).toBe(1);
});

it("an order writes its id, its row, its total and the journal", async () => {
  const shard = remoteLedger(runtime, 3);
  const [user = ""] = namesOf(runtime, 3, "u:", 1);
  await shard.append([interaction("order-first", { shopper: user })]);
  await shard.cut(await shard.clock());
  const before = await shard.written();
  await shard.append([purchase("order", "order", [{ item_id: "a", quantity: 1, price: 5 }], { shopper: user })]);
  expect((await shard.written()) - before).toBe(4);
});
