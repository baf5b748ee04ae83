import { afterAll, beforeAll, expect, it } from "vitest";

import { weekOf } from "../../domain/ledger/visits.ts";
import { mergeLineDeltas } from "../../platform/d1/line-deltas.ts";
import { createRandom } from "../../scripts/random.ts";
import { parquetRows } from "../support/parquet.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { TODAY } from "../durable-objects/ledger-world.ts";
import type { AsOfRead, LedgerDrive, LedgerStep } from "./faulty-worker.ts";
import { drawCase, type LedgerCase } from "./ledger-case.ts";
import { add, expectedOf, type LastAt, RECOMMENDED_AT, type Sums, whoCame, withoutNothing } from "./plain-reference.ts";

const SHARDS = 4;
const ROUNDS = 40;
const CASES_PER_ROUND = 25;
/** Of the calls that a ledger makes: after each of them it may fail or die, before and after it was done. */
const TROUBLE_RATE = 0.25;
const SEED = 20_261_121;
/** After every so many rounds all totals are read, and at the end once more as they were then. */
const MOMENT_ROUNDS = 8;
const TIMEOUT_MILLISECONDS = 280_000;

let runtime: TestRuntime;
beforeAll(async () => {
  const vars = {
    LEDGER_SHARDS: String(SHARDS),
    // Alarms come in between by themselves.
    LEDGER_COUNTERS_MILLISECONDS: "40",
    LEDGER_SEGMENT_MILLISECONDS: "90",
  };
  runtime = await startRuntime({
    main: "./test/ledger/faulty-worker.ts",
    shop: "./test/ledger/shop-config.ts",
    vars,
  });
});
afterAll(() => runtime.close());

function shuffled<Value>(values: readonly Value[], random: () => number): Value[] {
  return values
    .map((value) => ({ value, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ value }) => value);
}

/** Every fact at least once, some several times, in any order and any batches, among flushes and deaths. */
function stepsOf(cases: readonly LedgerCase[], random: () => number): LedgerStep[] {
  const facts = cases.flatMap(({ events, orders }) => [
    ...events.map((event) => ({ event })),
    ...orders.map((order) => ({ order })),
  ]);
  const repeated = facts.filter(() => random() < 0.2);
  const pending = shuffled([...facts, ...repeated], random);
  const steps: LedgerStep[] = [];
  while (pending.length > 0) {
    const batch = pending.splice(0, 1 + Math.floor(random() * 40));
    const interactions = batch.flatMap((fact) => ("event" in fact ? [fact.event] : []));
    const orders = batch.flatMap((fact) => ("order" in fact ? [fact.order] : []));
    if (interactions.length > 0) steps.push({ kind: "append", interactions });
    if (orders.length > 0) steps.push({ kind: "orders", orders });
    const shard = Math.floor(random() * SHARDS);
    if (random() < 0.3) steps.push({ kind: "flush", shard });
    if (random() < 0.1) steps.push({ kind: "die", shard });
  }
  return steps;
}

async function drive(request: LedgerDrive): Promise<Record<string, number>> {
  const { status, body } = await runtime.call("/v1/drive", { body: request });
  expect(status).toBe(200);
  return body;
}

/** All users' totals as of a moment, now where none is named. */
async function asOf(moment: number | null): Promise<AsOfRead> {
  const { status, body } = await runtime.call("/v1/as-of", { body: { asOf: moment } });
  expect(status).toBe(200);
  return body;
}

function inOrder(rows: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const keyOf = (row: Record<string, unknown>): string => `${String(row["shopper"])} ${String(row["item_id"])}`;
  return rows.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

/** No row's last time is before anything that its counts hold, or after everything that was ever said of its item. */
function expectLastTimes(rows: readonly Record<string, unknown>[], expected: Readonly<Record<string, LastAt>>): void {
  const of = new Map(
    rows.map((row) => [`${String(row["shopper"])} ${String(row["item_id"])}`, Number(row["last_at"])]),
  );
  const wrong = Object.entries(expected).filter(([key, { earliest, latest }]) => {
    const last = of.get(key);
    return last === undefined ? !key.startsWith("x:") : last < earliest || last > latest;
  });
  expect(wrong).toEqual([]);
}

const quiet: readonly LedgerStep[] = Array.from({ length: 3 }, () =>
  Array.from({ length: SHARDS }, (_, shard): LedgerStep => ({ kind: "flush", shard })),
).flat();

const TOTAL_FIELDS = ["views", "carts", "removals", "purchases", "refunds", "others", "quantity", "revenue", "rating"];
const COUNTER_FIELDS = ["views", "carts", "removals", "purchases", "quantity", "revenue"];
const EARNED_FIELDS = ["impressions", "clicks", "carts", "purchases", "quantity", "revenue"];

function addRows(
  rows: readonly Record<string, unknown>[],
  keyOf: (row: Record<string, unknown>) => string,
  fields: readonly string[],
): Sums {
  const sums: Sums = {};
  for (const row of rows) add(sums, keyOf(row), Object.fromEntries(fields.map((field) => [field, Number(row[field])])));
  return withoutNothing(sums);
}

async function allTotals(): Promise<Record<string, unknown>[]> {
  const worker = runtime.harness.getWorker<Env>();
  const rows = await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) => {
      const storage = await worker.getDurableObjectStorage("INTERACTION_LEDGER", { name: `shard-${shard}` });
      return storage.exec("SELECT * FROM totals");
    }),
  );
  return rows.flat();
}

/** Everybody came in the one week of the cases; a client may have been counted before it signed in. */
async function expectShoppers(shoppers: readonly string[], cases: readonly LedgerCase[]): Promise<void> {
  const { results } = await runtime.env.DB.prepare("SELECT * FROM weekly_shoppers ORDER BY kind").all();
  const week = weekOf(TODAY);
  const users = shoppers.filter((shopper) => shopper.startsWith("u:"));
  expect(results).toEqual([
    { week, kind: "client", new_shoppers: expect.any(Number), returning_shoppers: 0 },
    { week, kind: "user", new_shoppers: users.length, returning_shoppers: 0 },
  ]);
  const clients = cases.flatMap(({ events }) => whoCame(events)).filter((shopper) => shopper.startsWith("c:"));
  const counted = Number(results[0]?.["new_shoppers"]);
  expect(counted).toBeGreaterThanOrEqual(shoppers.length - users.length);
  expect(counted).toBeLessThanOrEqual(clients.length);
}

async function lakeRows(table: string): Promise<Record<string, unknown>[]> {
  const { LAKE } = runtime.env;
  const rows: Record<string, unknown>[] = [];
  let cursor: string | undefined;
  do {
    const page = await LAKE.list({ prefix: `${table}/`, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key } of page.objects) rows.push(...(await parquetRows(await (await LAKE.get(key))?.arrayBuffer())));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return rows;
}

it(
  "whatever is repeated, reordered, fails or dies on the way, lake, totals and counters are those of the distinct facts",
  { timeout: TIMEOUT_MILLISECONDS },
  async () => {
    const random = createRandom(SEED);
    const cases: LedgerCase[] = [];
    const moments: AsOfRead[] = [];
    let troubles: Record<string, number> = {};
    for (let round = 0; round < ROUNDS; round++) {
      const drawn = Array.from({ length: CASES_PER_ROUND }, (_, n) => drawCase(random, `case-${round}-${n}`, TODAY));
      cases.push(...drawn);
      [troubles] = await Promise.all([
        drive({ seed: SEED + round, rate: TROUBLE_RATE, steps: stepsOf(drawn, random) }),
        // While flushes come, by two at once.
        mergeLineDeltas(runtime.env.DB),
        mergeLineDeltas(runtime.env.DB),
      ]);
      if (round % MOMENT_ROUNDS === 0) moments.push(await asOf(null));
    }
    await drive({ seed: 0, rate: 0, steps: quiet });
    await mergeLineDeltas(runtime.env.DB);
    // Every kind of trouble was met at every kind of call.
    expect(Object.keys(troubles)).toHaveLength(12);

    const expected = cases.map(expectedOf);
    const together = (part: "totals" | "counters" | "orders"): Sums =>
      Object.assign({}, ...expected.map((one) => one[part])) as Sums;
    const rows = await allTotals();
    const totals = addRows(rows, (row) => `${String(row["shopper"])} ${String(row["item_id"])}`, TOTAL_FIELDS);
    expect(totals).toEqual(together("totals"));
    expectLastTimes(rows, Object.assign({}, ...expected.map((one) => one.lastAt)));
    const isUsers = (row: Record<string, unknown>): boolean => String(row["shopper"]).startsWith("u:");
    const counts = rows.map(({ history: _history, added_at: _added, ...row }) => row).filter(isUsers);
    expect(inOrder((await asOf(null)).rows)).toEqual(inOrder(counts));
    for (const then of moments) expect((await asOf(then.asOf)).rows).toEqual(then.rows);

    const { results: counters } = await runtime.env.DB.prepare("SELECT * FROM hourly_items").all();
    const counterKey = (row: Record<string, unknown>): string =>
      [row["hour"], row["grain"], row["item_id"], row["country"], row["currency"]].join(" ");
    expect(addRows(counters, counterKey, COUNTER_FIELDS)).toEqual(together("counters"));
    // Nobody knows these items, hence no line has them: their sums are those of all items.
    const lineKey = (row: Record<string, unknown>): string =>
      [row["hour"], row["grain"], row["country"], row["currency"]].join(" ");
    const wholeKey = (row: Record<string, unknown>): string => [row["hour"], row["grain"], row["currency"]].join(" ");
    for (const [table, key] of [
      ["hourly_line_countries", lineKey],
      ["hourly_lines", wholeKey],
    ] as const) {
      const { results: lines } = await runtime.env.DB.prepare(`SELECT * FROM ${table}`).all();
      expect(addRows(lines, key, COUNTER_FIELDS)).toEqual(addRows(counters, key, COUNTER_FIELDS));
      expect(new Set(lines.map((row) => row["line"]))).toEqual(new Set([""]));
    }

    const ordersExpected: Sums = {};
    for (const { ordersByHour } of expected) {
      for (const [key, sums] of Object.entries(ordersByHour)) add(ordersExpected, key, sums);
    }
    const { results: orders } = await runtime.env.DB.prepare("SELECT * FROM hourly_orders").all();
    expect(addRows(orders, lineKey, ["orders"])).toEqual(ordersExpected);

    await expectShoppers(
      expected.flatMap(({ shoppers }) => shoppers),
      cases,
    );

    const { results: earned } = await runtime.env.DB.prepare("SELECT * FROM hourly_recommendations").all();
    for (const row of earned) expect(row).toMatchObject(RECOMMENDED_AT);
    const earnedKey = (row: Record<string, unknown>): string =>
      [row["model_version"], row["hour"], row["currency"]].join(" ");
    const earnedExpected = expected.flatMap(({ recommendations }, n) =>
      Object.entries(recommendations).map(([hour, sums]) => {
        const name = `case-${Math.floor(n / CASES_PER_ROUND)}-${n % CASES_PER_ROUND}`;
        return [`${name} ${hour}`, sums] as const;
      }),
    );
    expect(addRows(earned, earnedKey, EARNED_FIELDS)).toEqual(Object.fromEntries(earnedExpected));

    const ids = (await lakeRows("events")).map((row) => String(row["event_id"])).toSorted();
    expect(ids).toEqual(expected.flatMap((one) => one.eventIds).toSorted());
    const changes = await lakeRows("orders");
    const orderKey = (row: Record<string, unknown>): string => [row["transaction_id"], row["item_id"]].join(" ");
    expect(addRows(changes, orderKey, ["purchases", "quantity", "revenue"])).toEqual(together("orders"));
    expect(new Set(changes.map((row) => row["change_id"])).size).toBe(changes.length);
  },
);
