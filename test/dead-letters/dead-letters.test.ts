import { afterAll, beforeAll, expect, it } from "vitest";

import type { Interaction } from "../../domain/events/interaction.ts";
import { ledgerName, ledgerShardOf } from "../../domain/ledger/routing.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { consumeDeadLetters } from "../../workers/queues/dead-letters.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
let analyst: string;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/dead-letters/quick-worker.ts" });
  analyst = await runtime.addKey(["analytics:read"]);
});
afterAll(() => runtime.close());

function interaction(event_id: string, shopper: string): Interaction {
  const at = Date.now();
  return { event_id, shopper, name: "view_item", at, received_at: at, items: [{ item_id: "a" }], params: {} };
}

async function viewsOf(shopper: string): Promise<number> {
  const name = ledgerName(ledgerShardOf(interaction("any", shopper), Number(runtime.env.LEDGER_SHARDS)));
  const totals = await runtime.env.INTERACTION_LEDGER.getByName(name).totals(shopper);
  return totals.reduce((sum, { views }) => sum + views, 0);
}

interface Listed {
  readonly key: string;
  readonly queue: string;
  readonly error: string;
  readonly replayed_at: string | null;
}

async function letters(query = ""): Promise<Listed[]> {
  const { status, body } = await runtime.call(`/v1/dead-letters?limit=100${query}`, { key: analyst });
  expect(status).toBe(200);
  return body.data;
}

async function openNotices(): Promise<string[]> {
  const { body } = await runtime.call("/v1/notices?open=true");
  return (body.data as { kind: string; subject: string }[]).map(({ kind, subject }) => `${kind} ${subject}`);
}

/** The bindings with one of them replaced. */
function envWith(replaced: Partial<RuntimeEnv>): RuntimeEnv {
  return { ...runtime.env, LEDGER_SHARDS: runtime.env.LEDGER_SHARDS, ...replaced };
}

const ledgersAway = {
  INTERACTION_LEDGER: {
    getByName() {
      throw new RangeError("the ledger of u:secret-person is away, write to a@b.example");
    },
  } as unknown as RuntimeEnv["INTERACTION_LEDGER"],
};

function deadBatch(queue: string, bodies: Readonly<Record<string, unknown>>, outcomes: string[]): MessageBatch {
  return {
    queue,
    messages: Object.entries(bodies).map(([id, body]) => ({
      id,
      timestamp: new Date(),
      attempts: 1,
      body,
      ack: () => void outcomes.push(`ack ${id}`),
      retry: () => void outcomes.push(`retry ${id}`),
    })),
    metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
    ackAll: () => undefined,
    retryAll: () => undefined,
  };
}

it("keeps a poison message and loses nothing of the batch that it came with", { timeout: 60_000 }, async () => {
  const poison = { format: 1, interactions: "none", shopper: "u:secret-person", note: "a@b.example" };
  await runtime.env.EVENTS_QUEUE.sendBatch([
    { body: { format: 1, interactions: [interaction("good-1", "u:good-1")] } },
    { body: poison },
    { body: { format: 1, interactions: [interaction("good-2", "u:good-2")] } },
  ]);
  await eventually(async () => (await viewsOf("u:good-1")) === 1 && (await viewsOf("u:good-2")) === 1);
  const [letter] = await eventually(async () => {
    const found = await letters();
    return found.length > 0 && found;
  }, 45_000);
  expect(letter).toMatchObject({ queue: "events", error: "InvalidMessage", replayed_at: null });
  expect(letter?.key).toMatch(/^dead-letters\/queue=events\/date=\d{4}-\d\d-\d\d\/[0-9a-f]{32}\.jsonl$/);
  const text = (await (await runtime.env.LAKE.get(letter?.key ?? ""))?.text()) ?? "";
  expect(text).toContain('"interactions":"none"');
  expect(text).not.toContain("secret-person");
  expect(text).not.toContain("a@b.example");
  expect(await openNotices()).toEqual(["dead_letters events"]);
});

it("acknowledges a dead letter that can be processed by now, and keeps nothing of it", async () => {
  const before = (await letters()).length;
  const outcomes: string[] = [];
  const body = { format: 1, interactions: [interaction("late-1", "u:late")] };
  await consumeDeadLetters(deadBatch("events-dead", { late: body }, outcomes), runtime.env);
  expect(outcomes).toEqual(["ack late"]);
  expect(await viewsOf("u:late")).toBe(1);
  expect(await letters()).toHaveLength(before);
});

it("keeps what fails once however often it comes, sends it again once, and counts it once", async () => {
  const outcomes: string[] = [];
  const body = { format: 1, interactions: [interaction("dead-1", "u:secret-person")] };
  const batch = deadBatch("events-dead", { dead: body }, outcomes);
  await consumeDeadLetters(batch, envWith(ledgersAway));
  await consumeDeadLetters(batch, envWith(ledgersAway));
  expect(outcomes).toEqual(["ack dead", "ack dead"]);
  const kept = (await letters("&open=true")).filter(({ error }) => error === "RangeError");
  expect(kept).toHaveLength(1);
  const key = kept[0]?.key ?? "";
  const shown = await runtime.call(`/v1/dead-letters/${key}`, { key: analyst });
  expect(shown.body).toMatchObject({
    queue: "events",
    attempts: 1,
    payload: { interactions: [{ name: "view_item" }] },
  });
  expect(JSON.stringify(shown.body)).not.toMatch(/secret-person|a@b\.example|sealed/);

  const first = await runtime.call("/v1/dead-letters/replay", { body: { key } });
  expect(first).toMatchObject({ status: 200, body: { letters: [{ key, outcome: "sent" }] } });
  await eventually(async () => (await viewsOf("u:secret-person")) === 1);
  const second = await runtime.call("/v1/dead-letters/replay", { body: { key } });
  expect(second.body.letters).toEqual([{ key, outcome: "already_sent" }]);
  expect((await letters()).find((letter) => letter.key === key)?.replayed_at).not.toBeNull();
});

it("closes the notice when all were sent again, also where one of them is gone from the bucket", async () => {
  const outcomes: string[] = [];
  const bodies = Object.fromEntries(
    [1, 2, 3].map((n) => [`all-${n}`, { format: 1, interactions: [interaction(`all-${n}`, "u:all")] }]),
  );
  await consumeDeadLetters(deadBatch("events-dead", bodies, outcomes), envWith(ledgersAway));
  const gone = (await letters("&open=true"))[0]?.key ?? "";
  await runtime.env.LAKE.delete(gone);
  const first = await runtime.call("/v1/dead-letters/replay", { body: { all: true, queue: "events" } });
  const outcomesOf = (answer: { body: { letters: { key: string; outcome: string }[] } }): string[] =>
    answer.body.letters.map(({ outcome }) => outcome).toSorted((a, b) => (a < b ? -1 : 1));
  expect(outcomesOf(first)).toEqual(["gone", "sent", "sent", "sent"]);
  await eventually(async () => (await viewsOf("u:all")) === 2);
  expect(outcomesOf(await runtime.call("/v1/dead-letters/replay", { body: { all: true } }))).toEqual([]);
  // The poison message was among them, and comes back in its own time.
  expect((await runtime.call("/v1/notices")).body.data).toContainEqual(
    expect.objectContaining({ kind: "dead_letters", subject: "events", closed_at: expect.any(String) }),
  );
});

it("keeps what the lake did not take of served answers, and what is none", async () => {
  const outcomes: string[] = [];
  const answer = {
    recommendation_id: "r",
    at: Date.now(),
    shopper: "u:secret-person",
    placement: "home",
    model_version: null,
    arm: null,
    degraded: [],
    latency_ms: 1,
    shelves: [{ strategy: "popular", items: ["a"], scores: [1], reasons: ["popular"] }],
  };
  const { LAKE } = runtime.env;
  const noRecommendations = {
    head: () => Promise.resolve(null),
    delete: () => Promise.resolve(),
    put: (key: string, ...rest: [string]) =>
      key.startsWith("recommendations/") ? Promise.reject(new Error("R2 is full")) : LAKE.put(key, ...rest),
  } as unknown as R2Bucket;
  const bodies = { served: { format: 1, lost: 0, answers: [answer] }, noise: "noise" };
  await consumeDeadLetters(deadBatch("served-dead", bodies, outcomes), envWith({ LAKE: noRecommendations }));
  expect(outcomes).toEqual(["ack served", "ack noise"]);
  const kept = await letters("&queue=served");
  expect(kept.map(({ error }) => error).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(["Error", "InvalidMessage"]);
  expect(await openNotices()).toContain("dead_letters served");
});

it("leaves a message on the queue that can neither be processed nor kept", async () => {
  const outcomes: string[] = [];
  const away = { put: () => Promise.reject(new Error("R2 is away")) } as unknown as R2Bucket;
  await consumeDeadLetters(deadBatch("events-dead", { lost: "noise" }, outcomes), envWith({ LAKE: away }));
  expect(outcomes).toEqual(["retry lost"]);
});

it("refuses a queue that is nobody's", async () => {
  await expect(consumeDeadLetters(deadBatch("others-dead", {}, []), runtime.env)).rejects.toThrow("others-dead");
});

it.each([
  [{ key: "k" }, 404, "not_found"],
  [{}, 400, "invalid_request"],
  [{ key: "k", all: true }, 400, "invalid_request"],
  [{ al: true }, 400, "unknown_field"],
])("answers a replay of %j with %i %s", async (body, status, code) => {
  expect(await runtime.call("/v1/dead-letters/replay", { body })).toMatchObject({ status, body: { error: { code } } });
});

it("lets nobody send who may only look", async () => {
  const answer = await runtime.call("/v1/dead-letters/replay", { body: { all: true }, key: analyst });
  expect(answer.status).toBe(403);
});
