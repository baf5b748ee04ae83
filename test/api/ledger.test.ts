import { afterAll, beforeAll, expect, it } from "vitest";

import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

const SHARDS = 16;
const client = "c-0123456789012345678901";

let runtime: TestRuntime;
let reader: string;
let other: string;
beforeAll(async () => {
  // Nothing is counted by itself: what waits is looked at.
  runtime = await startRuntime({ vars: { LEDGER_COUNTERS_MILLISECONDS: "3600000" } });
  reader = await runtime.addKey(["analytics:read"]);
  other = await runtime.addKey(["events:write"]);
});
afterAll(() => runtime.close());

/** A purchase and a view, once both are in their ledgers. */
async function takeEvents(): Promise<void> {
  const items = [{ item_id: "a", quantity: 2, price: 3 }];
  const { status } = await runtime.call("/v1/events", {
    body: {
      client_id: client,
      events: [
        { event_id: "view", name: "view_item", params: { items } },
        { event_id: "buy", name: "purchase", params: { transaction_id: "t-1", currency: "USD", items } },
      ],
    },
  });
  expect(status).toBe(202);
  await eventually(async () => {
    const { body } = await runtime.call("/v1/ledger");
    return body.shards.filter((shard: { unstored_since: string | null }) => shard.unstored_since !== null).length === 2;
  });
}

it("says of a deployment in which nothing happened that nothing waits", async () => {
  const { status, body } = await runtime.call("/v1/ledger", { key: reader });
  expect(status).toBe(200);
  expect(body.shards.map(({ shard }: { shard: number }) => shard)).toEqual(Array.from({ length: SHARDS }, (_, n) => n));
  expect(body.shards[0]).toEqual({
    shard: 0,
    storage_bytes: expect.any(Number),
    uncounted_since: null,
    unstored_since: null,
    sealed: 0,
    transfers: 0,
    failures: 0,
    error: null,
    full: expect.any(Number),
  });
  expect(body.totals).toMatchObject({
    uncounted_since: null,
    unstored_since: null,
    sealed: 0,
    transfers: 0,
    failing: 0,
  });
  expect(body.lag_seconds).toEqual({ counters: 0, lake: 0 });
  expect(body.unreachable).toEqual([]);
});

it("says since when events wait for counters and lake, until a flush has brought them there", async () => {
  const before = Date.now();
  await takeEvents();
  const { body } = await runtime.call("/v1/ledger");
  const since = Date.parse(body.totals.unstored_since);
  expect(since).toBeGreaterThanOrEqual(before);
  expect(since).toBeLessThanOrEqual(Date.now());
  expect(body.lag_seconds.lake).toBeGreaterThan(0);
  expect(body.lag_seconds.lake).toBeLessThanOrEqual((Date.now() - before) / 1_000);
  expect(body.lag_seconds.counters).toBeGreaterThan(0);
  expect(body.totals.storage_bytes).toBeGreaterThan(0);
  expect(body.totals.full).toBeGreaterThan(0);
  expect(body.totals.full).toBeLessThan(0.001);

  const flushed = await runtime.call("/v1/ledger/flush", { method: "POST" });
  expect(flushed.status).toBe(200);
  expect(flushed.body.totals).toMatchObject({ uncounted_since: null, unstored_since: null, sealed: 0 });
  expect(flushed.body.lag_seconds).toEqual({ counters: 0, lake: 0 });
  const counted = runtime.env.DB.prepare("SELECT sum(views) AS views, sum(quantity) AS pieces FROM hourly_items");
  expect(await counted.first()).toEqual({ views: 1, pieces: 2 });
  const { objects } = await runtime.env.LAKE.list({ prefix: "events/" });
  expect(objects).toHaveLength(2);
});

it("asks for analytics:read to look and for admin to flush", async () => {
  expect((await runtime.call("/v1/ledger", { key: other })).body.error.code).toBe("insufficient_scope");
  expect((await runtime.call("/v1/ledger", { key: TEST_KEYS.publishable })).status).toBe(403);
  expect((await runtime.call("/v1/ledger/flush", { method: "POST", key: reader })).body.error.code).toBe(
    "insufficient_scope",
  );
});

it("names a shard that cannot be reached, and answers for the others", async () => {
  const troubled = await startRuntime({ main: "test/api/ledger-trouble-worker.ts" });
  try {
    for (const [path, method] of [
      ["/v1/ledger", "GET"],
      ["/v1/ledger/flush", "POST"],
    ] as const) {
      const { status, body } = await troubled.call(path, { method });
      expect(status).toBe(200);
      expect(body.unreachable).toEqual([{ shard: 3, message: "This shard is away." }]);
      expect(body.shards).toHaveLength(SHARDS - 1);
    }
  } finally {
    await troubled.close();
  }
});
