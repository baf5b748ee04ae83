import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import type { Command } from "../durable-objects/session-worker.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  // An alarm that nobody waits for.
  const vars = { SESSION_CONFIRM_MILLISECONDS: "500000" };
  runtime = await startRuntime({ main: "test/erasure/session-worker.ts", vars });
});
afterAll(() => runtime.close());
beforeEach(() => tell({ kind: "away", what: [] }));

const tell = async (command: Command) => (await runtime.call("/test", { body: command })).body;
const erase = async (shopper: string, then: string) =>
  (await runtime.call(`/erase?shopper=${encodeURIComponent(shopper)}&then=${then}`)).body;

function append(shopper: string, event_id: string): Promise<unknown> {
  const now = Date.now();
  const interaction = {
    event_id,
    name: "view_item",
    shopper,
    at: now,
    received_at: now,
    items: [{ item_id: "a" }],
    params: {},
  };
  return tell({ kind: "append", shopper, interactions: [interaction] });
}

async function tablesOf(name: string): Promise<unknown[]> {
  const storage = await runtime.harness.getWorker<Env>().getDurableObjectStorage("SHOPPER_SESSION", { name });
  const tables = await storage.exec<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE name IN ('session', 'erased') ORDER BY name",
  );
  return tables.map((table) => table.name);
}

const evict = (name: string): Promise<void> =>
  runtime.harness.getWorker<Env>().evictDurableObject("SHOPPER_SESSION", { name });

it("a user's session stays erased through evictions and alarms, and hands events on as one-off ones", async () => {
  const shopper = "u:stays";
  await append(shopper, "stays-1");
  expect(await erase(shopper, "stays_erased")).toBe(null);
  expect(await tablesOf(shopper)).toEqual(["erased"]);
  await evict(shopper);
  expect(await append(shopper, "stays-2")).toMatchObject({
    ok: true,
    value: { destination: "ledger", fresh: ["stays-2"], attributed: [], duplicates: 0 },
  });
  await tell({ kind: "wake", shopper, at: Date.now() });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await erase(shopper, "stays_erased")).toBe(null);
  await evict(shopper);
  expect(await append(shopper, "stays-3")).toMatchObject({ value: { destination: "ledger" } });
  expect(await tablesOf(shopper)).toEqual(["erased"]);
});

it("a browser's session begins anew", async () => {
  const shopper = "c:begins-anew";
  await append(shopper, "anew-1");
  expect(await erase(shopper, "begins_anew")).toBe(null);
  expect(await tablesOf(shopper)).toEqual([]);
  expect(await append(shopper, "anew-2")).toMatchObject({ value: { destination: "queue", fresh: ["anew-2"] } });
});

it("an event that only the session has goes to the ledger first; while that is away nothing is forgotten", async () => {
  const shopper = "u:waits";
  await append(shopper, "waits-1");
  await tell({ kind: "away", what: ["ledger"] });
  expect(await erase(shopper, "stays_erased")).toContain("does not have all of this shopper's events");
  expect(await tablesOf(shopper)).toEqual(["session"]);
  await tell({ kind: "away", what: [] });
  await tell({ kind: "calls" });
  expect(await erase(shopper, "stays_erased")).toBe(null);
  expect(await tell({ kind: "calls" })).toEqual(["missing waits-1", "append waits-1"]);
  expect(await tablesOf(shopper)).toEqual(["erased"]);
});
