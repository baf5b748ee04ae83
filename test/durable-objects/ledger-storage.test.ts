import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { hash64, shardOf } from "../../domain/hash.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import { LEDGER_MIGRATIONS } from "../../durable-objects/ledger/migrations.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { interaction, Ledgers } from "./ledger-world.ts";

const WEEK = 7 * 24 * 3_600_000;
const THIS_WEEK = Math.floor(Date.now() / WEEK);

let runtime: TestRuntime;
let ledgers: Ledgers;
beforeAll(async () => {
  runtime = await startRuntime();
  ledgers = new Ledgers(runtime);
});
afterAll(() => runtime.close());

const worker = () => runtime.harness.getWorker<Env>();
async function rowsOf(shard: number, sql: string): Promise<Record<string, unknown>[]> {
  const storage = await worker().getDurableObjectStorage("INTERACTION_LEDGER", { name: ledgerName(shard) });
  return storage.exec(sql);
}

/** A shard as an earlier time has left it: an object that nobody has called yet. */
async function prepared(shard: number, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await rowsOf(shard, statement);
  await worker().evictDurableObject("INTERACTION_LEDGER", { name: ledgerName(shard) });
}

const inWeek = (week: number): string =>
  `INSERT INTO state VALUES (1, '${JSON.stringify({
    shards: ledgers.shards,
    week,
    active: 0,
    last: 0,
    sealed: [],
    counted: 0,
    counting: null,
    hour: 0,
    sweep: null,
  })}')`;

describe("ids", () => {
  it.each([
    [0, "of this week", true],
    [1, "of last week", true],
    [2, "of the week before last", true],
    [3, "of the week before that", false],
    [20, "of long ago", false],
  ])("taken %i weeks ago (%s) are known: %s", async (weeks, _, known) => {
    const shard = 200 + weeks;
    const week = THIS_WEEK - weeks;
    await prepared(shard, [inWeek(week), `INSERT INTO ids_${week % 3} VALUES ('taken')`]);
    const { duplicates } = await ledgers.shard(shard).append([interaction("taken", { shopper: "x:1" })]);
    expect(duplicates).toBe(known ? 1 : 0);
    expect(await ledgers.shard(shard).missing(["taken", "never"])).toEqual(["never"]);
  });

  it("stay known when the clock goes back a week", async () => {
    const week = THIS_WEEK + 1;
    await prepared(250, [inWeek(week), `INSERT INTO ids_${week % 3} VALUES ('taken')`]);
    expect(await ledgers.shard(250).append([interaction("taken")])).toMatchObject({ duplicates: 1 });
  });
});

it("a new week forgets what anonymous shoppers did long ago, and nobody else", async () => {
  const total = (shopper: string, item: string, at: number): string =>
    `INSERT INTO totals (shopper, item_id, views, carts, removals, purchases, others, quantity, revenue, rated_at, last_at)
     VALUES ('${shopper}', '${item}', 1, 0, 0, 0, 0, 0, 0, 0, ${at})`;
  await prepared(260, [
    inWeek(THIS_WEEK - 1),
    total("c:gone", "a", 0),
    total("c:gone", "b", 0),
    total("c:here", "a", Date.now()),
    total("u:known", "a", 0),
  ]);
  await ledgers.shard(260).append([interaction("new", { shopper: "x:1" })]);
  await ledgers.shard(260).flush();
  const rows = await rowsOf(260, "SELECT shopper, item_id FROM totals ORDER BY shopper");
  expect(rows).toEqual([
    { shopper: "c:here", item_id: "a" },
    { shopper: "u:known", item_id: "a" },
  ]);
});

it("an object of the first version keeps its ids, totals and journal", async () => {
  const old = interaction("old-1", { shopper: "u:old" });
  const everything = [
    "ids_0",
    "ids_1",
    "ids_2",
    "totals",
    "orders",
    "transfers",
    "received",
    "aliases",
    "erased",
    "visits",
    "journal_0",
    "state",
  ];
  await prepared(270, [
    ...everything.map((table) => `DROP TABLE ${table}`),
    "DELETE FROM migrations",
    ...(LEDGER_MIGRATIONS[0] ?? "")
      .replaceAll(/--.*$/gm, "")
      .split(";")
      .filter((statement) => statement.trim() !== ""),
    `INSERT INTO migrations VALUES (0, '${hash64(LEDGER_MIGRATIONS[0] ?? "")}')`,
    "INSERT INTO ids VALUES ('old-1', 20000)",
    "INSERT INTO totals VALUES ('u:old', 'a', 1, 0, 0, 0, 0, 0, 0, NULL, 0, 5)",
    `INSERT INTO journal (events, interactions) VALUES (1, '${JSON.stringify([old])}')`,
  ]);
  const shard = ledgers.shard(270);
  expect(await shard.append([old])).toMatchObject({ appended: 0, duplicates: 1 });
  expect(await shard.totals("u:old")).toMatchObject([{ item_id: "a", views: 1, refunds: 0, last_at: 5 }]);
  expect(await shard.flush()).toMatchObject({ uncounted_since: null, unstored_since: null, sealed: 0, error: null });
  const { objects } = await runtime.env.LAKE.list({ prefix: "events/" });
  expect(objects.map(({ key }) => key.split("/").at(-1))).toContain("shard-270-0000000000.parquet");
});

it("an object of the second version keeps its totals and orders, and says no state of before", async () => {
  const shopper = "u:second";
  const number = shardOf(shopper, ledgers.shards);
  const line = { item_id: "a", quantity: 2, price: 5 };
  const told = { event_id: "second-1", shopper, at: 5, received_at: 5, currency: "USD", lines: [line] };
  const items = [{ item_id: "a", purchases: 1, refunds: 0, quantity: 1, revenue: 5 }];
  const order = {
    storefront: told,
    replica: null,
    refunded: [{ item_id: "a", quantity: 1 }],
    counted: { shopper, as_of: 5, at: 5, date_only: false, items },
  };
  await prepared(number, [
    "DROP TABLE erased",
    "DROP TABLE visits",
    "ALTER TABLE totals DROP COLUMN added_at",
    "ALTER TABLE totals DROP COLUMN history",
    "DELETE FROM migrations WHERE number >= 2",
    inWeek(THIS_WEEK),
    `INSERT INTO totals (shopper, item_id, views, carts, removals, purchases, others, quantity, revenue, rated_at, last_at)
     VALUES ('${shopper}', 'a', 1, 0, 0, 1, 0, 1, 5, 0, 5)`,
    `INSERT INTO orders VALUES ('second', '${JSON.stringify(order)}')`,
  ]);
  const shard = ledgers.shard(number);
  const since = await shard.clock();
  await shard.cut(since);
  const params = { transaction_id: "second", currency: "USD" };
  await shard.append([interaction("second-2", { name: "refund", shopper, items: [line], params, at: 9 })]);
  expect(await shard.totals(shopper)).toMatchObject([
    { views: 1, purchases: 0, refunds: 1, quantity: 0, revenue: 0, last_at: 9 },
  ]);
  const rows = await rowsOf(number, "SELECT added_at, history FROM totals");
  expect(rows).toMatchObject([{ added_at: 0 }]);
  expect(JSON.parse(String(rows[0]?.["history"]))).toMatchObject([
    [expect.any(Number), 1, 0, 0, 1, 0, 0, 1, 5, null, 0, 5],
  ]);
  expect(JSON.parse(String((await rowsOf(number, "SELECT value FROM state"))[0]?.["value"]))).toMatchObject({
    cut: since,
    history_since: since,
  });
});
