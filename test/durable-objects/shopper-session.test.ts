import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { shardOf } from "../../domain/hash.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import { EMPTY_SESSION } from "../../domain/sessions/session.ts";
import { takeOver } from "../../domain/sessions/sign-in.ts";
import { journaledEvent } from "../support/journaled-event.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ vars: { SESSION_CONFIRM_MILLISECONDS: "1000" } });
});
afterAll(() => runtime.close());

const granted = { value: { personalization: true, analytics: true }, explicit: false };

function interaction(shopper: string, event_id: string, rest: Partial<Interaction> = {}): Interaction {
  const at = Date.now();
  return { event_id, name: "view_item", shopper, at, received_at: at, items: [{ item_id: "a" }], params: {}, ...rest };
}

const session = (shopper: string) => runtime.env.SHOPPER_SESSION.getByName(shopper);
const worker = () => runtime.harness.getWorker<Env>();

function append(shopper: string, ids: readonly string[], mergeClient: string | null = null) {
  const interactions = ids.map((id) => interaction(shopper, id));
  return session(shopper).append({ shopper, mergeClient, consent: granted, interactions });
}

/**
 * The same by way of the API and the queue. An object can be evicted only while this process holds no stub of it, so
 * what is to be evicted is reached like this first.
 */
async function send(identity: Record<string, string>, event_id: string) {
  const event = { event_id, name: "view_item", params: { items: [{ item_id: "a" }] } };
  return (await runtime.call("/v1/events", { body: { ...identity, events: [event] } })).body;
}

const evict = (name: string) => worker().evictDurableObject("SHOPPER_SESSION", { name });

async function viewOf(shopper: string, mergeClient: string | null = null) {
  return JSON.parse(await session(shopper).view({ shopper, mergeClient, consent: granted }));
}

async function tablesOf(shopper: string): Promise<unknown[]> {
  const storage = await worker().getDurableObjectStorage("SHOPPER_SESSION", { name: shopper });
  return storage.exec("SELECT name FROM sqlite_master WHERE name = 'session'");
}

async function storedOf(shopper: string) {
  const storage = await worker().getDurableObjectStorage("SHOPPER_SESSION", { name: shopper });
  const [row] = await storage.exec<{ value: string }>("SELECT value FROM session");
  return JSON.parse(row?.value ?? "null");
}

async function addUser(userId: string): Promise<void> {
  const insert = (sql: string, ...values: unknown[]) => runtime.env.DB.prepare(sql).bind(...values);
  const line = [{ item_id: "bought", quantity: 1, price: 10 }];
  await runtime.env.DB.batch([
    insert("INSERT INTO users VALUES (?, 'FR', ?, '', 1, NULL)", userId, JSON.stringify({ city: "Nantes" })),
    insert("INSERT INTO orders VALUES (?, ?, 1000, 1, 0, ?, '', 1, NULL)", `o-${userId}`, userId, JSON.stringify(line)),
    insert("INSERT INTO orders VALUES (?, ?, 2000, 1, 1, ?, '', 1, NULL)", `x-${userId}`, userId, JSON.stringify(line)),
    insert("INSERT INTO ratings VALUES (?, 'rated', 5, NULL, '', 1, NULL)", userId),
  ]);
}

describe("what a session acknowledges", () => {
  it("is still there after the object was evicted", async () => {
    expect(await send({ user_id: "durable" }, "d-1")).toMatchObject({ accepted: 1 });
    await evict("u:durable");
    expect(await send({ user_id: "durable" }, "d-1")).toMatchObject({ accepted: 0, duplicates: 1 });
    expect((await viewOf("u:durable")).recent).toHaveLength(1);
  });

  it("reaches the ledger by the session's alarm when the queue lost it", async () => {
    // Appended behind the API's back: no queue message was ever sent.
    await append("u:lost", ["l-1", "l-2"]);
    const shard = ledgerName(shardOf("u:lost", Number(runtime.env.LEDGER_SHARDS)));
    const totals = await eventually(async () => {
      const known = await runtime.env.INTERACTION_LEDGER.getByName(shard).totals("u:lost");
      return known.length > 0 && known;
    });
    expect(totals).toMatchObject([{ item_id: "a", views: 2 }]);
    // The row is not written for it; the next event's write lets go of those that were confirmed.
    let later = 0;
    const waiting = await eventually(async () => {
      await append("u:lost", [`l-later-${later++}`]);
      const ids: string[] = (await storedOf("u:lost")).unconfirmed.map((event: Interaction) => event.event_id);
      return !ids.includes("l-1") && ids;
    });
    expect(waiting).not.toContain("l-2");
  });

  it("is never given up to a bound: more events than may wait are offered to the ledger first", async () => {
    for (let batch = 0; batch < 11; batch++) {
      const ids = Array.from({ length: 100 }, (_, n) => `many-${batch}-${n}`);
      expect(await append("u:many", ids)).toMatchObject({ ok: true });
    }
    const shard = ledgerName(shardOf("u:many", Number(runtime.env.LEDGER_SHARDS)));
    await eventually(async () => {
      const [totals] = await runtime.env.INTERACTION_LEDGER.getByName(shard).totals("u:many");
      return totals?.views === 1_100;
    });
    expect((await viewOf("u:many")).recent).toHaveLength(100);
  });
});

describe("reading", () => {
  it("a shopper of whom nothing is known writes nothing", async () => {
    expect(await viewOf("c:crawler-with-randomness-1")).toMatchObject({ recent: [], features: null });
    expect(await viewOf("u:unknown")).toMatchObject({ recent: [], features: null });
    expect(await tablesOf("c:crawler-with-randomness-1")).toEqual([]);
    expect(await tablesOf("u:unknown")).toEqual([]);
  });

  it("a caller who has the newest view is sent nothing, until something changes or other consent is given", async () => {
    await append("u:again", ["again-1"]);
    const view = (known?: string, consent = granted) =>
      session("u:again").view({ shopper: "u:again", mergeClient: null, consent, known });
    const first = JSON.parse(await view());
    expect(await view(first.version)).toBe("");
    expect(await view("of another time")).not.toBe("");
    await append("u:again", ["again-2"]);
    const second = JSON.parse(await view(first.version));
    expect(second.recent).toHaveLength(2);
    expect(await view(second.version)).toBe("");
    const impersonal = { value: { personalization: false, analytics: true }, explicit: true };
    expect(JSON.parse(await view(second.version, impersonal))).toMatchObject({ recent: [] });
  });

  it("a known user for the first time brings features, country, purchases and ratings, and writes nothing", async () => {
    await addUser("known");
    expect(await viewOf("u:known")).toMatchObject({
      features: { city: "Nantes" },
      country: "FR",
      purchases: [{ item_id: "bought", at: 1000 }],
      ratings: [{ item_id: "rated", rating: 5 }],
    });
    expect(await tablesOf("u:known")).toEqual([]);
  });

  it("gives the candidates that were remembered, at most of two model versions", async () => {
    for (const version of ["m1", "m2", "m2", "m3"]) {
      await session("u:candidates").rememberCandidates({ version, feature_hash: "h", item_ids: ["a"], scores: [1] });
    }
    const { candidates } = await viewOf("u:candidates");
    expect(candidates.map((entry: { version: string }) => entry.version)).toEqual(["m2", "m3"]);
    expect(await tablesOf("u:candidates")).toEqual([]);
  });
});

describe("a sign-in", () => {
  it("takes over each stretch of an anonymous session once, also when the user's session forgot in between", async () => {
    const client_id = "anonymous-randomness-0002";
    await send({ client_id }, "s-1");
    for (const id of ["s-2", "s-3"]) await send({ client_id, user_id: "signed" }, id);
    await send({ client_id }, "s-4");
    await evict("u:signed");
    expect((await viewOf("u:signed", client_id)).recent).toHaveLength(4);
    expect((await viewOf(`c:${client_id}`)).recent).toEqual([]);
  });

  it("goes on where a hand-over was cut off, and loses and doubles nothing", async () => {
    const client_id = "anonymous-randomness-0003";
    await send({ client_id }, "h-1");
    // The user's session asked, and died before it had anything on its disk.
    const first = await session(`c:${client_id}`).handOver("u:cut", granted);
    expect(first.handOver?.content.recent).toHaveLength(1);
    expect(await session(`c:${client_id}`).handOver("u:cut", granted)).toEqual(first);
    expect((await viewOf("u:cut", client_id)).recent).toHaveLength(1);
    expect((await session(`c:${client_id}`).handOver("u:cut", granted)).handOver).toBeNull();
  });

  it("of a user who refused takes over nothing, and what was learnt anonymously goes", async () => {
    const client_id = "anonymous-randomness-0005";
    await append(`c:${client_id}`, ["r-1"]);
    const refused = { value: { personalization: false, analytics: false }, explicit: true };
    const call = { shopper: "u:refused", mergeClient: client_id, consent: refused };
    expect(JSON.parse(await session("u:refused").view(call))).toMatchObject({ consent: refused.value, recent: [] });
    expect(await storedOf(`c:${client_id}`)).toMatchObject({ consent: refused.value, recent: [] });
  });

  it("is told to the ledger of the client by the alarm, once, however often both come together", async () => {
    const client = "anonymous-randomness-0006";
    const signIns = async () => {
      const stored = await storedOf("u:told");
      return stored.unconfirmed.filter((one: Interaction) => one.name === "sign_in");
    };
    await append(`c:${client}`, ["t-1"]);
    await append("u:told", ["t-2"], client);
    const [told, ...others] = await signIns();
    expect(others).toEqual([]);
    expect(told).toMatchObject({ shopper: "u:told", items: [], params: { client: `c:${client}` } });
    const name = ledgerName(shardOf(`c:${client}`, Number(runtime.env.LEDGER_SHARDS)));
    expect(await eventually(() => journaledEvent(runtime, name, told.event_id))).toEqual(told);
    await append("u:told", ["t-3"], client);
    expect((await storedOf("u:told")).merged).toEqual([`${client}#0`]);
    expect((await signIns()).filter((one: Interaction) => one.event_id !== told.event_id)).toEqual([]);
  });

  it("of a client without anything to hand over is told too, once, also after an eviction", async () => {
    const client_id = "anonymous-randomness-0007";
    await send({ client_id, user_id: "met" }, "n-1");
    await evict("u:met");
    await send({ client_id, user_id: "met" }, "n-2");
    const stored = await storedOf("u:met");
    expect(stored.merged).toEqual([`${client_id}#`]);
    const told = stored.unconfirmed.filter((one: Interaction) => one.name === "sign_in");
    expect(told.length).toBeLessThanOrEqual(1);
    const name = ledgerName(shardOf(`c:${client_id}`, Number(runtime.env.LEDGER_SHARDS)));
    const { unconfirmed } = takeOver(
      EMPTY_SESSION,
      { user: "u:met", client: client_id, handOver: null, toLedger: true },
      1,
    );
    const id = unconfirmed[0]?.event_id ?? "";
    expect(await eventually(() => journaledEvent(runtime, name, id))).toMatchObject({ shopper: "u:met" });
  });

  it("makes what the client did the user's in the ledger, also what only arrives there after it", async () => {
    const client = "anonymous-randomness-0009";
    await append(`c:${client}`, ["o-1", "o-2"]);
    await append("u:owner", ["o-3"], client);
    const totalsOf = (shopper: string) => {
      const name = ledgerName(shardOf(shopper, Number(runtime.env.LEDGER_SHARDS)));
      return runtime.env.INTERACTION_LEDGER.getByName(name).totals(shopper);
    };
    const totals = await eventually(async () => {
      const known = await totalsOf("u:owner");
      return known[0]?.views === 3 && known;
    });
    expect(totals).toMatchObject([{ item_id: "a", views: 3 }]);
    expect(await totalsOf(`c:${client}`)).toEqual([]);
  });

  it("without consent to analytics is nothing that the ledger learns", async () => {
    const client = "anonymous-randomness-0008";
    await append(`c:${client}`, ["p-1"]);
    const consent = { value: { personalization: true, analytics: false }, explicit: true };
    const interactions = [interaction("u:private", "p-2")];
    await session("u:private").append({ shopper: "u:private", mergeClient: client, consent, interactions });
    const stored = await storedOf("u:private");
    expect(stored.recent).toHaveLength(2);
    expect(stored.unconfirmed).toEqual([]);
  });

  it("leaves unconfirmed events to the anonymous session, whose alarm brings them to the ledger", async () => {
    const client = "anonymous-randomness-0004";
    await append(`c:${client}`, ["k-1"]);
    await append("u:keeps", ["k-2"], client);
    const shard = ledgerName(shardOf(`c:${client}`, Number(runtime.env.LEDGER_SHARDS)));
    await eventually(async () => {
      const known = await runtime.env.INTERACTION_LEDGER.getByName(shard).missing(["k-1"]);
      return known.length === 0;
    });
  });
});
