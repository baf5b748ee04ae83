import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { DAY_MILLISECONDS, TOTALS_HISTORY_STATES_MAX } from "../../domain/ledger/limits.ts";
import type { Totals } from "../../domain/ledger/totals.ts";
import { createRandom } from "../../scripts/random.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { historyStep } from "./ledger-history-steps.ts";
import { countOf, namesOf, type RemoteLedger, remoteLedger } from "./ledger-remote.ts";
import { interaction, TODAY } from "./ledger-world.ts";

const MINUTE = 60_000;

let runtime: TestRuntime;
beforeAll(async () => {
  // Nothing comes by itself in between.
  const vars = { LEDGER_COUNTERS_MILLISECONDS: "3600000", LEDGER_SEGMENT_MILLISECONDS: "3600000" };
  runtime = await startRuntime({ main: "./test/durable-objects/ledger-worker.ts", vars });
});
afterAll(() => runtime.close());

/** The whole of what is there, read without any history. */
async function plainRead(shard: RemoteLedger): Promise<Totals[]> {
  const rows = await shard.sql(
    `SELECT shopper, item_id, views, carts, removals, purchases, refunds, others, quantity, revenue, rating, rated_at,
       last_at FROM totals WHERE shopper GLOB 'u:*' ORDER BY shopper, item_id`,
  );
  return rows as unknown as Totals[];
}

describe("totals as of any moment", () => {
  it.each([1, 2, 3])("are what a full read gave at that moment, whatever came since (seed %i)", async (seed) => {
    const random = createRandom(seed);
    const shard = remoteLedger(runtime, seed);
    const world = { seed, users: namesOf(runtime, seed, "u:", 3), clients: namesOf(runtime, seed, "c:", 3), random };
    // The clock is led by promises: what is promised is always ahead of the machine's.
    let stamp = (await shard.clock()) + MINUTE;
    const remembered: { from: number; rows: Totals[] }[] = [{ from: stamp - MINUTE, rows: [] }];
    for (let step = 0; step < 50; step++) {
      // Now and then several changes have the same stamp.
      if (random() < 0.8) stamp += 1 + Math.floor(random() * 20);
      await shard.cut(stamp - 1);
      expect(await shard.clock()).toBe(stamp);
      await historyStep(shard, world, step);
      if (random() < 0.1) await shard.evict();
      const rows = await plainRead(shard);
      if (remembered.at(-1)?.from === stamp) remembered.pop();
      remembered.push({ from: stamp, rows });
    }
    const most = remembered.at(-1)?.rows.length ?? 0;
    expect(most).toBeGreaterThan(8);
    for (const [place, { from, rows }] of remembered.entries()) {
      const until = remembered[place + 1]?.from ?? from + 100;
      for (const asOf of new Set([from, from + Math.floor(random() * (until - from)), until - 1])) {
        const page = 1 + Math.floor(random() * (most + 1));
        expect(await shard.readAsOf(asOf, page)).toEqual(rows);
        expect(await shard.countAllAsOf(asOf, page)).toEqual(countOf(rows));
      }
    }
    const middle = remembered[25];
    for (let page = 1; page <= most + 1; page++) {
      expect(await shard.readAsOf(middle?.from ?? 0, page)).toEqual(middle?.rows);
      expect(await shard.countAllAsOf(middle?.from ?? 0, page)).toEqual(countOf(middle?.rows ?? []));
    }
    expect(await shard.sql("SELECT history FROM totals WHERE shopper GLOB 'c:*' AND history <> '[]'")).toEqual([]);
  });

  it("are an earlier state, never a later one, where a row has changed more often than it remembers", async () => {
    const [user = ""] = namesOf(runtime, 5, "u:", 1);
    const shard = remoteLedger(runtime, 5);
    const first = (await shard.clock()) + MINUTE;
    const changes = TOTALS_HISTORY_STATES_MAX + 30;
    for (let n = 0; n < changes; n++) {
      await shard.cut(first + 10 * n - 1);
      await shard.append([interaction(`often-${n}`, { shopper: user })]);
    }
    const [kept] = await shard.sql("SELECT json_array_length(history) AS states FROM totals WHERE shopper = ?", user);
    expect(kept).toEqual({ states: TOTALS_HISTORY_STATES_MAX });
    const views = await Promise.all(
      Array.from({ length: changes }, async (_, n) => (await shard.readAsOf(first + 10 * n + 5))[0]?.views ?? 0),
    );
    // n + 1 views were there at the time.
    expect(views.slice(-TOTALS_HISTORY_STATES_MAX)).toEqual(
      Array.from({ length: TOTALS_HISTORY_STATES_MAX }, (_, n) => changes - TOTALS_HISTORY_STATES_MAX + n + 1),
    );
    expect(new Set(views.slice(0, -TOTALS_HISTORY_STATES_MAX))).toEqual(new Set([1]));
  });

  it("cost no state of what nobody can have seen: several changes with one stamp", async () => {
    const shard = remoteLedger(runtime, 4);
    const [user = ""] = namesOf(runtime, 4, "u:", 1);
    const states = async () => (await shard.sql("SELECT json_array_length(history) AS states FROM totals"))[0];
    await shard.cut((await shard.clock()) + MINUTE);
    for (let n = 0; n < 3; n++) await shard.append([interaction(`stamp-1-${n}`, { shopper: user })]);
    expect(await states()).toEqual({ states: 0 });
    await shard.cut((await shard.clock()) + MINUTE);
    for (let n = 0; n < 3; n++) await shard.append([interaction(`stamp-2-${n}`, { shopper: user })]);
    expect(await states()).toEqual({ states: 1 });
  });

  it("do not hold rows that were not there yet, and forget states that ended before the window", async () => {
    const [user = ""] = namesOf(runtime, 6, "u:", 1);
    const shard = remoteLedger(runtime, 6);
    const of = (id: string, item_id: string) => interaction(id, { shopper: user, items: [{ item_id }] });
    await shard.append([of("window-1", "a")]);
    const now = await shard.clock();
    const days = (count: number): number => now - count * DAY_MILLISECONDS;
    const state = (until: number, views: number): number[] => [until, views, 0, 0, 0, 0, 0, 0, 0, 0, 0, until];
    await shard.sql(
      "UPDATE totals SET views = 4, added_at = ?, history = ?",
      days(60),
      JSON.stringify([state(days(50), 1), state(days(40), 2), state(days(20), 3)]),
    );
    const viewsAt = async (asOf: number) => (await shard.readAsOf(asOf)).map((row) => [row.item_id, row.views]);
    expect(await viewsAt(days(30))).toEqual([["a", 3]]);
    expect(await viewsAt(days(20))).toEqual([["a", 4]]);
    await shard.append([of("window-2", "a"), of("window-3", "b")]);
    expect(await viewsAt(days(30))).toEqual([["a", 3]]);
    expect(await viewsAt(now - 1)).toEqual([["a", 4]]);
    expect(await viewsAt(await shard.clock())).toEqual([
      ["a", 5],
      ["b", 1],
    ]);
    const ends = "SELECT json_group_array(value ->> 0) AS ends FROM totals, json_each(history) WHERE item_id = 'a'";
    const endsNow = async (): Promise<number[]> => JSON.parse(String((await shard.sql(ends))[0]?.["ends"]));
    // One at a time: of two that nobody can see any more the older is gone.
    expect((await endsNow()).slice(0, 2)).toEqual([days(40), days(20)]);
    await shard.cut((await shard.clock()) + 1);
    await shard.append([of("window-4", "a")]);
    expect((await endsNow())[0]).toBe(days(20));
    await expect(shard.readAsOf(days(36))).rejects.toThrow(/as of .* are not kept any more.* ask for 20/);
    await expect(shard.countAllAsOf(days(36))).rejects.toThrow("or later");
  });

  it("keep the very numbers, also those that decimals cannot write in fifteen digits", async () => {
    const [user = ""] = namesOf(runtime, 7, "u:", 1);
    const shard = remoteLedger(runtime, 7);
    await shard.append([interaction("exact-0", { shopper: user })]);
    const random = createRandom(7);
    for (let n = 1; n < 30; n++) {
      const revenue = n % 3 === 0 ? 0.1 + 0.2 * n : random() * 10 ** (n % 9);
      await shard.sql(
        "UPDATE totals SET revenue = ?, quantity = ?, rating = ?",
        revenue,
        revenue / 3,
        1 + 4 * random(),
      );
      const before = await plainRead(shard);
      const asOf = await shard.clock();
      await shard.cut(asOf);
      await shard.append([interaction(`exact-${n}`, { shopper: user })]);
      expect(await shard.readAsOf(asOf)).toEqual(before);
      expect(await shard.countAllAsOf(asOf)).toEqual(countOf(before));
    }
  });
});

describe("a promise", () => {
  const of = (id: string, shopper: string) => interaction(id, { shopper });

  it("keeps what comes later out of a moment that the clock has not reached, also after an eviction", async () => {
    const [user = ""] = namesOf(runtime, 8, "u:", 1);
    const shard = remoteLedger(runtime, 8);
    await shard.append([of("cut-1", user)]);
    const moment = Date.now() + 10 * MINUTE;
    await shard.cut(moment);
    const before = await shard.readAsOf(moment);
    expect(before).toMatchObject([{ views: 1 }]);
    await shard.evict();
    await shard.append([of("cut-2", user)]);
    expect(await shard.readAsOf(moment)).toEqual(before);
    expect(await shard.readAsOf(moment + 1)).toMatchObject([{ views: 2 }]);
    // An earlier one after it takes nothing back.
    await shard.cut(moment - 5 * MINUTE);
    expect(await shard.clock()).toBe(moment + 1);
  });

  it.each([-1, 0.5, Date.now() + 3 * DAY_MILLISECONDS])("is not given of %d", async (moment) => {
    await expect(remoteLedger(runtime, 8).cut(moment)).rejects.toThrow();
  });
});

it("totals of a shard from before there was a history are known from the first change that keeps one", async () => {
  const [user = ""] = namesOf(runtime, 9, "u:", 1);
  const shard = remoteLedger(runtime, 9);
  await shard.sql(
    `INSERT INTO totals (shopper, item_id, views, carts, removals, purchases, others, quantity, revenue, rated_at, last_at)
     VALUES (?, 'a', 7, 0, 0, 0, 0, 0, 0, 0, 5)`,
    user,
  );
  const since = await shard.clock();
  await shard.cut(since + MINUTE);
  await shard.append([interaction("old-1", { shopper: user })]);
  expect(await shard.readAsOf(since)).toMatchObject([{ views: 7, last_at: 5 }]);
  expect(await shard.readAsOf(since + 2 * MINUTE)).toMatchObject([{ views: 8, last_at: TODAY }]);
  await expect(shard.readAsOf(since - 1)).rejects.toThrow("never were");
});

it("settling tells other shards what waits for them, and says what is left", async () => {
  const [user = ""] = namesOf(runtime, 10, "u:", 1);
  await remoteLedger(runtime, 11).append([
    interaction("settle-1", {
      name: "purchase",
      shopper: user,
      items: [{ item_id: "a", quantity: 1, price: 2 }],
      params: { transaction_id: "settle", currency: "USD" },
    }),
  ]);
  expect(await remoteLedger(runtime, 11).settle()).toBe(0);
  expect(await remoteLedger(runtime, 10).totals(user)).toMatchObject([{ purchases: 1 }]);
});

it.each([
  { asOf: -1, after: null, rows: 10 },
  { asOf: 1.5, after: null, rows: 10 },
  { asOf: 1, after: null, rows: 0 },
  { asOf: 1, after: null, rows: 1_000_000 },
  { asOf: 1, after: { shopper: "c:1", item_id: "a" }, rows: 10 },
])("does not read %j", async (request) => {
  const shard = remoteLedger(runtime, 8);
  for (const method of ["totalsAsOf", "countAsOf"]) {
    await expect(shard.raw(method, request)).rejects.toThrow("ZodError");
  }
});
