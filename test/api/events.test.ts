import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { makeRecommendationId, RANDOM_BYTES } from "../../domain/attribution/recommendation-id.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import { shardOf } from "../../domain/hash.ts";
import { SESSION_CONFIRM_MILLISECONDS } from "../../domain/sessions/session.ts";
import { journaledEvent } from "../support/journaled-event.ts";
import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.close());

const items = [{ item_id: "S18_2238", quantity: 2, price: 117.44 }];
const view = (event_id: string) => ({ event_id, name: "view_item", params: { items } });

function send(body: Record<string, unknown>, init: { key?: string | null; path?: string } = {}) {
  return runtime.call(init.path ?? "/v1/events", { body, ...(init.key === undefined ? {} : { key: init.key }) });
}

async function sessionOf(shopper: string) {
  const consent = { value: { personalization: true, analytics: true }, explicit: false };
  return JSON.parse(await runtime.env.SHOPPER_SESSION.getByName(shopper).view({ shopper, mergeClient: null, consent }));
}

function ledgerOf(shopper: string) {
  return runtime.env.INTERACTION_LEDGER.getByName(ledgerName(shardOf(shopper, Number(runtime.env.LEDGER_SHARDS))));
}

async function totalsOf(shopper: string) {
  return ledgerOf(shopper).totals(shopper);
}

describe("an accepted event", () => {
  it("is in the shopper's session when 202 is answered", async () => {
    const answer = await send({ user_id: "u-1", events: [view("e-1")] });
    expect(answer).toMatchObject({
      status: 202,
      body: { accepted: 1, duplicates: 0, suppressed: 0, rejected: [] },
    });
    expect((await sessionOf("u:u-1")).recent).toMatchObject([{ name: "view_item", item_id: "S18_2238" }]);
  });

  it("reaches the ledger through the queue and counts once, however often the request is repeated", async () => {
    const body = { user_id: "u-2", events: [view("e-2"), view("e-2"), view("e-3")] };
    expect((await send(body)).body).toMatchObject({ accepted: 2, duplicates: 1 });
    expect((await send(body)).body).toMatchObject({ accepted: 0, duplicates: 3 });
    const [totals] = await eventually(async () => {
      const known = await totalsOf("u:u-2");
      return known.length > 0 && known;
    });
    expect(totals).toMatchObject({ item_id: "S18_2238", views: 2 });
  });

  it("is where the shop's server says that the shopper is, and nowhere when it does not", async () => {
    const user = "u-country";
    await send({ user_id: user, country: "fr", events: [view("e-country-1")] });
    await send({ user_id: user, events: [view("e-country-2")] });
    const countries = async (): Promise<unknown> => {
      const { results } = await runtime.env.DB.prepare(
        "SELECT country, sum(views) AS views FROM hourly_items WHERE item_id = 'S18_2238' AND country IN ('FR', '') GROUP BY country",
      ).all();
      return results;
    };
    await eventually(async () => {
      await runtime.call("/v1/ledger/flush", { method: "POST" });
      return JSON.stringify(await countries()).includes("FR");
    });
    const told = { client_id: "k7Jq2mX0aPzR4tYbW9cLdE", country: "FR", events: [view("e-country-3")] };
    const refused = await send(told, { key: TEST_KEYS.publishable });
    expect([refused.status, refused.body.error?.code]).toEqual([403, "secret_key_required"]);
    expect((await send({ user_id: user, country: "France", events: [view("e-country-4")] })).status).toBe(400);
  });

  it("is taken beside refused ones, which are named one by one", async () => {
    // Only a session may say that somebody signed in.
    const refused = ["look_at", "sign_in"].map((name) => ({ ...view(`e-5-${name}`), name }));
    const answer = await send({ user_id: "u-3", events: [view("e-4"), ...refused] });
    expect(answer).toMatchObject({
      status: 202,
      body: {
        accepted: 1,
        rejected: [
          { index: 1, event_id: "e-5-look_at", code: "unknown_event" },
          { index: 2, event_id: "e-5-sign_in", code: "unknown_event" },
        ],
      },
    });
  });

  it("keeps the cart as GA4 means it", async () => {
    const event = (event_id: string, name: string, timestamp: string, params: Record<string, unknown>) => ({
      event_id,
      name,
      timestamp,
      params,
    });
    const at = (second: number): string => new Date(Date.now() - 60_000 + second * 1000).toISOString();
    await send({
      user_id: "u-4",
      events: [
        event("c-3", "remove_from_cart", at(3), { items: [{ item_id: "b" }] }),
        event("c-1", "add_to_cart", at(1), { items: [{ item_id: "a", quantity: "2" }, { item_id: "b" }] }),
        event("c-2", "add_to_cart", at(2), { items: [{ item_id: "a" }] }),
      ],
    });
    expect((await sessionOf("u:u-4")).cart).toEqual([{ item_id: "a", quantity: 3 }]);
    await send({
      user_id: "u-4",
      events: [
        event("c-4", "purchase", at(4), {
          transaction_id: "t-1",
          currency: "USD",
          items: [{ item_id: "a", quantity: 3, price: 10 }],
        }),
      ],
    });
    const { cart, purchases } = await sessionOf("u:u-4");
    expect(cart).toEqual([]);
    expect(purchases).toMatchObject([{ item_id: "a" }]);
  });
});

describe("an event that followed from a recommendation", () => {
  const shelves = [{ strategy: "similar", itemIds: ["S18_2238", "S24_2887"] }];
  const facts = { placement: "home", modelVersion: "m1", arm: null, shelves };
  const recommendation_id = makeRecommendationId(facts, new Uint8Array(RANDOM_BYTES).fill(7));

  it("goes to the ledger by the queue with the recommendation that the session saw, and waits there with the same", async () => {
    const user_id = "u-6";
    const event = (event_id: string, name: string, params = {}) => ({ event_id, name, params: { items, ...params } });
    await send({ user_id, events: [event("a-1", "view_item_list", { recommendation_id })] });
    await send({ user_id, events: [event("a-2", "add_to_cart"), event("a-3", "view_item")] });
    const name = ledgerName(shardOf("u:u-6", Number(runtime.env.LEDGER_SHARDS)));
    // The session's own alarm comes later than this waits: what is here came by the queue.
    const carted = await eventually(() => journaledEvent(runtime, name, "a-2"), SESSION_CONFIRM_MILLISECONDS / 2);
    const attributed = [{ ...items[0], attribution: { recommendation_id, rule: "shown/1" } }];
    expect(carted.items).toEqual(attributed);
    expect((await journaledEvent(runtime, name, "a-3"))?.items).toEqual(items);
    const storage = await runtime.harness
      .getWorker<Env>()
      .getDurableObjectStorage("SHOPPER_SESSION", { name: "u:u-6" });
    const [row] = await storage.exec<{ value: string }>("SELECT value FROM session");
    const waiting = JSON.parse(row?.value ?? "null").unconfirmed;
    expect(waiting.find((one: { event_id: string }) => one.event_id === "a-2")).toEqual(carted);
  });
});

describe("a browser's beacon", () => {
  it("may put the key into the body or the query, as text/plain", async () => {
    const body = {
      client_id: "browser-with-randomness-1",
      consent: { personalization: true, analytics: true },
      events: [view("b-1")],
    };
    const plain = { "content-type": "text/plain;charset=UTF-8" };
    const inBody = await runtime.call("/v1/events", {
      key: null,
      headers: plain,
      body: { ...body, key: TEST_KEYS.publishable },
    });
    expect(inBody).toMatchObject({ status: 202, body: { accepted: 1 } });
    const inQuery = await runtime.call(`/v1/events?key=${TEST_KEYS.publishable}`, { key: null, headers: plain, body });
    expect(inQuery).toMatchObject({ status: 202, body: { duplicates: 1 } });
  });
});

describe("a sign-in", () => {
  const client = "anonymous-randomness-0001";

  it("folds the anonymous session into the user's, once", async () => {
    await send({
      client_id: client,
      events: [view("s-1"), { event_id: "s-2", name: "add_to_cart", params: { items } }],
    });
    for (const event_id of ["s-3", "s-4"]) {
      await send({ client_id: client, user_id: "u-5", events: [view(event_id)] });
    }
    const user = await sessionOf("u:u-5");
    expect(user.recent).toHaveLength(4);
    expect(user.cart).toEqual([{ item_id: "S18_2238", quantity: 2 }]);
    expect((await sessionOf(`c:${client}`)).recent).toEqual([]);
  });

  it("lets the user's session know the anonymous events' ids", async () => {
    expect((await send({ user_id: "u-5", events: [view("s-1")] })).body).toMatchObject({ accepted: 0, duplicates: 1 });
  });
});
