import { afterAll, beforeAll, expect, it } from "vitest";

import { EVENT_PACK_MILLISECONDS } from "../../workers/api/event-packer.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem } from "../support/shop.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/serving/counting-worker.ts" });
  await openTestShop(runtime);
  const events = [5, 6, 7].map((n) => ({
    event_id: `e${n}`,
    name: "view_item",
    params: { items: [{ item_id: shopItem(n) }] },
  }));
  const cart = { event_id: "c", name: "add_to_cart", params: { items: [{ item_id: shopItem(20) }] } };
  expect((await runtime.call("/v1/events", { body: { user_id: "1", events: [...events, cart] } })).status).toBe(202);
});
afterAll(() => runtime.close());

/** The platform calls of one answer, once everything that may be kept is kept. */
async function callsOf(path: string): Promise<string[]> {
  for (let warming = 0; warming < 3; warming++) {
    const { status, body } = await runtime.call(path);
    expect(status).toBe(200);
    expect(body.degraded).toBeNull();
    // What runs beside an answer (keeping candidates) ends before the next one is counted.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await runtime.call("/v1/calls");
  await runtime.call(path);
  return (await runtime.call("/v1/calls")).body;
}

it.each(["home", "cart", "checkout", "product&item_id=item-30"])(
  "a steady-state answer for %s makes one Durable Object call and nothing else",
  async (placement) => {
    const calls = await callsOf(`/v1/recommendations?placement=${placement}&user_id=1`);
    // Once in five seconds control.json is renewed beside it: a conditional read of one small object.
    expect(calls.filter((call) => call !== "RUNTIME.get")).toEqual(["SHOPPER_SESSION.view"]);
  },
);

it("events of several requests travel in one message", async () => {
  await runtime.call("/v1/calls");
  const view = (n: number) => ({
    event_id: `packed-${n}`,
    name: "view_item",
    params: { items: [{ item_id: shopItem(n) }] },
  });
  const answers = await Promise.all(
    [1, 2, 3, 4].map((n) => runtime.call("/v1/events", { body: { user_id: `packed-${n}`, events: [view(n)] } })),
  );
  expect(answers.map(({ body }) => body.accepted)).toEqual([1, 1, 1, 1]);
  await new Promise((resolve) => setTimeout(resolve, EVENT_PACK_MILLISECONDS * 4));
  const calls: string[] = (await runtime.call("/v1/calls")).body;
  expect(calls.filter((call) => call === "SHOPPER_SESSION.append")).toHaveLength(4);
  expect(calls.filter((call) => call.startsWith("EVENTS_QUEUE"))).toEqual(["EVENTS_QUEUE.send"]);
});

it("counts what it claims to count: an unknown profile asks the vector index", async () => {
  await runtime.call("/v1/calls");
  await runtime.call(`/v1/recommendations?placement=home&features=${encodeURIComponent('{"country":"Germany"}')}`);
  expect((await runtime.call("/v1/calls")).body).toContain("VECTOR_INDEX.query");
});
