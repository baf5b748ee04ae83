import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { HOUR_MILLISECONDS } from "../../domain/ledger/limits.ts";
import { addHourlyCounters } from "../../platform/d1/hourly-counter-store.ts";
import { readLastLook } from "../../platform/d1/analytics/spike-look-store.ts";
import { mergeLineDeltas } from "../../platform/d1/line-deltas.ts";
import { rollUpHour, trimDay } from "../../platform/d1/roll-up-store.ts";
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
  readonly views?: number;
  readonly hour?: number;
  readonly grain?: "hour" | "day";
  readonly purchases?: number;
  readonly quantity?: number;
  readonly revenue?: number;
}

/** Hours of items before this moment are days. */
let hoursSince = DAY;
/** A flush of a shard. @param again with the number of the one before, as when its answer was lost */
function flush(counted: readonly Counted[], again = false): Promise<void> {
  if (!again) sequence += 1;
  const nothing = { currency: "", views: 0, carts: 0, removals: 0, purchases: 0, quantity: 0, revenue: 0 };
  const items = counted.map((one) => ({ hour: DAY, grain: "hour" as const, ...nothing, ...one }));
  return addHourlyCounters(runtime.env.DB, SHARD, sequence, { items, orders: [], recommendations: [] }, [], hoursSince);
}

async function rows(sql: string): Promise<unknown[]> {
  const { results } = await runtime.env.DB.prepare(sql).all();
  return results.map((row) => Object.values(row));
}
const merged = (): Promise<unknown[]> =>
  rows("SELECT hour, grain, line, country, views, revenue FROM hourly_line_countries ORDER BY 1, 2, 3, 4");
const ofAllCountries = (): Promise<unknown[]> =>
  rows("SELECT hour, grain, line, views, revenue FROM hourly_lines ORDER BY 1, 2, 3");

const sale = (item_id: string, country = "FR", hour = DAY): Counted => ({
  item_id,
  country,
  hour,
  purchases: 1,
  quantity: 2,
  revenue: 100,
});
/** The same sums with the other sign: the order was taken back. */
const refund = (item_id: string, country = "FR", hour = DAY): Counted => ({
  ...sale(item_id, country, hour),
  purchases: -1,
  quantity: -2,
  revenue: -100,
});
/** The catalogue says from now on that an item is of a line. */
async function putInLine(item: string, line: string): Promise<void> {
  const { DB } = runtime.env;
  await DB.prepare("DELETE FROM items WHERE item_id = ?").bind(item).run();
  await insertRows(runtime, "items", [catalogueItem(item, line)]);
}
/** What each line sold, in all: two tables that must agree. */
async function sold(): Promise<unknown> {
  await mergeLineDeltas(runtime.env.DB);
  const of = (table: string): Promise<unknown[]> =>
    rows(`SELECT line, sum(purchases), sum(quantity), sum(revenue) FROM ${table} GROUP BY line ORDER BY line`);
  const [all, byCountry] = await Promise.all([of("hourly_lines"), of("hourly_line_countries")]);
  expect(byCountry).toEqual(all);
  return all;
}

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

it.each([
  ["was unknown when it was bought", null, ""],
  ["was of another line when it was bought", "Planes", "Planes"],
])("a refund is taken from the line that has the sale: the item %s", async (_, before, line) => {
  const item = `bought as ${before}`;
  if (before !== null) await putInLine(item, before);
  await flush([sale(item), sale(item, "US")]);
  expect(await sold()).toEqual([[line, 2, 4, 200]]);
  await putInLine(item, "Ships");
  await flush([refund(item)]);
  expect(await sold()).toEqual([[line, 1, 2, 100]]);
  await flush([refund(item, "US")]);
  expect(await sold()).toEqual([[line, 0, 0, 0]]);
  // What is bought in that hour yet is with the rest of it; the next hour is of the line that the item has by then.
  await flush([sale(item), sale(item, "FR", DAY + HOUR_MILLISECONDS)]);
  expect(await sold()).toEqual([
    [line, 1, 2, 100],
    ["Ships", 1, 2, 100],
  ]);
});

it("so is one that comes when the hour has become part of its day", async () => {
  const { DB } = runtime.env;
  await putInLine("moves", "Planes");
  const hours = [DAY, DAY + 5 * HOUR_MILLISECONDS];
  await flush([sale("late"), ...hours.map((hour) => sale("moves", "FR", hour))]);
  await flush([{ item_id: "looked at", country: "FR", views: 1 }]);
  await putInLine("late", "Ships");
  await putInLine("moves", "Ships");
  await mergeLineDeltas(DB);
  for (const hour of hours) await rollUpHour(DB, "hourly_items", hour);
  await trimDay(DB, DAY, 0);
  const days = "SELECT item_id, hour, grain, line FROM hourly_items ORDER BY item_id";
  const rolledUp = [
    ["", DAY, "day", null],
    ["late", DAY, "day", ""],
    ["moves", DAY, "day", "Planes"],
  ];
  expect(await rows(days)).toEqual(rolledUp);
  hoursSince = DAY + 24 * HOUR_MILLISECONDS;
  await flush([refund("late"), ...hours.map((hour) => refund("moves", "FR", hour))]);
  expect(await sold()).toEqual([
    ["", 0, 0, 0],
    ["Planes", 0, 0, 0],
  ]);
  for (const hour of hours) await rollUpHour(DB, "hourly_items", hour);
  expect(await rows(days)).toEqual(rolledUp);
  hoursSince = DAY;
});

it("an order of which only the day is known says nothing about the line of that day's hours", async () => {
  await flush([{ ...sale("dated"), grain: "day" }]);
  await putInLine("dated", "Trains");
  await flush([sale("dated", "FR", DAY + 9 * HOUR_MILLISECONDS)]);
  expect(await sold()).toEqual([
    ["", 1, 2, 100],
    ["Trains", 1, 2, 100],
  ]);
});

it("a day keeps the line that it has, and takes the hour's where an earlier version noted none", async () => {
  const { DB } = runtime.env;
  const keys = { grain: "day", country: "FR" } as const;
  await putInLine("car", "Ships");
  await flush([
    { item_id: "car", views: 1, ...keys },
    { item_id: "vase", views: 1, ...keys },
  ]);
  await DB.prepare("UPDATE hourly_items SET line = NULL WHERE item_id = 'vase'").run();
  await putInLine("car", "Cars");
  await flush([{ item_id: "vase", views: 1, country: "FR" }]);
  await DB.prepare(
    "INSERT INTO hourly_items SELECT hour, 'hour', country, currency, 'car', views, 0, 0, 0, 0, 0, 'Cars' FROM hourly_items WHERE item_id = 'vase' AND grain = 'hour'",
  ).run();
  await rollUpHour(DB, "hourly_items", DAY);
  expect(await rows("SELECT item_id, views, line FROM hourly_items ORDER BY item_id")).toEqual([
    ["car", 2, "Ships"],
    ["vase", 2, "Vases"],
  ]);
});

it("rows of a version that noted no line stay without, and are counted under the item's own", async () => {
  await flush([sale("vase")]);
  await runtime.env.DB.prepare("UPDATE hourly_items SET line = NULL").run();
  await flush([refund("vase")]);
  expect(await sold()).toEqual([["Vases", 0, 0, 0]]);
  expect(await rows("SELECT line FROM hourly_items")).toEqual([[null]]);
});

it("noting a line writes no further row: one of the items, one of all lines, one of the shard", async () => {
  const { DB } = runtime.env;
  const written: number[] = [];
  const watched = {
    prepare: (sql: string) => DB.prepare(sql),
    async batch(statements: D1PreparedStatement[]) {
      const results = await DB.batch(statements);
      written.push(...results.map(({ meta }) => meta.rows_written));
      return results;
    },
  } as unknown as D1Database;
  const nothing = { currency: "", carts: 0, removals: 0, purchases: 0, quantity: 0, revenue: 0 };
  const items = [{ hour: DAY, grain: "hour" as const, item_id: "vase", country: "FR", ...nothing, views: 1 }];
  const add = (n: number): Promise<void> =>
    addHourlyCounters(watched, SHARD + 1, n, { items, orders: [], recommendations: [] }, [], DAY);
  for (const n of [0, 1]) await add(n);
  expect(written).toEqual([1, 1, 1, 1, 1, 1]);
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
