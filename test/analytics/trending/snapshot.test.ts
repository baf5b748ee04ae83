import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";

const NOW = Date.UTC(2026, 10, 21, 12, 30);
const HOUR = NOW - (NOW % HOUR_MILLISECONDS);
const ITEMS = ["a", "b", "c"];

let runtime: TestRuntime;
let db: D1Database;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/analytics/trending/snapshot-worker.ts" });
  db = runtime.env.DB;
  await db.batch(
    ITEMS.map((id) =>
      db
        .prepare(
          `INSERT INTO items (item_id, name, category, price, hidden, public_values, features, row_hash, changed_run)
           VALUES (?1, ?1, 'Vases', 10, 0, '{}', '{}', '', 1)`,
        )
        .bind(id),
    ),
  );
});
afterAll(() => runtime.close());
beforeEach(async () => {
  await db.batch(["hourly_items", "orders", "sync_state"].map((table) => db.prepare(`DELETE FROM ${table}`)));
  await runtime.env.RUNTIME.delete("trending-sums.json");
});

async function count(itemId: string, hour: number, views: number, purchases = 0, grain = "hour"): Promise<void> {
  await db
    .prepare(
      `INSERT INTO hourly_items (hour, grain, country, currency, item_id, views, carts, removals, purchases, quantity, revenue)
       VALUES (?, ?, '', '', ?, ?, 0, 0, ?, 0, 0)`,
    )
    .bind(hour, grain, itemId, views, purchases)
    .run();
}

/** What the snapshot of this moment says is trending, best first. */
async function trending(now = NOW): Promise<string[]> {
  return (await runtime.call(`/v1/published?at=${now}`)).body;
}

describe("a snapshot's trending items", () => {
  it("are those with the most demand of the last days", async () => {
    await count("a", HOUR - 2 * DAY_MILLISECONDS, 10, 1);
    await count("b", HOUR - DAY_MILLISECONDS, 400);
    await count("c", HOUR, 30, 3);
    expect(await trending()).toEqual(["b", "c", "a"]);
  });

  it("are of the newest facts in a data set that ended a year ago", async () => {
    const end = HOUR - 365 * DAY_MILLISECONDS;
    const day = end - (end % DAY_MILLISECONDS);
    await count("a", day, 0, 2, "day");
    await count("b", day - 2 * DAY_MILLISECONDS, 0, 3, "day");
    await count("c", day - 20 * DAY_MILLISECONDS, 0, 4, "day");
    expect(await trending()).toEqual(["b", "a", "c"]);
  });

  it("move up with what is counted in the same day, without the days before being read again", async () => {
    await count("a", HOUR - DAY_MILLISECONDS, 10, 1);
    await count("b", HOUR - HOUR_MILLISECONDS, 10);
    expect(await trending()).toEqual(["a", "b"]);
    await count("c", HOUR - DAY_MILLISECONDS, 10_000);
    await count("b", HOUR, 100);
    expect(await trending(NOW + HOUR_MILLISECONDS)).toEqual(["b", "a"]);
    // A day later the sums are made anew, with what came late.
    expect(await trending(NOW + DAY_MILLISECONDS + 1)).toEqual(["c", "b", "a"]);
  });

  it("are not those of a time to come", async () => {
    await count("a", HOUR + 400 * DAY_MILLISECONDS, 0, 5);
    await count("b", HOUR, 1);
    expect(await trending()).toEqual(["b"]);
  });
});

describe("a shop in whose catalogue nothing changes", () => {
  it.each([
    { minutes: 61, came: true, published: true, name: "after an hour in which shoppers came" },
    { minutes: 61, came: false, published: false, name: "not after an hour in which nobody came" },
    { minutes: 59, came: true, published: false, name: "not earlier" },
  ])("is published anew $name", async ({ minutes, came, published }) => {
    await count("a", HOUR - DAY_MILLISECONDS, 10);
    await trending();
    if (came) await count("a", HOUR + HOUR_MILLISECONDS, 10);
    expect((await runtime.call(`/v1/due?at=${NOW + minutes * 60_000}`)).body).toBe(published);
  });
});
