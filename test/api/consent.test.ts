import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { makeRecommendationId, RANDOM_BYTES } from "../../domain/attribution/recommendation-id.ts";
import { shardOf } from "../../domain/hash.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import { journaledEvent } from "../support/journaled-event.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.close());

interface Consent {
  readonly personalization: boolean;
  readonly analytics: boolean;
}
const ALL: Consent = { personalization: true, analytics: true };
const NONE: Consent = { personalization: false, analytics: false };

let clients = 0;
const newClient = (): string => `anonymous-randomness-${String(clients++).padStart(6, "0")}`;

async function send(client_id: string, event_id: string, consent?: Consent, key: string = TEST_KEYS.publishable) {
  const event = { event_id, name: "view_item", params: { items: [{ item_id: "a" }] } };
  const said = consent === undefined ? {} : { consent };
  return (await runtime.call("/v1/events", { key, body: { client_id, session_id: "s", ...said, events: [event] } }))
    .body;
}

async function recentOf(client: string): Promise<unknown[]> {
  const shopper = `c:${client}`;
  const consent = { value: ALL, explicit: false };
  const session = runtime.env.SHOPPER_SESSION.getByName(shopper);
  return JSON.parse(await session.view({ shopper, mergeClient: null, consent })).recent;
}

/** True when the ledger has the event under a one-off id, that is in the shard of the event's own id. */
async function isAnonymouslyInLedger(eventId: string): Promise<boolean> {
  const name = ledgerName(shardOf(eventId, Number(runtime.env.LEDGER_SHARDS)));
  return (await runtime.env.INTERACTION_LEDGER.getByName(name).missing([eventId])).length === 0;
}

describe("what a shopper agreed to decides where an event goes", () => {
  const granted = (personalization: boolean, analytics: boolean): Consent => ({ personalization, analytics });
  it.each([
    { consent: granted(true, true), accepted: 1, suppressed: 0, inSession: 1 },
    { consent: granted(true, false), accepted: 1, suppressed: 0, inSession: 1 },
    { consent: granted(false, true), accepted: 1, suppressed: 0, inSession: 0 },
    { consent: granted(false, false), accepted: 0, suppressed: 1, inSession: 0 },
  ])("$consent", async ({ consent, accepted, suppressed, inSession }) => {
    const client = newClient();
    const id = `matrix-${client}`;
    expect(await send(client, id, consent)).toMatchObject({ accepted, suppressed, duplicates: 0, rejected: [] });
    expect(await recentOf(client)).toHaveLength(inSession);
    expect(await isAnonymouslyInLedger(id)).toBe(!consent.personalization && consent.analytics);
  });

  it("counts an analytics-only event once, though each retry comes under another one-off id", async () => {
    const client = newClient();
    const consent = granted(false, true);
    expect(await send(client, "one-off", consent)).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(await send(client, "one-off", consent)).toMatchObject({ accepted: 0, duplicates: 1 });
  });

  it("keeps what ties events to a person out of the ledger when only analytics is allowed", async () => {
    const client = newClient();
    await send(client, "untied", granted(false, true));
    const name = ledgerName(shardOf("untied", Number(runtime.env.LEDGER_SHARDS)));
    const event = await journaledEvent(runtime, name, "untied");
    expect(event?.shopper).toMatch(/^x:/);
    expect(JSON.stringify(event)).not.toContain(client);
    expect(event).not.toHaveProperty("session_id");
  });

  it("knows what a recommendation earned without a session, where the event names the recommendation", async () => {
    const client = newClient();
    const facts = { placement: "home", modelVersion: null, arm: null };
    const shelves = [{ strategy: "popular", itemIds: ["a", "b"] }];
    const recommendation_id = makeRecommendationId({ ...facts, shelves }, new Uint8Array(RANDOM_BYTES));
    const event = (event_id: string, name: string, item_id: string, params = {}) => ({
      event_id,
      name,
      params: { items: [{ item_id }], ...params },
    });
    const events = [
      event("seen-unknown", "view_item_list", "b", { recommendation_id }),
      event("named-unknown", "add_to_cart", "a", { recommendation_id }),
      event("unnamed-unknown", "add_to_cart", "b"),
    ];
    const body = { client_id: client, consent: granted(false, true), events };
    expect((await runtime.call("/v1/events", { key: TEST_KEYS.publishable, body })).body.accepted).toBe(3);
    const itemsOf = async (id: string) => {
      const name = ledgerName(shardOf(id, Number(runtime.env.LEDGER_SHARDS)));
      return (await journaledEvent(runtime, name, id))?.items;
    };
    const attribution = { recommendation_id, rule: "explicit/1" };
    expect(await itemsOf("named-unknown")).toEqual([{ item_id: "a", attribution }]);
    expect(await itemsOf("unnamed-unknown")).toEqual([{ item_id: "b" }]);
  });
});

describe("when nothing is said", () => {
  it("a publishable key's shopper has agreed to nothing, and nothing is kept", async () => {
    const client = newClient();
    expect(await send(client, "silent")).toMatchObject({ accepted: 0, suppressed: 1 });
    const name = `c:${client}`;
    const storage = await runtime.harness.getWorker<Env>().getDurableObjectStorage("SHOPPER_SESSION", { name });
    expect(await storage.exec("SELECT name FROM sqlite_master WHERE name = 'session'")).toEqual([]);
  });

  it("a secret key's shop has asked", async () => {
    expect(await send(newClient(), "asked", undefined, TEST_KEYS.secret)).toMatchObject({ accepted: 1 });
  });

  it("what was said before counts, for either kind of key", async () => {
    const agreed = newClient();
    await send(agreed, "said-1", ALL);
    expect(await send(agreed, "said-2")).toMatchObject({ accepted: 1, suppressed: 0 });
    const refused = newClient();
    await send(refused, "said-3", NONE);
    expect(await send(refused, "said-4", undefined, TEST_KEYS.secret)).toMatchObject({ accepted: 0, suppressed: 1 });
  });
});

it("a withdrawal clears what was learnt, is remembered, and lets accepted events reach the ledger", async () => {
  const client = newClient();
  await send(client, "withdrawn-1", ALL);
  expect(await recentOf(client)).toHaveLength(1);
  expect(await send(client, "withdrawn-2", NONE)).toMatchObject({ suppressed: 1 });
  expect(await recentOf(client)).toEqual([]);
  const name = `c:${client}`;
  const storage = await runtime.harness.getWorker<Env>().getDurableObjectStorage("SHOPPER_SESSION", { name });
  const [row] = await storage.exec<{ value: string }>("SELECT value FROM session");
  const stored = JSON.parse(row?.value ?? "null");
  expect(stored).toMatchObject({ consent: NONE, recent: [], cart: [], features: null });
  expect(stored.unconfirmed).toMatchObject([{ event_id: "withdrawn-1" }]);
});
