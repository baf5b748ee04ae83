import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";

import { hourFolder, hourBeginning, HOUR_MILLISECONDS } from "../../domain/lake/lake-keys.ts";
import type { ServedAnswer, ServedMessage } from "../../domain/served/served-message.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { rememberErased } from "../../platform/d1/erased-user-store.ts";
import { pseudonymizer } from "../../platform/pseudonym.ts";
import { consumeServed } from "../../workers/queues/served.ts";
import { queryDuckDb } from "../lake/duckdb.ts";
import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, TEST_SHOP } from "../support/shop.ts";

let runtime: TestRuntime;
let env: RuntimeEnv;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endcap-served-"));
  runtime = await startRuntime();
  const { DB, LAKE, DATA_SECRET } = runtime.env;
  if (DATA_SECRET === undefined) throw new Error("The local runtime has no DATA_SECRET.");
  env = { ...runtime.env, DB, LAKE, DATA_SECRET };
  await openTestShop(runtime);
});
beforeEach(async () => {
  const tables = ["hourly_served", "hourly_degraded", "hourly_recommendations", "served_messages"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  for (const key of await lakeKeys()) await env.LAKE.delete(key);
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

async function lakeKeys(): Promise<string[]> {
  return (await env.LAKE.list({ prefix: "recommendations/" })).objects.map(({ key }) => key);
}

/** Rows of everything that is in the lake, as a data scientist gets them. */
async function lakeRows(): Promise<Record<string, unknown>[]> {
  const files: string[] = [];
  for (const key of await lakeKeys()) {
    const file = join(folder, `${crypto.randomUUID()}.parquet`);
    await writeFile(file, new Uint8Array((await (await env.LAKE.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0)));
    files.push(`'${file}'`);
  }
  if (files.length === 0) return [];
  return queryDuckDb(`SELECT * FROM read_parquet([${files.join(",")}]) ORDER BY recommendation_id, strategy, rank`);
}

/** What is counted, over all hours. */
async function counted(): Promise<Record<string, unknown> | null> {
  return env.DB.prepare(
    `SELECT sum(answers) AS answers, sum(items) AS items, sum(degraded) AS degraded, sum(slow) AS slow, sum(lost) AS lost
     FROM hourly_served`,
  ).first();
}

function answer(recommendation_id: string, changes: Partial<ServedAnswer> = {}): ServedAnswer {
  return {
    recommendation_id,
    at: Date.UTC(2026, 10, 21, 10, 0, 0, 123),
    shopper: "u:489",
    placement: "home",
    model_version: "m1",
    arm: null,
    degraded: [],
    latency_ms: 3,
    shelves: [
      { strategy: "similar", items: ["a", "b"], scores: [0.9, 0.8], reasons: ["viewed"] },
      { strategy: "trending", items: ["c"], scores: [1], reasons: ["trending"] },
    ],
    ...changes,
  };
}

function message(lost: number, ...answers: ServedAnswer[]): ServedMessage {
  return { format: 1, lost, answers };
}

/** A delivered batch that writes down what becomes of each message. Identities are positions unless given. */
function batchOf(bodies: readonly unknown[], outcomes: string[], timestamp = new Date()): MessageBatch {
  const forAll = () => void outcomes.push("all");
  return {
    queue: "served",
    messages: bodies.map((body, position) => ({
      id: `m-${position}`,
      timestamp,
      attempts: 3,
      body,
      ack: () => void outcomes.push(`ack ${position}`),
      retry: (options?: QueueRetryOptions) => void outcomes.push(`retry ${position} in ${options?.delaySeconds}`),
    })),
    metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
    ackAll: forAll,
    retryAll: forAll,
  };
}

it("an answer becomes rows in the lake, one per item, with nobody's id in them", async () => {
  const { body, status } = await runtime.call("/v1/recommendations?placement=home&user_id=1&limit=2");
  expect(status).toBe(200);
  const rows = await eventually(async () => {
    const found = await lakeRows();
    return found.length > 0 && found;
  }, 25_000);
  const shown = body.shelves.flatMap((shelf: { strategy: string; items: { item_id: string; score: number }[] }) =>
    shelf.items.map(({ item_id, score }, position) => ({
      recommendation_id: body.recommendation_id.split(".")[0],
      strategy: shelf.strategy,
      rank: String(position + 1),
      item_id,
      score,
    })),
  );
  expect(rows).toMatchObject(shown);
  const user = pseudonymizer(env.DATA_SECRET ?? "")("u:1");
  for (const row of rows) {
    expect(row).toMatchObject({
      shopper: user,
      shopper_kind: "user",
      placement: "home",
      model_version: TEST_SHOP.model,
      arm: null,
      degraded: null,
    });
  }
  const [key] = await lakeKeys();
  expect(key).toMatch(/^recommendations\/date=\d{4}-\d\d-\d\d\/hour=\d\d\/batch-[0-9a-f]{16}\.parquet$/);
  expect(await counted()).toMatchObject({ answers: 1, items: 4, degraded: 0, lost: 0 });
});

it("a batch that comes again is one object and counts once, in whatever order its messages are", async () => {
  const bodies = [message(0, answer("r1")), message(2, answer("r2", { shopper: null }))];
  const outcomes: string[] = [];
  const batch = batchOf(bodies, outcomes);
  await consumeServed(batch, env);
  const first = await lakeRows();
  await consumeServed({ ...batch, messages: batch.messages.toReversed() }, env);
  expect(outcomes.toSorted()).toEqual(["ack 0", "ack 0", "ack 1", "ack 1"]);
  expect(await lakeKeys()).toHaveLength(1);
  expect(await lakeRows()).toEqual(first);
  const cells = first.map((row) => [row["recommendation_id"], row["shopper"] === null, row["item_id"], row["reason"]]);
  expect(cells).toEqual([
    ["r1", false, "a", "viewed"],
    ["r1", false, "b", "viewed"],
    ["r1", false, "c", "trending"],
    ["r2", true, "a", "viewed"],
    ["r2", true, "b", "viewed"],
    ["r2", true, "c", "trending"],
  ]);
  expect(await counted()).toEqual({ answers: 2, items: 6, degraded: 0, slow: 0, lost: 2 });
});

it("a message that comes again in other company is neither written nor counted again", async () => {
  const batch = batchOf([message(0, answer("r1")), message(0, answer("r2")), message(0, answer("r3"))], []);
  const part = (...places: readonly number[]): MessageBatch => ({
    ...batch,
    messages: batch.messages.filter((_, place) => places.includes(place)),
  });
  await consumeServed(part(0, 1), env);
  await consumeServed(part(1, 2), env);
  expect((await lakeRows()).map((row) => row["recommendation_id"])).toEqual(
    ["r1", "r2", "r3"].flatMap((id) => [id, id, id]),
  );
  expect(await counted()).toMatchObject({ answers: 3, items: 9 });
});

it("answers count under their own hour, by what answered them and by what was left out", async () => {
  const hour = Date.UTC(2026, 10, 21, 10);
  const late = answer("r2", {
    at: hour + HOUR_MILLISECONDS,
    latency_ms: 101,
    degraded: ["no_model", "vector_timeout"],
  });
  await consumeServed(batchOf([message(0, answer("r1"), { ...late, model_version: null, arm: "b" })], []), env);
  const rows = async (sql: string): Promise<unknown[]> => (await env.DB.prepare(sql).all()).results;
  expect(await rows("SELECT * FROM hourly_served ORDER BY hour")).toEqual([
    { hour, answers: 1, items: 3, degraded: 0, slow: 0, lost: 0 },
    { hour: hour + HOUR_MILLISECONDS, answers: 1, items: 3, degraded: 1, slow: 1, lost: 0 },
  ]);
  expect(await rows("SELECT reason, answers FROM hourly_degraded ORDER BY reason")).toEqual([
    { reason: "no_model", answers: 1 },
    { reason: "vector_timeout", answers: 1 },
  ]);
  const served = "SELECT hour, placement, strategy, model_version, arm, served FROM hourly_recommendations";
  expect(await rows(`${served} ORDER BY hour, strategy`)).toEqual([
    { hour, placement: "home", strategy: "similar", model_version: "m1", arm: "", served: 2 },
    { hour, placement: "home", strategy: "trending", model_version: "m1", arm: "", served: 1 },
    { hour: hour + HOUR_MILLISECONDS, placement: "home", strategy: "similar", model_version: "", arm: "b", served: 2 },
    { hour: hour + HOUR_MILLISECONDS, placement: "home", strategy: "trending", model_version: "", arm: "b", served: 1 },
  ]);
});

it("when D1 has counted and its answer is lost, what was written stays", async () => {
  const outcomes: string[] = [];
  const deaf = new Proxy(env.DB, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (typeof value !== "function") return value;
      if (property !== "batch") return value.bind(inner);
      return async (...given: readonly unknown[]) => {
        await Reflect.apply(value, inner, given);
        throw new Error("the answer is lost");
      };
    },
  });
  await consumeServed(batchOf([message(0, answer("r1"))], outcomes), { ...env, DB: deaf });
  expect(outcomes).toEqual(["ack 0"]);
  expect(await lakeRows()).toHaveLength(3);
  expect(await counted()).toMatchObject({ answers: 1 });
});

it("a batch that comes again when the hour has turned stays in its hour", async () => {
  const hour = hourBeginning(Date.now());
  const sentAt = new Date(hour + HOUR_MILLISECONDS - 1_000);
  vi.useFakeTimers({ toFake: ["Date"], now: hour + HOUR_MILLISECONDS - 500 });
  await consumeServed(batchOf([message(0, answer("r1"))], [], sentAt), env);
  vi.setSystemTime(hour + HOUR_MILLISECONDS + 500);
  // It died before it was counted.
  await env.DB.prepare("DELETE FROM served_messages").run();
  await consumeServed(batchOf([message(0, answer("r1"))], [], sentAt), env);
  expect(await lakeKeys()).toEqual([expect.stringContaining(hourFolder("recommendations", hour))]);
});

it("messages that are not ours are retried alone, and hold up nobody", async () => {
  const [first] = answer("r1").shelves;
  const odd: unknown[] = [
    "noise",
    null,
    { format: 2, lost: 0, answers: [] },
    message(-1),
    message(0, answer("r1", { shopper: "489" })),
    message(0, answer("r1", { at: 8.7e15 })),
    message(0, answer("r1", { shelves: [{ strategy: "similar", items: ["a"], scores: [], reasons: ["viewed"] }] })),
    message(0, answer("r1", { shelves: [{ strategy: "similar", items: ["a"], scores: [1], reasons: [] }] })),
    { ...message(0), answers: [{ ...answer("r1"), shelves: [{ ...first, scores: [null, 1] }] }] },
  ];
  const outcomes: string[] = [];
  await consumeServed(batchOf([...odd, message(0, answer("good"))], outcomes), env);
  expect(outcomes.toSorted()).toEqual([`ack ${odd.length}`, ...odd.map((_, n) => `retry ${n} in 8`)]);
  expect(new Set((await lakeRows()).map((row) => row["recommendation_id"]))).toEqual(new Set(["good"]));
});

it("answers without items and answers that were lost are counted, and make no file", async () => {
  const empty = answer("r1", { shelves: [], degraded: ["no_catalogue"], model_version: null });
  const outcomes: string[] = [];
  await consumeServed(batchOf([message(7, empty), message(3)], outcomes), env);
  expect(outcomes).toEqual(["ack 0", "ack 1"]);
  expect(await lakeKeys()).toEqual([]);
  expect(await counted()).toMatchObject({ answers: 1, items: 0, degraded: 1, lost: 10 });
});

/** A binding of which some methods fail. */
function broken<Target extends object>(target: Target, ...methods: readonly string[]): Target {
  return new Proxy(target, {
    get(inner, property) {
      if (methods.includes(String(property)))
        return () => {
          throw new Error(`${String(property)} is away`);
        };
      const value: unknown = Reflect.get(inner, property, inner);
      return typeof value === "function" ? value.bind(inner) : value;
    },
  });
}

it("everything is retried while R2 is away, and written once when it is back", async () => {
  const outcomes: string[] = [];
  const bodies = [message(1, answer("r1")), message(0, answer("r2"))];
  await consumeServed(batchOf(bodies, outcomes), { ...env, LAKE: broken(env.LAKE, "put", "delete") });
  expect(outcomes).toEqual(["retry 0 in 8", "retry 1 in 8"]);
  expect([await lakeKeys(), await counted()]).toMatchObject([[], { answers: null }]);
  await consumeServed(batchOf(bodies, outcomes), env);
  expect(await lakeRows()).toHaveLength(6);
  expect(await counted()).toMatchObject({ answers: 2, lost: 1 });
});

it("everything is retried while D1 is away, and no file stays: the messages may come again in other company", async () => {
  const outcomes: string[] = [];
  const away = { ...env, DB: broken(env.DB, "batch") };
  await consumeServed(batchOf([message(0, answer("r1")), message(0, answer("r2"))], outcomes), away);
  expect(outcomes).toEqual(["retry 0 in 8", "retry 1 in 8"]);
  expect(await lakeKeys()).toEqual([]);
  const bodies = [message(0, answer("r1")), message(0, answer("r2")), message(0, answer("r3"))];
  const batch = batchOf(bodies, outcomes);
  await consumeServed({ ...batch, messages: batch.messages.slice(0, 1) }, env);
  await consumeServed({ ...batch, messages: batch.messages.slice(1) }, env);
  expect((await lakeRows()).map((row) => row["recommendation_id"])).toEqual(
    ["r1", "r2", "r3"].flatMap((id) => [id, id, id]),
  );
});

it("what was written stays when D1 has counted it and then answers nothing at all", async () => {
  const outcomes: string[] = [];
  let isAway = false;
  const failing = new Proxy(env.DB, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (typeof value !== "function") return value;
      return (...given: readonly unknown[]): unknown => {
        if (isAway) throw new Error("D1 is away");
        isAway = property === "batch";
        const done: unknown = Reflect.apply(value, inner, given);
        return isAway ? Promise.resolve(done).then(() => Promise.reject(new Error("the answer is lost"))) : done;
      };
    },
  });
  const batch = batchOf([message(0, answer("r1"))], outcomes);
  await consumeServed(batch, { ...env, DB: failing });
  await consumeServed(batch, env);
  expect(outcomes).toEqual(["retry 0 in 8", "ack 0"]);
  expect(await lakeRows()).toHaveLength(3);
  expect(await counted()).toMatchObject({ answers: 1 });
});

/** A database that writes down what is asked of it. */
function noting(database: D1Database, statements: string[]): D1Database {
  return new Proxy(database, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (typeof value !== "function") return value;
      return (...given: readonly unknown[]): unknown => {
        if (property === "prepare") statements.push(String(given[0]));
        return Reflect.apply(value, inner, given);
      };
    },
  });
}

it("what was served to a user who was erased since is nobody's: once per batch it is asked who was", async () => {
  const pseudonym = pseudonymizer(env.DATA_SECRET ?? "");
  await rememberErased(env.DB, pseudonym("u:erased"), 1);
  const outcomes: string[] = [];
  const bodies = [
    message(0, answer("r1", { shopper: "u:erased" }), answer("r2", { shopper: "c:erased" })),
    message(0, answer("r3", { shopper: "u:kept" }), answer("r4", { shopper: "u:erased" })),
  ];
  const statements: string[] = [];
  await consumeServed(batchOf(bodies, outcomes), { ...env, DB: noting(env.DB, statements) });
  expect(statements.filter((one) => one.includes("erased_users"))).toHaveLength(1);
  expect(outcomes).toEqual(["ack 0", "ack 1"]);
  const rows = await lakeRows();
  expect(rows).toHaveLength(12);
  const whose = new Map(rows.map((row) => [row["recommendation_id"], [row["shopper"], row["shopper_kind"]]]));
  expect(Object.fromEntries(whose)).toEqual({
    r1: [null, null],
    r2: [pseudonym("c:erased"), "client"],
    r3: [pseudonym("u:kept"), "user"],
    r4: [null, null],
  });
  expect(await counted()).toMatchObject({ answers: 4, items: 12 });
});

it("nothing is asked of a batch that was served to no user", async () => {
  const statements: string[] = [];
  const nobodys = message(0, answer("r1", { shopper: "c:1" }), answer("r2", { shopper: null }));
  await consumeServed(batchOf([nobodys], []), { ...env, DB: noting(env.DB, statements) });
  expect(statements.filter((one) => one.includes("erased_users"))).toEqual([]);
  expect(await lakeRows()).toHaveLength(6);
});

it("everything is retried while nobody can say who was erased, and what is written stays as it is", async () => {
  const outcomes: string[] = [];
  const bodies = [message(0, answer("r1"))];
  const away = { ...env, DB: broken(env.DB, "prepare") };
  await consumeServed(batchOf(bodies, outcomes), away);
  expect([outcomes, await lakeKeys()]).toEqual([["retry 0 in 8"], []]);
  await consumeServed(batchOf(bodies, outcomes), env);
  expect(await lakeRows()).toHaveLength(3);
  await consumeServed(batchOf(bodies, outcomes), away);
  expect(outcomes).toEqual(["retry 0 in 8", "ack 0", "retry 0 in 8"]);
  expect(await lakeRows()).toHaveLength(3);
});

it("without its secret nothing is written that could name a person", async () => {
  const outcomes: string[] = [];
  await consumeServed(batchOf([message(0, answer("r1"))], outcomes), { ...env, DATA_SECRET: "" as never });
  expect(outcomes).toEqual(["retry 0 in 8"]);
  expect(await lakeKeys()).toEqual([]);
});

it("GET /v1/served tells of each hour what was served and what was lost, newest first", async () => {
  const hour = hourBeginning(Date.now());
  const insert = env.DB.prepare("INSERT INTO hourly_served VALUES (?, ?, ?, ?, ?, ?)");
  const at = (hoursAgo: number): number => hour - hoursAgo * HOUR_MILLISECONDS;
  await env.DB.batch([
    insert.bind(at(0), 90, 2_700, 3, 1, 10),
    insert.bind(at(2), 5, 0, 5, 0, 0),
    insert.bind(at(30), 1, 10, 0, 0, 0),
  ]);
  const iso = (hoursAgo: number): string => new Date(hour - hoursAgo * HOUR_MILLISECONDS).toISOString();
  const { status, body } = await runtime.call("/v1/served?limit=3");
  expect(status).toBe(200);
  expect(body.data).toEqual([
    { hour: iso(0), answers: 90, items: 2_700, degraded: 3, slow: 1, lost: 10, lost_share: 0.1 },
    { hour: iso(1), answers: 0, items: 0, degraded: 0, slow: 0, lost: 0, lost_share: null },
    { hour: iso(2), answers: 5, items: 0, degraded: 5, slow: 0, lost: 0, lost_share: 0 },
  ]);
  const next = (await runtime.call(`/v1/served?limit=28&cursor=${body.next_cursor}`)).body;
  expect(next.data.at(0).hour).toBe(iso(3));
  expect(next.data.at(-1)).toMatchObject({ hour: iso(30), answers: 1 });
  expect(next.next_cursor).toBeNull();
});

it.each([
  ["another cursor", "?cursor=tomorrow", 400, "invalid_cursor"],
  ["a cursor of the future", "?cursor=9000000000000000", 400, "invalid_cursor"],
  ["no hour", "?limit=0", 400, "invalid_request"],
  ["an unknown parameter", "?hours=3", 400, "unknown_field"],
])("GET /v1/served refuses %s", async (_, query, status, code) => {
  const answered = await runtime.call(`/v1/served${query}`);
  expect([answered.status, answered.body.error?.code]).toEqual([status, code]);
});

it("GET /v1/served is for those who may see analytics", async () => {
  const { status, body } = await runtime.call("/v1/served", { key: TEST_KEYS.publishable });
  expect([status, body.error?.code]).toEqual([403, "secret_key_required"]);
});
