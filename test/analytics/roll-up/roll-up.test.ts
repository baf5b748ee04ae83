import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { rollUp } from "../../../workers/crons/roll-up.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";

const NOW = new Date("2026-11-21T03:37:00.000Z");
const TODAY = Date.UTC(2026, 10, 21);
/** The newest day that is no longer kept by the hour, and the newest that is not kept at all. */
const OLD_DAY = TODAY - 37 * DAY_MILLISECONDS;
const GONE_DAY = TODAY - 401 * DAY_MILLISECONDS;

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.close());
beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  const tables = ["items", "lines", "line_countries", "orders", "recommendations", "served", "degraded"].map(
    (name) => `hourly_${name}`,
  );
  await runtime.env.DB.batch(
    [...tables, "served_messages"].map((table) => runtime.env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

async function rows(sql: string): Promise<Record<string, unknown>[]> {
  return (await runtime.env.DB.prepare(sql).all()).results;
}

async function addItem(hour: number, grain: string, item: string, views: number, quantity = 0): Promise<void> {
  await runtime.env.DB.prepare(
    "INSERT INTO hourly_items (hour, grain, item_id, country, currency, views, carts, removals, purchases, quantity, revenue) VALUES (?, ?, ?, 'FR', '', ?, 0, 0, ?, ?, ?)",
  )
    .bind(hour, grain, item, views, quantity > 0 ? 1 : 0, quantity, quantity * 2.5)
    .run();
}

const ITEMS = "SELECT hour, grain, item_id, views, quantity, revenue FROM hourly_items ORDER BY hour, grain, item_id";

it("hours older than their period become days, in one row with what was sold on the day; younger ones stay", async () => {
  await addItem(OLD_DAY, "day", "a", 0, 4);
  await addItem(OLD_DAY, "hour", "a", 3, 1);
  await addItem(OLD_DAY + 23 * HOUR_MILLISECONDS, "hour", "a", 5);
  await addItem(OLD_DAY + 23 * HOUR_MILLISECONDS, "hour", "b", 1);
  await addItem(OLD_DAY + DAY_MILLISECONDS, "hour", "a", 7);
  await rollUp(runtime.env, NOW);
  expect(await rows(ITEMS)).toEqual([
    { hour: OLD_DAY, grain: "day", item_id: "a", views: 8, quantity: 5, revenue: 12.5 },
    { hour: OLD_DAY, grain: "day", item_id: "b", views: 1, quantity: 0, revenue: 0 },
    { hour: OLD_DAY + DAY_MILLISECONDS, grain: "hour", item_id: "a", views: 7, quantity: 0, revenue: 0 },
  ]);
});

it("a correction that comes after the roll-up is added to its day by the next one", async () => {
  await addItem(OLD_DAY, "hour", "a", 3, 2);
  await rollUp(runtime.env, NOW);
  await addItem(OLD_DAY + HOUR_MILLISECONDS, "hour", "a", 0, -1);
  await rollUp(runtime.env, NOW);
  expect(await rows(ITEMS)).toEqual([
    { hour: OLD_DAY, grain: "day", item_id: "a", views: 3, quantity: 1, revenue: 2.5 },
  ]);
});

it("of a rolled-up day only so many rows keep their item; what was sold always does, and no sum changes", async () => {
  for (let item = 0; item < 8; item++) await addItem(OLD_DAY, "hour", `item-${item}`, 10 + item);
  await addItem(OLD_DAY, "hour", "sold", 1, 1);
  await rollUp(runtime.env, NOW, 3);
  const expected = [
    { item_id: "", views: 10 + 11 + 12 + 13 + 14 },
    { item_id: "item-5", views: 15 },
    { item_id: "item-6", views: 16 },
    { item_id: "item-7", views: 17 },
    { item_id: "sold", views: 1 },
  ];
  expect(await rows("SELECT item_id, views FROM hourly_items ORDER BY item_id")).toEqual(expected);
  // A second time finds nothing more to do.
  await addItem(OLD_DAY + HOUR_MILLISECONDS, "hour", "item-0", 1);
  await rollUp(runtime.env, NOW, 3);
  expect(await rows("SELECT sum(views) AS views, count(*) AS rows FROM hourly_items")).toEqual([
    { views: 10 * 8 + 28 + 1 + 1, rows: 5 },
  ]);
});

it("a day whose tail an earlier night left is trimmed by the next: before the bound, and before what is left over", async () => {
  const leftOver = OLD_DAY - 20 * DAY_MILLISECONDS;
  const tailed = [OLD_DAY, leftOver - DAY_MILLISECONDS];
  for (const day of tailed) for (let item = 0; item < 5; item++) await addItem(day, "day", `item-${item}`, 10 + item);
  await addItem(leftOver, "hour", "a", 1);
  // A day of the usual size stays as it is.
  for (let item = 0; item < 3; item++) await addItem(OLD_DAY - DAY_MILLISECONDS, "day", `item-${item}`, 1);
  await rollUp(runtime.env, NOW, 3);
  const found = await rows("SELECT hour, count(*) AS rows, sum(views) AS views FROM hourly_items GROUP BY hour");
  expect(found).toEqual([
    { hour: leftOver - DAY_MILLISECONDS, rows: 4, views: 60 },
    { hour: leftOver, rows: 1, views: 1 },
    { hour: OLD_DAY - DAY_MILLISECONDS, rows: 3, views: 3 },
    { hour: OLD_DAY, rows: 4, views: 60 },
  ]);
});

it("a day is trimmed before the next one begins, so that dying leaves one day at most", async () => {
  for (const day of [OLD_DAY - DAY_MILLISECONDS, OLD_DAY])
    for (let item = 0; item < 5; item++) await addItem(day, "hour", `item-${item}`, 10 + item);
  const { env } = runtime;
  let batches = 0;
  const dying = {
    prepare: (sql: string) => env.DB.prepare(sql),
    // The first two are of the first day: its hour, and its tail.
    batch: (statements: D1PreparedStatement[]) =>
      ++batches > 3 ? Promise.reject(new Error("gone")) : env.DB.batch(statements),
  } as unknown as D1Database;
  await expect(rollUp({ ...env, DB: dying }, NOW, 3)).rejects.toThrow("gone");
  const counts = "SELECT count(*) AS rows FROM hourly_items WHERE grain = 'day' GROUP BY hour ORDER BY hour";
  expect(await rows(counts)).toEqual([{ rows: 4 }, { rows: 5 }]);
  await rollUp(env, NOW, 3);
  expect(await rows(counts)).toEqual([{ rows: 4 }, { rows: 4 }]);
});

it("lines, orders and recommendations become days after their own period", async () => {
  const hour = GONE_DAY + 5 * HOUR_MILLISECONDS;
  const day = TODAY - 399 * DAY_MILLISECONDS;
  const { DB } = runtime.env;
  for (const at of [hour, hour + HOUR_MILLISECONDS, day]) {
    await DB.prepare("INSERT INTO hourly_lines VALUES (?, 'hour', '', 'Ships', 1, 2, 3, 4, 5, 6)").bind(at).run();
    await DB.prepare("INSERT INTO hourly_line_countries VALUES (?, 'hour', 'FR', '', 'Ships', 1, 2, 3, 4, 5, 6)")
      .bind(at)
      .run();
    await DB.prepare("INSERT INTO hourly_orders VALUES (?, 'hour', 'FR', '', 2)").bind(at).run();
    await DB.prepare(
      "INSERT INTO hourly_recommendations VALUES (?, 'hour', 'home', 'similar', 'm', '', '', 9, 8, 7, 6, 5, 4, 3)",
    )
      .bind(at)
      .run();
  }
  await rollUp(runtime.env, NOW);
  for (const table of ["hourly_lines", "hourly_line_countries"]) {
    expect(await rows(`SELECT hour, grain, line, views, revenue FROM ${table} ORDER BY hour`)).toEqual([
      { hour: GONE_DAY, grain: "day", line: "Ships", views: 2, revenue: 12 },
      { hour: day, grain: "hour", line: "Ships", views: 1, revenue: 6 },
    ]);
  }
  expect(await rows("SELECT hour, grain, orders FROM hourly_orders ORDER BY hour")).toEqual([
    { hour: GONE_DAY, grain: "day", orders: 4 },
    { hour: day, grain: "hour", orders: 2 },
  ]);
  expect(await rows("SELECT hour, grain, served, revenue FROM hourly_recommendations ORDER BY hour")).toEqual([
    { hour: GONE_DAY, grain: "day", served: 18, revenue: 6 },
    { hour: day, grain: "hour", served: 9, revenue: 3 },
  ]);
});

it("what is older than it may be goes: items' days, answers by the hour, messages that nobody sends again", async () => {
  await addItem(GONE_DAY, "day", "a", 1);
  await addItem(GONE_DAY - 100 * DAY_MILLISECONDS, "day", "a", 1);
  await addItem(GONE_DAY + DAY_MILLISECONDS, "day", "a", 1);
  const { DB } = runtime.env;
  await DB.batch([
    DB.prepare("INSERT INTO hourly_served VALUES (?, 1, 1, 1, 1, 1), (?, 2, 2, 2, 2, 2)").bind(GONE_DAY, TODAY),
    DB.prepare("INSERT INTO hourly_degraded VALUES (?, 'late', 1), (?, 'late', 2)").bind(GONE_DAY, TODAY),
    DB.prepare("INSERT INTO served_messages VALUES ('old', ?), ('young', ?)").bind(
      TODAY - 6 * DAY_MILLISECONDS,
      TODAY - 4 * DAY_MILLISECONDS,
    ),
  ]);
  await rollUp(runtime.env, NOW);
  expect(await rows("SELECT hour FROM hourly_items")).toEqual([{ hour: GONE_DAY + DAY_MILLISECONDS }]);
  expect(await rows("SELECT answers FROM hourly_served")).toEqual([{ answers: 2 }]);
  expect(await rows("SELECT answers FROM hourly_degraded")).toEqual([{ answers: 2 }]);
  expect(await rows("SELECT message_id FROM served_messages")).toEqual([{ message_id: "young" }]);
});

it("spikes go with the items' days of their time, unless they last", async () => {
  const spike = "INSERT INTO spikes VALUES (?, 'item', ?, 'sales', ?, ?, ?, ?, 9, 3, 0, 3, ?)";
  const add = (id: number, at: number, endedAt: number | null): Promise<unknown> =>
    runtime.env.DB.prepare(spike).bind(id, `item-${id}`, at, at, endedAt, at, at).run();
  await add(1, GONE_DAY - 2, GONE_DAY - 1);
  await add(2, GONE_DAY - 2, null);
  await add(3, TODAY - 2, TODAY - 1);
  await rollUp(runtime.env, NOW);
  expect(await rows("SELECT id FROM spikes ORDER BY id")).toEqual([{ id: 2 }, { id: 3 }]);
});

it("notices that have long been over go with their messages, unless one is still to be sent", async () => {
  const { DB } = runtime.env;
  const old = TODAY - 91 * DAY_MILLISECONDS;
  await DB.batch([
    DB.prepare("DELETE FROM notices"),
    DB.prepare(
      "INSERT INTO notices VALUES (1, 'k', 'over', '', ?1, ?1, NULL), (2, 'k', 'lasts', '', ?1, NULL, NULL), (4, 'k', 'not told', '', ?1, ?1, NULL)",
    ).bind(old),
    DB.prepare("INSERT INTO notices VALUES (3, 'k', 'lately over', '', ?1, ?2, NULL)").bind(
      old,
      old + 3 * DAY_MILLISECONDS,
    ),
    DB.prepare("DELETE FROM notice_deliveries"),
    DB.prepare(
      `INSERT INTO notice_deliveries SELECT value, 'opened', 'ops', 1, NULL, 5, NULL FROM json_each('[1, 2, 3]')
       UNION ALL SELECT 4, 'closed', 'ops', 1, 7, NULL, 'not yet'`,
    ),
  ]);
  await rollUp(runtime.env, NOW);
  expect(await rows("SELECT id FROM notices ORDER BY id")).toEqual([{ id: 2 }, { id: 3 }, { id: 4 }]);
  expect(await rows("SELECT notice_id, phase FROM notice_deliveries ORDER BY 1, 2")).toEqual([
    { notice_id: 2, phase: "opened" },
    { notice_id: 3, phase: "opened" },
    { notice_id: 4, phase: "closed" },
  ]);
});

describe("runs of the sync", () => {
  beforeEach(() =>
    runtime.env.DB.batch(["sync_runs", "models"].map((name) => runtime.env.DB.prepare(`DELETE FROM ${name}`))),
  );

  /** A run so many days ago, with the source's schema. */
  async function addRun(run: number, state: string, daysAgo: number): Promise<void> {
    await runtime.env.DB.prepare(
      `INSERT INTO sync_runs (run, run_id, "trigger", state, started_at, counts, source_schema) VALUES (?1, 'r' || ?1, 'cron', ?2, ?3, '{}', '{"tables":[]}')`,
    )
      .bind(run, state, NOW.getTime() - daysAgo * DAY_MILLISECONDS)
      .run();
  }
  const runs = (): Promise<Record<string, unknown>[]> =>
    rows("SELECT run, source_schema IS NOT NULL AS has_schema FROM sync_runs ORDER BY run");

  it("lose the source's schema after a week and go after 400 days, but for those that models go on from", async () => {
    await addRun(1, "complete", 500);
    await addRun(2, "failed", 401);
    await addRun(3, "complete", 401);
    await addRun(4, "complete", 399);
    await addRun(5, "complete", 8);
    await addRun(6, "failed", 6);
    await addRun(7, "complete", 0);
    await runtime.env.DB.prepare(
      "INSERT INTO models (version, state, problems, indexed_through_run, published_at) VALUES ('m', 'active', '[]', 3, 1)",
    ).run();
    for (let night = 0; night < 2; night++) await rollUp(runtime.env, NOW);
    expect(await runs()).toEqual([
      { run: 3, has_schema: 0 },
      { run: 4, has_schema: 0 },
      { run: 5, has_schema: 0 },
      { run: 6, has_schema: 1 },
      { run: 7, has_schema: 1 },
    ]);
  });

  it("stay from the newest complete one on, with the newest schema, when there were none for a long time", async () => {
    await addRun(1, "complete", 500);
    await addRun(2, "complete", 450);
    await addRun(3, "failed", 449);
    await rollUp(runtime.env, NOW);
    expect(await runs()).toEqual([
      { run: 2, has_schema: 0 },
      { run: 3, has_schema: 1 },
    ]);
  });

  it("stay while none was complete", async () => {
    await addRun(1, "failed", 500);
    await rollUp(runtime.env, NOW);
    expect(await runs()).toEqual([{ run: 1, has_schema: 1 }]);
  });

  it("go in one night, however many years of them there are", async () => {
    const { DB } = runtime.env;
    await DB.prepare(
      `INSERT INTO sync_runs (run_id, "trigger", state, started_at, counts, source_schema)
       SELECT 'r' || value, 'cron', 'complete', ?2, '{}', '{}' FROM json_each(?1)`,
    )
      .bind(JSON.stringify(Array.from({ length: 4_500 }, (_, n) => n)), GONE_DAY - DAY_MILLISECONDS)
      .run();
    await rollUp(runtime.env, NOW);
    expect(await runs()).toHaveLength(1);
  });
});

it("when it fails in between, nothing is lost or counted twice", async () => {
  await addItem(OLD_DAY, "hour", "a", 3);
  await addItem(OLD_DAY + HOUR_MILLISECONDS, "hour", "a", 4);
  let batches = 0;
  const failing = new Proxy(runtime.env.DB, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (typeof value !== "function") return value;
      if (property !== "batch") return value.bind(inner);
      return async (...given: readonly unknown[]) => {
        await Reflect.apply(value, inner, given);
        if (++batches === 1) throw new Error("the answer is lost");
      };
    },
  });
  await expect(rollUp({ ...runtime.env, DB: failing }, NOW)).rejects.toThrow("the answer is lost");
  await rollUp(runtime.env, NOW);
  expect(await rows("SELECT grain, views FROM hourly_items")).toEqual([{ grain: "day", views: 7 }]);
});
