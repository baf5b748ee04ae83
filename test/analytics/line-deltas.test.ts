import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { HOUR_MILLISECONDS } from "../../domain/ledger/limits.ts";
import { addHourlyCounters } from "../../platform/d1/hourly-counter-store.ts";
import { readLastLook } from "../../platform/d1/analytics/spike-look-store.ts";
import { mergeLineDeltas } from "../../platform/d1/line-deltas.ts";
import { runCron, SPIKES_CRON } from "../../workers/crons/crons.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { catalogueItem, insertRows } from "./reports/counters.ts";

const DAY = Date.UTC(2026, 10, 20);
const SHARD = 900;

let runtime: TestRuntime;
let sequence = -1;
beforeAll(async () => {
  runtime = await startRuntime();
  await insertRows(runtime, "items", [catalogueItem("vase", "Vases"), catalogueItem("car", "Cars")]);
});
afterAll(() => runtime.close());
beforeEach(async () => {
  const tables = ["hourly_items", "hourly_lines", "hourly_line_countries", "line_deltas"];
  await runtime.env.DB.batch(tables.map((table) => runtime.env.DB.prepare(`DELETE FROM ${table}`)));
});

interface Counted {
  readonly item_id: string;
  readonly country: string;
  readonly views: number;
  readonly hour?: number;
  readonly grain?: "hour" | "day";
  readonly revenue?: number;
}

/** A flush of a shard. @param again with the number of the one before, as when its answer was lost */
function flush(counted: readonly Counted[], again = false): Promise<void> {
  if (!again) sequence += 1;
  const nothing = { currency: "", carts: 0, removals: 0, purchases: 0, quantity: 0, revenue: 0 };
  const items = counted.map((one) => ({ hour: DAY, grain: "hour" as const, ...nothing, ...one }));
  return addHourlyCounters(runtime.env.DB, SHARD, sequence, { items, orders: [], recommendations: [] }, []);
}

async function rows(sql: string): Promise<unknown[]> {
  const { results } = await runtime.env.DB.prepare(sql).all();
  return results.map((row) => Object.values(row));
}
const merged = (): Promise<unknown[]> =>
  rows("SELECT hour, grain, line, country, views, revenue FROM hourly_line_countries ORDER BY 1, 2, 3, 4");
const ofAllCountries = (): Promise<unknown[]> =>
  rows("SELECT hour, grain, line, views, revenue FROM hourly_lines ORDER BY 1, 2, 3");

let limit = 10;
/** Views by line, as the API answers. @param more what else is asked */
async function asked(more = ""): Promise<unknown> {
  const range = `from=${new Date(DAY).toISOString()}&to=${new Date(DAY + 24 * HOUR_MILLISECONDS).toISOString()}`;
  // Answers are kept for seconds: each question is another one.
  const question = `/v1/analytics/interest?${range}&interval=total&timezone=UTC&group_by=line${more}&limit=${++limit}`;
  const { body } = await runtime.call(question);
  return body.data.map(({ line, country, views }: Record<string, unknown>) => [line, country, views]);
}

it("a flush of many lines is one row, and in every answer before it is brought together and after", async () => {
  await flush([
    { item_id: "vase", country: "FR", views: 1, revenue: 0.1 },
    { item_id: "vase", country: "US", views: 10, revenue: 0.2 },
    { item_id: "car", country: "FR", views: 100 },
    { item_id: "nobody knows it", country: "FR", views: 1_000, hour: DAY + HOUR_MILLISECONDS },
  ]);
  await flush([{ item_id: "vase", country: "US", views: 10_000, grain: "day" }]);
  expect(await rows("SELECT count(*) FROM line_deltas")).toEqual([[2]]);
  expect([await merged(), await ofAllCountries()]).toEqual([[], []]);
  const byLine = [
    ["", undefined, 1_000],
    ["Cars", undefined, 100],
    ["Vases", undefined, 10_011],
  ];
  expect(await asked()).toEqual(byLine);
  expect(await asked(",country&line=Vases")).toEqual([
    ["Vases", "FR", 1],
    ["Vases", "US", 10_010],
  ]);

  await runCron(SPIKES_CRON, runtime.env);
  expect(await rows("SELECT count(*) FROM line_deltas")).toEqual([[0]]);
  expect(await merged()).toEqual([
    [DAY, "day", "Vases", "US", 10_000, 0],
    [DAY, "hour", "Cars", "FR", 100, 0],
    [DAY, "hour", "Vases", "FR", 1, 0.1],
    [DAY, "hour", "Vases", "US", 10, 0.2],
    [DAY + HOUR_MILLISECONDS, "hour", "", "FR", 1_000, 0],
  ]);
  expect(await asked()).toEqual(byLine);

  // What is late is added to what is there.
  await flush([{ item_id: "vase", country: "US", views: 100_000 }]);
  expect(await asked("&line=Vases")).toEqual([["Vases", undefined, 110_011]]);
  await mergeLineDeltas(runtime.env.DB);
  expect(await ofAllCountries()).toContainEqual([DAY, "hour", "Vases", 100_011, 0.1 + 0.2]);
  expect(await asked("&line=Vases")).toEqual([["Vases", undefined, 110_011]]);
});

it("a flush that comes again counts once, and one of nothing leaves no row", async () => {
  await flush([{ item_id: "vase", country: "FR", views: 1 }]);
  await flush([{ item_id: "vase", country: "FR", views: 1 }], true);
  await mergeLineDeltas(runtime.env.DB);
  await flush([{ item_id: "vase", country: "FR", views: 1 }], true);
  await flush([]);
  expect(await rows("SELECT count(*) FROM line_deltas")).toEqual([[0]]);
  expect(await asked()).toEqual([["Vases", undefined, 1]]);
});

it("several at once, and one whose transaction fails, bring each flush over once", async () => {
  const { DB } = runtime.env;
  for (let n = 0; n < 20; n++) await flush([{ item_id: "vase", country: "FR", views: 1 }]);
  const failing = {
    prepare: (sql: string) => DB.prepare(sql),
    batch: () => Promise.reject(new Error("gone")),
  } as unknown as D1Database;
  await expect(mergeLineDeltas(failing)).rejects.toThrow("gone");
  const [one, other] = await Promise.all([mergeLineDeltas(DB), mergeLineDeltas(DB)]);
  expect(one + other).toBe(20);
  expect(await merged()).toEqual([[DAY, "hour", "Vases", "FR", 20, 0]]);
  expect(await asked()).toEqual([["Vases", undefined, 20]]);
});

it("what cannot be brought together keeps nobody from looking for spikes", async () => {
  await flush([{ item_id: "vase", country: "FR", views: 1 }]);
  const { DB } = runtime.env;
  await DB.exec("CREATE TRIGGER full BEFORE INSERT ON hourly_lines BEGIN SELECT RAISE(ABORT, 'no room'); END");
  try {
    const began = Date.now();
    await expect(runCron(SPIKES_CRON, runtime.env)).rejects.toThrow("no room");
    expect((await readLastLook(DB))?.lookedAt).toBeGreaterThanOrEqual(began);
    expect(await rows("SELECT count(*) FROM line_deltas")).toEqual([[1]]);
  } finally {
    await DB.exec("DROP TRIGGER full");
  }
});
