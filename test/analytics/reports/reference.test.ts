import { afterAll, beforeAll, expect, it } from "vitest";

import { ledgerName, orderShardOf } from "../../../domain/ledger/routing.ts";
import { createRandom } from "../../../scripts/random.ts";
import { remoteLedger } from "../../durable-objects/ledger-remote.ts";
import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../../support/runtime.ts";
import { catalogueItem, DAY, HOUR, insertRows } from "./counters.ts";
import { type Fact, factsOf, MONEY_UNIT, sumBy } from "./plain-computation.ts";
import { drawShopping, eventBody, ITEMS, lineOf, replicaOrder, type Shopping } from "./shopping.ts";

const SHARDS = 4;
const SEED = 20_261_121;
const SETTLE_MILLISECONDS = 60_000;
const TIMEOUT_MILLISECONDS = 120_000;
const SALES = ["orders", "order_items", "units", "revenue"];
const SALES_BY_ITEM = ["order_items", "units", "revenue"];
const INTEREST = ["views", "carts", "removals", "order_items"];
const EARNED = ["impressions", "clicks", "carts", "purchases", "units", "revenue"];

const now = Date.now();
const from = new Date((Math.floor(now / DAY) - 3) * DAY).toISOString();
const random = createRandom(SEED);
const shopping = drawShopping(random, now);
const facts = factsOf(shopping);

let runtime: TestRuntime;
const worker = () => runtime.harness.getWorker<Env>();

/** Each fact at least once, some again, in any order; now and then a shard or a session loses its memory. */
async function shop({ events, readings }: Shopping): Promise<void> {
  const steps = [
    ...events.map((event) => async () => {
      const response = await worker().fetch("http://endcap.test/v1/events", {
        method: "POST",
        headers: { authorization: `Bearer ${TEST_KEYS.secret}`, "content-type": "application/json" },
        body: JSON.stringify({
          user_id: event.user,
          consent: { personalization: true, analytics: true },
          country: event.country,
          events: [eventBody(event)],
        }),
      });
      expect(response.status).toBe(202);
      expect(((await response.json()) as { rejected: unknown[] }).rejected).toEqual([]);
    }),
    ...readings.map((reading) => async () => {
      await remoteLedger(runtime, orderShardOf(reading.order, SHARDS)).appendOrders([replicaOrder(reading)]);
    }),
  ];
  const again = steps.filter(() => random() < 0.2);
  const order = [...steps, ...again].map((step) => ({ step, place: random() })).toSorted((a, b) => a.place - b.place);
  for (const [n, { step }] of order.entries()) {
    await step();
    if (n % 60 === 59) {
      await worker().evictDurableObject("INTERACTION_LEDGER", { name: ledgerName(n % SHARDS) });
      await worker().evictDurableObject("SHOPPER_SESSION", { name: `u:user-${n % 12}` });
    }
    if (n % 90 === 89) await runtime.call("/v1/ledger/flush", { method: "POST" });
  }
}

/** Until as many doings are counted as there were, whatever they are; what each came to is for the tests. */
async function settle(): Promise<void> {
  const expected = sumBy(facts, () => "all", ["views", "carts", "removals"])["all"] ?? {};
  await eventually(async () => {
    const { body } = await runtime.call("/v1/ledger/flush", { method: "POST" });
    const counted = await runtime.env.DB.prepare(
      "SELECT sum(views) AS views, sum(carts) AS carts, sum(removals) AS removals FROM hourly_items",
    ).first<Record<string, number>>();
    const isAll = Object.entries(expected).every(([name, value]) => (counted?.[name] ?? 0) >= value);
    return isAll && body.totals.uncounted_since === null && body.totals.transfers === 0;
  }, SETTLE_MILLISECONDS);
}

beforeAll(async () => {
  runtime = await startRuntime({
    // What a sync calls: the shop's API has no way to say what the replica says.
    main: "./test/durable-objects/ledger-worker.ts",
    shop: "./test/analytics/reports/shop-config.ts",
    vars: { LEDGER_SHARDS: String(SHARDS) },
  });
  const known = ITEMS.filter((item) => lineOf(item) !== "");
  await insertRows(
    runtime,
    "items",
    known.map((item) => catalogueItem(item, lineOf(item))),
  );
  await shop(shopping);
  await settle();
}, TIMEOUT_MILLISECONDS);
afterAll(() => runtime.close());

type Row = Record<string, string | number | null>;

/** Every page of a report's rows. */
async function rowsOf(question: string): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: string = cursor === null ? "" : `&cursor=${cursor}`;
    const { status, body } = await runtime.call(`/v1/analytics/${question}&from=${from}${page}`);
    expect(status, JSON.stringify(body)).toBe(200);
    rows.push(...body.data);
    cursor = body.next_cursor;
  } while (cursor !== null);
  return rows;
}

/** Rows of an answer by key, money as whole numbers, without rows in which there is nothing. */
function answered(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  columns: readonly string[],
): Record<string, Record<string, number>> {
  const sums: Record<string, Record<string, number>> = {};
  for (const row of rows) {
    const values = columns.map((name) => [name, Number(row[name]) * (name === "revenue" ? MONEY_UNIT : 1)] as const);
    if (values.every(([, value]) => value === 0)) continue;
    expect(sums[keyOf(row)], `${keyOf(row)} comes twice`).toBeUndefined();
    // To the ten-thousandth: half a cent of a pound at its rate is not rounded away.
    for (const [, value] of values) expect(Math.abs(value - Math.round(value))).toBeLessThan(1e-2);
    sums[keyOf(row)] = Object.fromEntries(values.map(([name, value]) => [name, Math.round(value)]));
  }
  return sums;
}

const dateIn = (moment: number, timeZone: string): string => new Date(moment).toLocaleDateString("sv-SE", { timeZone });
/** An hour is of the day that it ends in: a midnight within it is that day's. */
const dayOfFact = ({ grain, hour }: Fact, timeZone: string): string =>
  grain === "day" ? dateIn(hour, "UTC") : dateIn(hour + HOUR - 1, timeZone);

it("draws a shopping of which every kind is there", () => {
  const { events, readings } = shopping;
  expect(new Set(events.map(({ name }) => name)).size).toBe(7);
  expect(new Set(facts.map(({ currency }) => currency))).toEqual(new Set(["USD", "EUR"]));
  expect(events.some(({ currency }) => currency === "GBP")).toBe(true);
  expect(readings.some(({ cancelled }) => cancelled)).toBe(true);
  expect(new Set(facts.map(({ grain }) => grain)).size).toBe(2);
  expect(new Set(facts.map(({ country }) => country)).size).toBe(3);
});

it("sales by the hour are what was sold, each order once, to the cent", async () => {
  const rows = await rowsOf("sales?interval=hour&limit=50");
  expect(answered(rows, (row) => `${row["time"]} ${row["grain"]} ${row["currency"]}`, SALES)).toEqual(
    sumBy(facts, ({ hour, grain, currency }) => `${new Date(hour).toISOString()} ${grain} ${currency}`, SALES),
  );
});

it.each(["UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kolkata"])("sales by the day of %s are", async (zone) => {
  const rows = await rowsOf(`sales?interval=day&timezone=${zone}`);
  expect(answered(rows, (row) => `${dateIn(Date.parse(String(row["time"])), zone)} ${row["currency"]}`, SALES)).toEqual(
    sumBy(facts, (fact) => `${dayOfFact(fact, zone)} ${fact.currency}`, SALES),
  );
});

it.each([
  ["item", "item_id", "item"],
  ["line", "line", "line"],
] as const)("sales by %s are", async (group, column, field) => {
  const rows = await rowsOf(`sales?interval=total&group_by=${group}&limit=4`);
  const sold = facts.filter(({ item }) => item !== "");
  expect(answered(rows, (row) => `${row[column]} ${row["currency"]}`, SALES_BY_ITEM)).toEqual(
    sumBy(sold, (fact) => `${fact[field]} ${fact.currency}`, SALES_BY_ITEM),
  );
});

it("sales by country are, with the orders of each", async () => {
  const rows = await rowsOf("sales?interval=total&group_by=country");
  expect(answered(rows, (row) => `${row["country"]} ${row["currency"]}`, SALES)).toEqual(
    sumBy(facts, ({ country, currency }) => `${country} ${currency}`, SALES),
  );
});

it("a single item's sales by the day and country are", async () => {
  const own = facts.filter(({ item }) => item === "item-2");
  const rows = await rowsOf("sales?item=item-2&interval=day&group_by=country");
  expect(answered(rows, (row) => `${row["time"]} ${row["country"]} ${row["currency"]}`, SALES_BY_ITEM)).toEqual(
    sumBy(own, (fact) => `${dayOfFact(fact, "UTC")}T00:00:00.000Z ${fact.country} ${fact.currency}`, SALES_BY_ITEM),
  );
});

it("interest by the hour and by item and day is what was looked at", async () => {
  const hours = await rowsOf("interest?interval=hour");
  expect(answered(hours, (row) => `${row["time"]} ${row["grain"]}`, INTEREST)).toEqual(
    sumBy(facts, ({ hour, grain }) => `${new Date(hour).toISOString()} ${grain}`, INTEREST),
  );
  const items = await rowsOf("interest?interval=day&group_by=item&limit=5");
  const seen = facts.filter(({ item }) => item !== "");
  expect(answered(items, (row) => `${row["time"]} ${row["item_id"]}`, INTEREST)).toEqual(
    sumBy(seen, (fact) => `${dayOfFact(fact, "UTC")}T00:00:00.000Z ${fact.item}`, INTEREST),
  );
});

it("recommendations earned what was bought through them, and other money apart", async () => {
  const earned = facts
    .filter(({ placement }) => placement !== undefined)
    .map((fact) => {
      const { shelf_impressions, shelf_clicks, shelf_carts, ...adds } = fact.adds;
      const own = { ...adds, impressions: shelf_impressions ?? 0, clicks: shelf_clicks ?? 0, carts: shelf_carts ?? 0 };
      return { ...fact, adds: fact.currency === "USD" ? own : { ...own, revenue: 0, apart: adds["revenue"] ?? 0 } };
    });
  const rows = await rowsOf("recommendations?group_by=placement,strategy");
  const keyOf = (row: object): string =>
    JSON.stringify(["placement", "strategy"].map((name) => Reflect.get(row, name)));
  expect(answered(rows, keyOf, EARNED)).toEqual(sumBy(earned, keyOf, EARNED));
  const apart = sumBy(earned, keyOf, ["apart"]);
  for (const row of rows) {
    const other = row["revenue_other"] as unknown as Record<string, number>;
    expect(Math.round((other["EUR"] ?? 0) * MONEY_UNIT)).toBe(apart[keyOf(row)]?.["apart"] ?? 0);
  }
});
