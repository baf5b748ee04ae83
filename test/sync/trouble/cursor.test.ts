import { expect } from "vitest";

import type { Dialect } from "../property/shop.ts";
import { type Bed, inWords, onBeds, type ToldRun } from "./bed.ts";
import { expectCopy } from "./copy.ts";
import { addCustomers, fillShop, productCode, SMALL_SHOP } from "./fill-shop.ts";
import { VERIFY_EVERY_RUNS } from "./shops/cursor-shop.ts";

const TIME: Readonly<Record<Dialect, string>> = { mysql: "datetime(6)", postgres: "timestamptz" };

/** A time of the shop's day. */
function at(time: string): string {
  return `'2026-11-20 ${time}'`;
}

/** Changes a customer's city, and says when it was done. */
function moves(id: number, city: string, time: string): string {
  return `UPDATE customers SET city = '${city}', changed = ${at(time)} WHERE id = ${id}`;
}

function addOrder(id: number): string[] {
  return [
    `INSERT INTO orders (id, customer, placed) VALUES (${id}, 1, '2026-11-20')`,
    `INSERT INTO order_lines (order_id, line, product, quantity, price) VALUES (${id}, 1, '${productCode(1)}', 1, 5.00)`,
  ];
}

async function runAll({ writer }: Bed, statements: readonly string[]): Promise<void> {
  for (const sql of statements) await writer.run(sql);
}

/** The shop as it was at ten o'clock, synced: customers 1–20, orders 1002, 1004, … 1024, versions 1–12 of ratings. */
async function openSyncedShop(bed: Bed): Promise<void> {
  await fillShop(bed.writer, SMALL_SHOP);
  await runAll(bed, [
    `ALTER TABLE customers ADD changed ${TIME[bed.dialect]}`,
    `UPDATE customers SET changed = ${at("08:00:00")}`,
    `UPDATE customers SET changed = ${at("10:00:00")} WHERE id > 18`,
    "ALTER TABLE ratings ADD version bigint",
    "UPDATE ratings SET version = customer",
    "UPDATE orders SET id = 1000 + id * 2",
    "UPDATE order_lines SET order_id = 1000 + order_id * 2",
  ]);
  expect((await bed.run()).state).toBe("complete");
  await expectCopy(bed);
}

/** How many rows of an entity a run wrote, and how many it compared: none, where only what is new was read. */
function work(run: ToldRun, entity: string): { written: number; deleted: number; compared: number } {
  expect(run.state).toBe("complete");
  const { written, deleted, compared } = run.counts[entity] ?? { written: 0, deleted: 0, compared: 0 };
  return { written, deleted, compared };
}

/** A run that died still holds its lease. */
const LEASE_OVER_MILLISECONDS = 120_000;
const FOUND_NOTHING = { written: 0, deleted: 0, compared: 0 };

/**
 * Runs until everything is compared.
 * @param since runs since the last time
 */
async function runUntilCompared(bed: Bed, since: number, entity: string): Promise<ToldRun> {
  for (let run = since + 1; run < VERIFY_EVERY_RUNS; run++) {
    expect(work(await bed.run(), entity)).toEqual(FOUND_NOTHING);
  }
  return bed.run();
}

/** Asserts that D1 is the shop, and that no key is left to be asked about. */
async function expectSettled(bed: Bed): Promise<void> {
  await expectCopy(bed);
  expect(await bed.stored("SELECT count(*) AS n FROM sync_ranges WHERE retired = 1")).toEqual([{ n: 0 }]);
}

onBeds({ shop: "./test/sync/trouble/shops/cursor-shop.ts" }, (when) => {
  when("what changed is read by itself, and nothing else", async (bed) => {
    await openSyncedShop(bed);
    expect(work(await bed.run(), "users")).toEqual(FOUND_NOTHING);
    await runAll(bed, [
      moves(7, "Nantes", "10:05:00"),
      "UPDATE ratings SET stars = 1, version = 100 WHERE customer = 3",
    ]);
    const run = await bed.run();
    expect(work(run, "users")).toEqual({ ...FOUND_NOTHING, written: 1 });
    expect(work(run, "ratings")).toEqual({ ...FOUND_NOTHING, written: 1 });
    await expectCopy(bed);
  });

  when(
    "a transaction that began earlier and commits later is caught by the overlap",
    async (bed) => {
      await openSyncedShop(bed);
      const late = await bed.openWriter();
      await late.run("BEGIN");
      await late.run(moves(1, "late", "10:10:30"));
      await bed.writer.run(moves(2, "early", "10:11:00"));
      expect(work(await bed.run(), "users")).toEqual({ ...FOUND_NOTHING, written: 1 });
      await late.run("COMMIT");
      await late.close();
      expect(work(await bed.run(), "users")).toEqual({ ...FOUND_NOTHING, written: 1 });
      await expectCopy(bed);
    },
    "clients",
  );

  when(
    "one that took longer than the overlap is found by the next comparison",
    async (bed) => {
      await openSyncedShop(bed);
      const late = await bed.openWriter();
      await late.run("BEGIN");
      await late.run(moves(1, "very late", "10:05:00"));
      await bed.writer.run(moves(2, "early", "10:11:00"));
      expect(work(await bed.run(), "users")).toEqual({ ...FOUND_NOTHING, written: 1 });
      await late.run("COMMIT");
      await late.close();
      expect(work(await runUntilCompared(bed, 1, "users"), "users")).toMatchObject({ written: 1, deleted: 0 });
      await expectSettled(bed);
    },
    "clients",
  );

  when("changes that the column does not tell of are found by the next comparison", async (bed) => {
    await openSyncedShop(bed);
    await runAll(bed, [
      "UPDATE customers SET city = 'untold' WHERE id = 3",
      "UPDATE customers SET city = 'backdated', changed = '2020-01-01 00:00:00' WHERE id = 4",
      "INSERT INTO customers (id, country, city, tier) VALUES (30, 'DE', 'no time at all', 1)",
      "DELETE FROM customers WHERE id = 20",
      "DELETE FROM ratings WHERE customer = 2",
      "UPDATE ratings SET stars = 2 WHERE customer = 4",
    ]);
    const run = await runUntilCompared(bed, 0, "users");
    expect(work(run, "users")).toMatchObject({ written: 3, deleted: 1 });
    expect(work(run, "ratings")).toMatchObject({ written: 1, deleted: 1 });
    await expectSettled(bed);
    expect(work(await bed.run(), "users")).toEqual(FOUND_NOTHING);
  });

  when("rows that come and go between two comparisons leave nothing", async (bed) => {
    await openSyncedShop(bed);
    await addCustomers(bed.writer, 31, 42);
    await bed.writer.run(`UPDATE customers SET changed = ${at("10:20:00")} WHERE id > 30`);
    await runAll(bed, [moves(9, "newest", "10:20:30"), ...addOrder(1026)]);
    const run = await bed.run();
    expect(work(run, "users")).toEqual({ ...FOUND_NOTHING, written: 13 });
    expect(work(run, "orders")).toEqual({ ...FOUND_NOTHING, written: 1 });
    await runAll(bed, [
      "DELETE FROM customers WHERE id > 30",
      "DELETE FROM orders WHERE id = 1026",
      "DELETE FROM order_lines WHERE order_id = 1026",
    ]);
    const compared = await runUntilCompared(bed, 1, "users");
    expect(work(compared, "users")).toMatchObject({ written: 0, deleted: 12 });
    expect(work(compared, "orders")).toMatchObject({ written: 0, deleted: 1 });
    await expectSettled(bed);
  });

  when("a source that was restored from an older copy is noticed once, and followed at once", async (bed) => {
    await openSyncedShop(bed);
    await runAll(bed, [
      "DROP TABLE IF EXISTS customers_then",
      "CREATE TABLE customers_then AS SELECT * FROM customers",
    ]);
    await addCustomers(bed.writer, 21, 23);
    await runAll(bed, [
      `UPDATE customers SET changed = ${at("12:00:00")} WHERE id > 20`,
      moves(5, "since then", "11:30:00"),
      "DELETE FROM customers WHERE id = 6",
    ]);
    expect(work(await bed.run(), "users")).toEqual({ ...FOUND_NOTHING, written: 4 });

    await runAll(bed, ["DELETE FROM customers", "INSERT INTO customers SELECT * FROM customers_then"]);
    expect(work(await bed.run(), "users")).toMatchObject({ written: 1, deleted: 3 });
    await expectSettled(bed);
    // Newer than the copy, and older than what had been read before it.
    await bed.writer.run(moves(8, "after it", "10:30:00"));
    expect(work(await bed.run(), "users")).toEqual({ ...FOUND_NOTHING, written: 1 });
    await expectCopy(bed);
    const notices = await bed.notices();
    expect(notices.map(inWords)).toEqual(["source_went_back users: closed"]);
    expect(notices[0]?.message).toMatch(
      /^customers\.changed ends at 2026-11-20 10:00:00\S*, and was read up to [^\n]+$/,
    );
    await bed.writer.run("DROP TABLE customers_then");
  });

  when("a row that changed and changes back, untold, is found by the next comparison", async (bed) => {
    await openSyncedShop(bed);
    await runAll(bed, [
      moves(5, "for a moment", "10:05:00"),
      moves(9, "newest", "10:06:00"),
      "UPDATE ratings SET stars = 9, version = 100 WHERE customer = 3",
      "INSERT INTO ratings (customer, product, stars, version) VALUES (1, 'p000009', 3, 101)",
    ]);
    expect(work(await bed.run(), "users")).toEqual({ ...FOUND_NOTHING, written: 2 });
    expect((await bed.notices()).map(inWords)).toEqual(["rows_set_aside ratings: open"]);
    // To the letter as when their ranges were last read.
    await runAll(bed, [moves(5, "City 5", "08:00:00"), "UPDATE ratings SET stars = 3, version = 3 WHERE customer = 3"]);
    expect(work(await runUntilCompared(bed, 1, "users"), "users")).toMatchObject({ written: 1, deleted: 0 });
    await expectSettled(bed);
    expect((await bed.notices()).map(inWords)).toEqual(["rows_set_aside ratings: closed"]);
  });

  when(
    "a run that dies while it follows a source that went back is gone on with, and tells nothing twice",
    async (bed) => {
      await openSyncedShop(bed);
      await bed.writer.run(moves(5, "since then", "11:30:00"));
      expect(work(await bed.run(), "users")).toEqual({ ...FOUND_NOTHING, written: 1 });
      await runAll(bed, [moves(5, "as it was", "10:00:00"), "DELETE FROM customers WHERE id > 15"]);
      for (let batches = 2; batches < 9; batches++) {
        const body = { ahead: batches * LEASE_OVER_MILLISECONDS, trouble: { kind: "killed", after: batches } };
        expect((await bed.runtime.call("/v1/run", { body })).body).toMatchObject({ state: "died" });
      }
      expect((await bed.run(10 * LEASE_OVER_MILLISECONDS)).state).toBe("complete");
      await expectSettled(bed);
      expect((await bed.notices()).map(inWords)).toEqual(["source_went_back users: closed"]);
    },
  );

  when("late smaller keys of a table that only grows are caught by its overlap", async (bed) => {
    await openSyncedShop(bed);
    await runAll(bed, [...addOrder(1026), ...addOrder(1019)]);
    expect(work(await bed.run(), "orders")).toEqual({ ...FOUND_NOTHING, written: 2 });
    await expectCopy(bed);
    // Further behind than the overlap reaches.
    await runAll(bed, addOrder(1003));
    expect(work(await runUntilCompared(bed, 1, "orders"), "orders")).toMatchObject({ written: 1, deleted: 0 });
    await expectSettled(bed);
  });
});
