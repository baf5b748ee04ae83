import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";

import config from "#shop-config";
import { ledgerName } from "../../../domain/ledger/routing.ts";
import type { LedgerStatus } from "../../../domain/ledger/status.ts";
import { listNotices } from "../../../platform/d1/notice-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { freshnessAnswer } from "../../../workers/api/analytics/freshness-answer.ts";
import { watch } from "../../../workers/crons/watch.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { addRun, ago, DAY, emptyTables, envOf, HOUR, NOW } from "./bed.ts";

const MINUTE = 60_000;

let runtime: TestRuntime;
let db: D1Database;
beforeAll(async () => {
  // Nothing is counted by itself: what waits is looked at.
  runtime = await startRuntime({ vars: { LEDGER_COUNTERS_MILLISECONDS: String(HOUR) } });
  db = runtime.env.DB;
});
afterAll(() => runtime.close());
beforeEach(() => {
  for (const level of ["log", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await emptyTables(db);
});

interface Answered {
  readonly status: string;
  readonly flows: readonly { flow: string; met: boolean | null; expected: boolean; age_seconds: number | null }[];
  readonly [other: string]: unknown;
}

const freshness = async (env = envOf(runtime), now = NOW): Promise<Answered> =>
  (await freshnessAnswer(env, config, now)) as Answered;
const lateFlows = ({ flows }: Answered): string[] => flows.filter(({ met }) => met === false).map(({ flow }) => flow);
const unknownFlows = ({ flows }: Answered): string[] => flows.filter(({ met }) => met === null).map(({ flow }) => flow);
const openNotices = async (): Promise<string[]> =>
  (await listNotices(db, { open: true, limit: 100, before: null })).map(
    ({ kind, subject, announcementId }) => `${kind} ${subject}${announcementId === null ? "" : " expected"}`,
  );

async function addServed(hour: number, answers: number, degraded: number): Promise<void> {
  await db.batch([
    db.prepare("INSERT INTO hourly_served VALUES (?, ?, ?, ?, 3, 0)").bind(hour, answers, answers * 4, degraded),
    db.prepare("INSERT INTO hourly_degraded VALUES (?, 'no_model', 1), (?, 'session_late', 9)").bind(hour, hour),
  ]);
}

it("says of a new deployment that nothing is late and nothing waits", async () => {
  const { status, body, headers } = await runtime.call("/v1/analytics/freshness");
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toBe("private, max-age=5");
  expect(body).toMatchObject({
    status: "ok",
    queues: ["events", "served", "events-dead", "served-dead"].map((queue) => ({
      queue,
      backlog: 0,
      oldest_seconds: null,
    })),
    waiting: { dead_letters: 0, quarantined_rows: 0, quarantined_events: 0, paused: [] },
    degraded: { answers: 0, degraded: 0, share: null, slow: 0, slow_share: null, lost: 0, reasons: [] },
    problems: [],
  });
  expect(body.flows).toHaveLength(8);
  expect(body.flows[3]).toEqual({
    flow: "event_to_rollup",
    newest_at: body.as_of,
    age_seconds: 0,
    objective_seconds: 120,
    met: true,
    expected: false,
    message: "Nothing is missing in what the counters hold.",
  });
});

it("sees what waits in a real queue", async () => {
  // The consumer takes it after some seconds, when no others have come to make up a batch.
  await runtime.env.SERVED_QUEUE.send({ format: 0 });
  const answer = await freshness(envOf(runtime), new Date());
  expect(answer["queues"]).toMatchObject([{ backlog: 0 }, { queue: "served", backlog: 1 }, {}, {}]);
  const [, served] = answer["queues"] as { oldest_seconds: number }[];
  expect(served?.oldest_seconds).toBeLessThan(5);
});

it("sees an event that the counters lack, until they have it", async () => {
  const at = Date.now();
  const event = {
    event_id: "e1",
    shopper: "u:1",
    name: "view_item",
    at,
    received_at: at,
    items: [{ item_id: "a" }],
    params: {},
  };
  const ledger = runtime.env.INTERACTION_LEDGER.getByName(ledgerName(0));
  await ledger.append([event]);
  const lacking = async () => (await freshness(envOf(runtime), new Date())).flows[3];
  expect((await lacking())?.age_seconds).toBeGreaterThan(0);
  await ledger.flush();
  expect((await lacking())?.age_seconds).toBe(0);
});

it("opens a notice when a flow is late and closes it when it is not", async () => {
  await addRun(db, 1, "complete", ago(20 * MINUTE));
  await addRun(db, 2, "failed", ago(5 * MINUTE), { error: "access denied" });
  await watch(envOf(runtime), NOW);
  expect(await openNotices()).toEqual(["freshness_breach replica_to_d1"]);
  const answer = await freshness();
  expect(answer.status).toBe("late");
  expect(lateFlows(answer)).toEqual(["replica_to_d1"]);
  expect(answer["problems"]).toMatchObject([
    { source: "notice", kind: "freshness_breach", subject: "replica_to_d1", expected: false },
    { source: "sync_run", kind: null, subject: "run-2", message: "access denied" },
  ]);
  await addRun(db, 3, "complete", ago(MINUTE));
  await watch(envOf(runtime), NOW);
  expect(await openNotices()).toEqual([]);
  expect(await freshness()).toMatchObject({ status: "ok", problems: [] });
});

it("expects what an announced outage explains, until a sync could have made up for it", async () => {
  await addRun(db, 1, "complete", ago(HOUR));
  const end = ago(14 * MINUTE);
  await db
    .prepare(
      "INSERT INTO announcements (id, kind, starts_at, ends_at, note, created_at) VALUES ('a', 'outage', 0, ?, '', 0)",
    )
    .bind(end)
    .run();
  await watch(envOf(runtime), NOW);
  expect(await openNotices()).toEqual(["freshness_breach replica_to_d1 expected"]);
  expect((await freshness()).flows[0]).toMatchObject({ met: false, expected: true });
  await watch(envOf(runtime), new Date(end + 16 * MINUTE));
  expect(await openNotices()).toEqual(["freshness_breach replica_to_d1"]);
});

it("follows items from the run that wrote them into the active model's index", async () => {
  await db
    .prepare(
      "INSERT INTO models (version, state, problems, indexed_through_run, published_at) VALUES ('m-1', 'active', '[]', 1, ?)",
    )
    .bind(ago(DAY))
    .run();
  await addRun(db, 1, "complete", ago(2 * HOUR));
  await addRun(db, 2, "complete", ago(HOUR));
  await addRun(db, 3, "complete", ago(MINUTE));
  const vectors = async () => (await freshness(envOf(runtime, {}, "m-1"))).flows[1];
  expect(await vectors()).toMatchObject({
    age_seconds: 0,
    met: true,
    newest_at: new Date(ago(2 * HOUR)).toISOString(),
  });
  const insert =
    "INSERT INTO items (item_id, name, category, price, hidden, public_values, features, row_hash, changed_run) VALUES (?, '', '', 1, 0, '{}', '{}', '', ?)";
  // Pushed since the last run: it waits for a run that has not begun.
  await db.prepare(insert).bind("pushed", 4).run();
  expect(await vectors()).toMatchObject({ age_seconds: 0, met: true });
  await db.batch([db.prepare(insert).bind("old", 1), db.prepare(insert).bind("new", 2)]);
  expect(await vectors()).toMatchObject({ age_seconds: 3_600, met: false });
});

it("asks how long an export is overdue, and takes none of an earlier moment for it", async () => {
  const insert = "INSERT INTO exports (export_id, state, started_at, params, as_of) VALUES (?, ?, ?, ?, ?)";
  const add = (id: string, state: string, startedAt: number, asOf: number | null): D1PreparedStatement =>
    db
      .prepare(insert)
      .bind(id, state, startedAt, JSON.stringify({ asOf, csv: false, userIds: "pseudonym" }), startedAt);
  // Due on Monday 16 November, 03:00.
  await db.batch([add("2026-11-09", "removed", ago(12 * DAY), null), add("2026-11-17", "complete", ago(4 * DAY), 1)]);
  const exported = async () => (await freshness()).flows.find(({ flow }) => flow === "export");
  expect(await exported()).toMatchObject({
    met: false,
    age_seconds: (NOW.getTime() - Date.UTC(2026, 10, 16, 3)) / 1_000,
  });
  await add("2026-11-18", "complete", ago(3 * DAY), null).run();
  expect(await exported()).toMatchObject({
    met: true,
    age_seconds: 0,
    newest_at: new Date(ago(3 * DAY)).toISOString(),
  });
});

const IDLE = {
  storage_bytes: 1,
  uncounted_since: null,
  unstored_since: null,
  sealed: 0,
  transfers: 0,
  failures: 0,
  error: null,
};
/** Shards of which the seventh says nothing. */
function shardsBut7(status: (shard: number) => LedgerStatus = (shard) => ({ ...IDLE, shard })) {
  return {
    getByName: (name: string) => ({
      status: () => {
        const shard = Number(/\d+$/.exec(name)?.[0]);
        return shard === 7 ? Promise.reject(new Error("overloaded")) : Promise.resolve(status(shard));
      },
    }),
  } as unknown as RuntimeEnv["INTERACTION_LEDGER"];
}
const queue = (metrics: () => Promise<unknown>) => ({ metrics }) as unknown as Queue;
const later = (milliseconds: number): Date => new Date(NOW.getTime() + milliseconds);

it("tells of a shard that is silent for longer than the objective, and of none that failed once", async () => {
  const troubled = envOf(runtime, { INTERACTION_LEDGER: shardsBut7() });
  // Nobody has noted it yet.
  expect(await freshness(troubled)).toMatchObject({ status: "unknown" });
  expect(unknownFlows(await freshness(troubled))).toEqual(["event_to_rollup", "event_to_lake"]);
  await watch(troubled, NOW);
  await watch(envOf(runtime), later(MINUTE));
  await watch(troubled, later(3 * MINUTE));
  expect(await openNotices()).toEqual([]);
  await watch(troubled, later(6 * MINUTE));
  expect(await openNotices()).toEqual(["freshness_breach event_to_rollup"]);
  const answer = await freshness(troubled, later(6 * MINUTE));
  expect([answer.status, lateFlows(answer), unknownFlows(answer)]).toEqual([
    "late",
    ["event_to_rollup"],
    ["event_to_lake"],
  ]);
  expect(answer.flows.find(({ flow }) => flow === "event_to_rollup")).toMatchObject({
    age_seconds: null,
    message: expect.stringContaining("No answer for 3 minutes from 1 of 16 shards"),
  });
  await watch(envOf(runtime), later(7 * MINUTE));
  expect(await openNotices()).toEqual([]);
});

it("tells of a queue that is silent for longer than the objective", async () => {
  const silent = queue(() => Promise.reject(new Error("no metrics")));
  const timeless = queue(() => Promise.resolve({ backlogCount: 3 }));
  const troubled = envOf(runtime, { EVENTS_QUEUE: silent, SERVED_QUEUE: timeless });
  await watch(troubled, NOW);
  expect(await openNotices()).toEqual([]);
  await watch(troubled, later(3 * MINUTE));
  const notices = await openNotices();
  expect(notices.toSorted()).toEqual([
    "freshness_breach event_to_rollup",
    "freshness_breach event_to_session",
    "freshness_breach served_to_rollup",
  ]);
});

it("knows what waits in shards and queues, whoever does not answer", async () => {
  const status = (shard: number): LedgerStatus => ({
    ...IDLE,
    shard,
    uncounted_since: shard === 3 ? ago(5 * MINUTE) : null,
    unstored_since: ago(shard * MINUTE),
    failures: shard === 3 ? 2 : 0,
    error: shard === 3 ? "D1 is away" : null,
  });
  const env = envOf(runtime, {
    INTERACTION_LEDGER: shardsBut7(status),
    EVENTS_QUEUE: queue(() => Promise.resolve({ backlogCount: 4, oldestMessageTimestamp: new Date(ago(3 * MINUTE)) })),
    SERVED_QUEUE: queue(() => Promise.reject(new Error("no such method"))),
    EVENTS_DEAD_QUEUE: queue(() => new Promise(() => undefined)),
    SERVED_DEAD_QUEUE: queue(() => Promise.resolve({ backlogCount: 0, oldestMessageTimestamp: new Date(0) })),
  });
  const answer = await freshness(env);
  expect(answer["queues"]).toEqual([
    { queue: "events", backlog: 4, oldest_seconds: 180 },
    { queue: "served", backlog: null, oldest_seconds: null },
    { queue: "events-dead", backlog: null, oldest_seconds: null },
    { queue: "served-dead", backlog: 0, oldest_seconds: null },
  ]);
  expect(lateFlows(answer)).toEqual(["event_to_session", "event_to_rollup", "event_to_lake"]);
  expect(answer.flows.slice(2, 5).map(({ age_seconds }) => age_seconds)).toEqual([180, 300, 900]);
  expect(answer["problems"]).toMatchObject([
    { at: null, source: "ledger", subject: "shard 7", message: "overloaded" },
    { at: null, source: "ledger", subject: "shard 3", message: "D1 is away" },
  ]);
});

it("opens a notice while too many answers are degraded, and keeps it while too few say otherwise", async () => {
  const hour = Date.UTC(2026, 10, 21, 12);
  await addServed(hour, 120, 10);
  await watch(envOf(runtime), NOW);
  const [notice] = await listNotices(db, { open: true, limit: 1, before: null });
  expect(notice).toMatchObject({ kind: "degraded_answers", subject: "answers" });
  expect(notice?.message).toContain("8.3 % of 120 answers");
  expect(notice?.message).toContain("`session_late` (9)");
  expect((await freshness())["degraded"]).toEqual({
    from: "2026-11-21T12:00:00.000Z",
    answers: 120,
    degraded: 10,
    share: 10 / 120,
    slow: 3,
    slow_share: 3 / 120,
    lost: 0,
    reasons: [
      { reason: "session_late", answers: 9 },
      { reason: "no_model", answers: 1 },
    ],
  });
  await watch(envOf(runtime), new Date(NOW.getTime() + 5 * HOUR));
  expect(await openNotices()).toEqual(["degraded_answers answers"]);
  await addServed(hour + 6 * HOUR, 100, 1);
  await watch(envOf(runtime), new Date(NOW.getTime() + 6 * HOUR));
  expect(await openNotices()).toEqual([]);
});

it("goes on watching everything else when R2 is away, and tells of it when that lasts", async () => {
  await addServed(Date.UTC(2026, 10, 21, 12), 120, 50);
  await addRun(db, 1, "complete", ago(20 * MINUTE));
  const broken = { get: () => Promise.reject(new Error("R2 is away")) } as unknown as R2Bucket;
  const away = envOf(runtime, { RUNTIME: broken, INTERACTION_LEDGER: shardsBut7() });
  const answer = await freshness(away);
  expect(lateFlows(answer)).toEqual(["replica_to_d1"]);
  expect(unknownFlows(answer)).toEqual(["d1_to_vectors", "event_to_rollup", "event_to_lake", "model"]);
  await watch(away, NOW);
  expect(await openNotices()).toEqual(["degraded_answers answers", "freshness_breach replica_to_d1"]);
  await watch(away, later(31 * MINUTE));
  expect(await openNotices()).toContain("freshness_breach d1_to_vectors");
});

it("goes on watching answers when flows cannot be read", async () => {
  await addServed(Date.UTC(2026, 10, 21, 12), 120, 50);
  const broken = envOf(runtime);
  Object.defineProperty(broken, "EVENTS_DEAD_QUEUE", {
    get: () => {
      throw new Error("no such binding");
    },
  });
  await watch(broken, NOW);
  expect(await openNotices()).toEqual(["degraded_answers answers"]);
});

it("says in the log what is wrong with the targets, and goes on watching", async () => {
  await addServed(Date.UTC(2026, 10, 21, 12), 120, 50);
  await watch(envOf(runtime, { NOTIFY_TARGETS: "sesame" as "[]" }), NOW);
  const said = vi.mocked(console.error).mock.calls.map(([line]) => String(line));
  expect(said).toEqual([expect.stringMatching(/"notify_targets_invalid".*NOTIFY_TARGETS is not valid JSON/)]);
  expect(said.join()).not.toContain("sesame");
  expect(await openNotices()).toEqual(["degraded_answers answers"]);
});
