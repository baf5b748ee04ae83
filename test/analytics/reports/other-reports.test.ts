import { afterAll, beforeAll, expect, it } from "vitest";

import { weekOf } from "../../../domain/ledger/visits.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { catalogueItem, DAY, HOUR, insertCounters, insertRows } from "./counters.ts";

/** A Monday of half a year ago: items are not kept for ever, nor is a range before theirs. */
const MONDAY = weekOf(Date.now() - 190 * DAY);
/** The date of a day of its month, if the Monday were the 11th. */
const on = (day: number): string => new Date(MONDAY + (day - 11) * DAY).toISOString().slice(0, "2026-05-11".length);
const RANGE = `from=${on(11)}&to=${on(12)}`;
const RECOMMENDED = {
  hour: Date.parse(`${on(11)}T10:00:00Z`),
  grain: "hour",
  placement: "home",
  strategy: "profile",
  model_version: "m-1",
  arm: "",
  currency: "",
  served: 100,
  impressions: 20,
  clicks: 10,
  carts: 4,
  purchases: 1,
  quantity: 2,
  revenue: 10.1,
};

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
  await insertRows(runtime, "items", [
    catalogueItem("bark", "Ships", { stock: 10 }),
    catalogueItem("car", "Cars", { stock: 3 }),
    catalogueItem("dhow", "Ships", { stock: 0 }),
    catalogueItem("endless", "Ships", { stock: null }),
    catalogueItem("hidden", "Ships", { stock: 1, hidden: 1 }),
    catalogueItem("gone", "Ships", { stock: 1, deleted_at: 1 }),
    catalogueItem("unsold", "Ships", { stock: 1 }),
  ]);
  const sold = (item_id: string, day: number, quantity: number, revenue: number, more: object = {}) => ({
    at: `${on(day)}T10:00:00Z`,
    item_id,
    purchases: 1,
    quantity,
    revenue,
    ...more,
  });
  const items = [
    sold("bark", 10, 8, 80),
    sold("bark", 11, 3, 30),
    sold("bark", 12, 1, 10, { country: "FR" }),
    sold("car", 11, 5, 100),
    sold("dhow", 9, 1, 1_000),
    sold("dhow", 12, 2, 20),
    sold("endless", 12, 7, 7, { currency: "EUR" }),
    sold("hidden", 12, 7, 0),
    sold("gone", 12, 7, 0),
    { at: `${on(12)}T00:00:00Z`, grain: "day" as const, item_id: "car", purchases: 1, quantity: 1, revenue: 1 },
  ];
  await insertCounters(runtime, "hourly_items", items);
  await insertCounters(runtime, "hourly_lines", [
    { at: `${on(10)}T10:00:00Z`, line: "Ships", quantity: 8, revenue: 80 },
    { at: `${on(12)}T10:00:00Z`, line: "Ships", quantity: 5, revenue: 50 },
    { at: `${on(12)}T10:00:00Z`, line: "Ships", country: "FR", quantity: 1, revenue: 10 },
    { at: `${on(12)}T10:00:00Z`, line: "Cars", quantity: 6, revenue: 101 },
  ]);
  await insertRows(runtime, "hourly_recommendations", [
    RECOMMENDED,
    { ...RECOMMENDED, hour: RECOMMENDED.hour + HOUR, clicks: 0, revenue: 0.2 },
    { ...RECOMMENDED, currency: "JPY", served: 0, impressions: 0, clicks: 0, carts: 0, revenue: 900 },
    {
      ...RECOMMENDED,
      hour: RECOMMENDED.hour + HOUR,
      currency: "JPY",
      served: 0,
      impressions: 0,
      clicks: 0,
      revenue: 100,
    },
    { ...RECOMMENDED, placement: "cart", strategy: "together", model_version: "", arm: "b", impressions: 0, clicks: 1 },
    { ...RECOMMENDED, grain: "day", hour: Date.parse(`${on(12)}T00:00:00Z`), strategy: "popular", served: 7 },
    // Nothing of it is in the range.
    { ...RECOMMENDED, hour: RECOMMENDED.hour - 2 * DAY },
  ]);
});
afterAll(() => runtime.close());

async function rowsOf(question: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await runtime.call(`/v1/analytics/${question}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.data;
}

it("recommendations: what each placement and strategy came to, other money apart, shares of impressions", async () => {
  const rows = await rowsOf(`recommendations?${RANGE}`);
  expect(rows.map(({ placement, strategy, served }) => [placement, strategy, served])).toEqual([
    ["cart", "together", 100],
    ["home", "popular", 7],
    ["home", "profile", 200],
  ]);
  expect(rows[2]).toEqual({
    time: `${on(11)}T00:00:00.000Z`,
    grain: "total",
    placement: "home",
    strategy: "profile",
    served: 200,
    impressions: 40,
    clicks: 10,
    carts: 12,
    purchases: 4,
    units: 8,
    revenue: 10.3,
    revenue_other: { JPY: 1_000 },
    click_through: 0.25,
    click_through_low: expect.closeTo(0.1419, 4),
    click_through_high: expect.closeTo(0.4019, 4),
    cart_rate: 0.3,
    cart_rate_low: expect.closeTo(0.1807, 4),
    cart_rate_high: expect.closeTo(0.4543, 4),
    conversion: 0.1,
    conversion_low: expect.closeTo(0.0396, 4),
    conversion_high: expect.closeTo(0.2305, 4),
  });
  expect(rows[0]).toMatchObject({ clicks: 1, click_through: null, click_through_low: null, conversion_high: null });
});

it("recommendations: by model and arm, by the hour, with nothing by default, and as a table", async () => {
  const by = async (rest: string, ...columns: string[]): Promise<unknown[][]> =>
    (await rowsOf(`recommendations?${RANGE}&${rest}`)).map((row) => columns.map((column) => row[column]));
  expect(await by("group_by=model,arm", "model", "arm", "served")).toEqual([
    ["", "b", 100],
    ["m-1", "", 207],
  ]);
  expect(await by("group_by=&interval=day", "time", "served")).toEqual([
    [`${on(11)}T00:00:00.000Z`, 300],
    [`${on(12)}T00:00:00.000Z`, 7],
  ]);
  expect(await by("interval=hour&strategy=popular", "time", "grain", "served")).toEqual([
    [`${on(12)}T00:00:00.000Z`, "day", 7],
  ]);
  expect(await by("group_by=strategy&placement=home&model=m-1&arm=&top=1", "strategy")).toEqual([["profile"]]);
  expect(await by("group_by=&strategy=none", "served", "click_through", "revenue_other")).toEqual([[0, null, {}]]);
  const { body } = await runtime.call(`/v1/analytics/recommendations?${RANGE}&format=csv&strategy=profile`);
  expect(String(body).split("\r\n")[1]).toContain('10.3,"{""JPY"":1000}",0.25,');
});

it("movers: the largest change against as many hours before, in either direction, other money last", async () => {
  const rows = await rowsOf(`movers?${RANGE}`);
  const columns = ["item_id", "revenue", "revenue_before", "units", "units_before", "change", "currency"];
  expect(rows.map((row) => columns.map((column) => row[column]))).toEqual([
    ["dhow", 20, 1_000, 2, 1, -980, "USD"],
    ["car", 101, 0, 6, 0, 101, "USD"],
    ["bark", 40, 80, 4, 8, -40, "USD"],
    ["endless", 7, 0, 7, 0, 7, "EUR"],
  ]);
  expect(rows[0]).toMatchObject({ name: "The dhow", line: "Ships" });
});

it("movers: by line, the first of them, of a line or a country", async () => {
  expect(await rowsOf(`movers?${RANGE}&group_by=line&top=1`)).toEqual([
    { line: "Cars", revenue: 101, revenue_before: 0, units: 6, units_before: 0, change: 101, currency: "USD" },
  ]);
  expect((await rowsOf(`movers?${RANGE}&group_by=line&line=Ships`)).map(({ change }) => change)).toEqual([-20]);
  expect((await rowsOf(`movers?${RANGE}&line=Cars`)).map(({ item_id }) => item_id)).toEqual(["car"]);
  expect((await rowsOf(`movers?${RANGE}&country=FR`)).map(({ item_id, change }) => [item_id, change])).toEqual([
    ["bark", 10],
  ]);
  expect((await rowsOf(`movers?${RANGE}&group_by=line&country=FR`)).map(({ line, change }) => [line, change])).toEqual([
    ["Ships", 10],
  ]);
});

it("movers: where days are rolled up the range before begins with one, so that none is lost", async () => {
  const today = Math.floor(Date.now() / DAY) * DAY;
  const dayBefore = (days: number): string => new Date(today - days * DAY).toISOString();
  const sold = { grain: "day", item_id: "liner", purchases: 1, quantity: 1 } as const;
  await insertCounters(runtime, "hourly_items", [
    { ...sold, at: dayBefore(56), revenue: 1_000 },
    { ...sold, at: dayBefore(55), revenue: 100 },
    { ...sold, at: dayBefore(28), revenue: 10 },
    { ...sold, at: dayBefore(27), revenue: 1 },
  ]);
  const [liner] = (await rowsOf("movers?period=28d")).filter(({ item_id }) => item_id === "liner");
  expect(liner).toMatchObject({ revenue: 1, revenue_before: 110 });
});

it("movers: says how long a range may be where items of the range before are gone", async () => {
  const { status, body } = await runtime.call("/v1/analytics/movers?period=365d");
  expect([status, body.error.code]).toEqual([400, "invalid_request"]);
  expect(body.error.message).toContain("Items are kept for 400 days");
  const [, days] = /may be (\d+) days long at most/.exec(body.error.message) ?? [];
  expect(days).toBe("199");
  await rowsOf("movers?period=365d&group_by=line");
  // What it advises is taken, also where days begin earlier or later than UTC's.
  const from = new Date(Date.now() - Number(days) * DAY).toISOString();
  for (const timezone of ["UTC", "Asia/Kolkata", "Pacific/Auckland", "America/Los_Angeles"])
    await rowsOf(`movers?from=${from}&timezone=${timezone}`);
});

it("stock at risk: what sells and has a stock and is to be had, soonest gone first", async () => {
  const rows = await rowsOf(`stock-risk?${RANGE}`);
  expect(rows).toEqual([
    { item_id: "dhow", name: "The dhow", line: "Ships", stock: 0, units_per_day: 1, days_left: 0, revenue_per_day: 10 },
    { item_id: "car", name: "The car", line: "Cars", stock: 3, units_per_day: 3, days_left: 1, revenue_per_day: 50.5 },
    {
      item_id: "bark",
      name: "The bark",
      line: "Ships",
      stock: 10,
      units_per_day: 2,
      days_left: 5,
      revenue_per_day: 20,
    },
  ]);
  expect((await rowsOf(`stock-risk?${RANGE}&top=1`)).map(({ item_id }) => item_id)).toEqual(["dhow"]);
  expect((await rowsOf(`stock-risk?${RANGE}&line=Cars`)).map(({ item_id }) => item_id)).toEqual(["car"]);
  expect((await rowsOf(`stock-risk?${RANGE}&item=bark`)).map(({ days_left }) => days_left)).toEqual([5]);
});

it.each(["UTC", "Pacific/Auckland", "America/New_York"])(
  "shoppers: 13 of UTC's weeks, also where another zone has another day: %s",
  async (timezone) => {
    const rows = await rowsOf(`shoppers?to=2026-11-16T01:00:00Z&timezone=${timezone}`);
    expect(rows.map(({ week }) => week)).toHaveLength(13);
    expect(rows.at(-1)?.["week"]).toBe("2026-11-16T00:00:00.000Z");
  },
);

it("shoppers: new and returning by week, and of the buyers those who had bought before", async () => {
  const week = Date.parse(`${on(11)}T00:00:00Z`);
  await insertRows(runtime, "weekly_shoppers", [
    { week, kind: "user", new_shoppers: 3, returning_shoppers: 4 },
    { week, kind: "client", new_shoppers: 5, returning_shoppers: 6 },
  ]);
  const order = (order_id: string, user_id: string, day: string, more: Record<string, unknown> = {}) => ({
    order_id,
    user_id,
    ordered_at: Date.parse(`${day}T00:00:00Z`),
    date_only: 1,
    cancelled: 0,
    lines: "[]",
    row_hash: "",
    changed_run: 0,
    ...more,
  });
  await insertRows(runtime, "orders", [
    order("1", "once", on(17)),
    order("2", "twice-in-the-week", on(12)),
    order("3", "twice-in-the-week", on(12)),
    order("4", "before", "2025-01-01"),
    order("5", "before", on(13)),
    order("6", "cancelled-before", on(1), { cancelled: 1 }),
    order("7", "cancelled-before", on(13)),
    order("8", "deleted", on(13), { deleted_at: 1 }),
    order("9", "once", on(18)),
  ]);
  const nothing = { new_users: 0, returning_users: 0, new_clients: 0, returning_clients: 0 };
  expect(await rowsOf(`shoppers?from=${on(13)}&to=${on(25)}`)).toEqual([
    {
      week: `${on(11)}T00:00:00.000Z`,
      new_users: 3,
      returning_users: 4,
      new_clients: 5,
      returning_clients: 6,
      buyers: 4,
      repeat_buyers: 2,
      repeat_rate: 0.5,
    },
    { week: `${on(18)}T00:00:00.000Z`, ...nothing, buyers: 1, repeat_buyers: 1, repeat_rate: 1 },
    { week: `${on(25)}T00:00:00.000Z`, ...nothing, buyers: 0, repeat_buyers: 0, repeat_rate: null },
  ]);
  expect(await rowsOf("shoppers")).toHaveLength(13);
  const { body } = await runtime.call(`/v1/analytics/shoppers?from=${on(13)}&to=${on(14)}&format=csv`);
  expect(String(body).split("\r\n")[1]).toBe(`${on(11)}T00:00:00.000Z,3,4,5,6,4,2,0.5`);
});
