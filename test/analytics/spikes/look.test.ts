import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { HOUR_MILLISECONDS, WEEK_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { listSpikes } from "../../../platform/d1/analytics/spike-store.ts";
import { listNotices } from "../../../platform/d1/notice-store.ts";
import { lookForSpikes } from "../../../workers/crons/look-for-spikes.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";

const EVER = { from: 0, to: Number.MAX_SAFE_INTEGER };
/** The hour that is looked at: a Saturday, 14:00. */
const HOUR = Date.UTC(2026, 10, 21, 14);
const DAY_HOURS = 24;
const CARS = "Vintage Cars";
const ALL = { lasted: EVER, limit: 100, before: null };

/** Minutes after the hour began. */
const at = (minutes: number): Date => new Date(HOUR + minutes * 60_000);

let runtime: TestRuntime;
let db: D1Database;
beforeAll(async () => {
  runtime = await startRuntime();
  db = runtime.env.DB;
  for (const name of ["log", "warn"] as const) vi.spyOn(console, name).mockImplementation(() => undefined);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await runtime.close();
});
beforeEach(async () => {
  await db.batch(
    ["hourly_items", "hourly_lines", "line_deltas", "spikes", "notices", "sync_state", "items"].map((table) =>
      db.prepare(`DELETE FROM ${table}`),
    ),
  );
  await db
    .prepare(
      `INSERT INTO items (item_id, name, category, price, hidden, public_values, features, row_hash, changed_run)
       VALUES ('vase', 'Blue vase', ?1, 10, 0, '{}', '{}', '', 1), ('car', 'Red car', ?1, 10, 0, '{}', '{}', '', 1)`,
    )
    .bind(CARS)
    .run();
});

interface Counted {
  readonly views: number;
  readonly purchases?: number;
}

/** Says what was counted of an item in an hour, half of it in each of two countries; its line follows. */
async function count(itemId: string, hour: number, { views, purchases = 0 }: Counted): Promise<void> {
  const halves = ["FR", "US"].map((country, n) => ({
    country,
    views: Math.floor((views + n) / 2),
    purchases: Math.floor((purchases + n) / 2),
  }));
  const sums = `views, carts, removals, purchases, quantity, revenue`;
  await db.batch([
    ...halves.map((half) =>
      db
        .prepare(
          `INSERT OR REPLACE INTO hourly_items (hour, grain, country, currency, item_id, ${sums})
           VALUES (?, 'hour', ?, '', ?, ?, 0, 0, ?, 0, 0)`,
        )
        .bind(hour, half.country, itemId, half.views, half.purchases),
    ),
    db.prepare("DELETE FROM line_deltas WHERE entries ->> '$[0][0]' = ?").bind(hour),
    // Some hours as flushes have brought them, others brought together.
    hour === HOUR
      ? db
          .prepare(
            `INSERT INTO line_deltas (entries)
             SELECT json_array(json_array(hour, grain, ?2, '', currency, sum(views), 0, 0, sum(purchases), 0, 0))
             FROM hourly_items WHERE hour = ?1`,
          )
          .bind(hour, CARS)
      : db
          .prepare(
            `INSERT OR REPLACE INTO hourly_lines (hour, grain, currency, line, ${sums})
             SELECT hour, grain, currency, ?2, sum(views), 0, 0, sum(purchases), 0, 0 FROM hourly_items
             WHERE hour = ?1 GROUP BY hour, grain, currency`,
          )
          .bind(hour, CARS),
  ]);
}

/** The hours around the same hour of these weeks (or days) hold so much of both items. */
async function past(counted: Counted, backs = [1, 2, 3, 4, 5], step = WEEK_MILLISECONDS): Promise<void> {
  for (const back of backs) {
    for (const beside of [-1, 0, 1]) {
      const hour = HOUR - back * step + beside * HOUR_MILLISECONDS;
      await count("vase", hour, counted);
      await count("car", hour, { views: 40, purchases: counted.purchases ?? 0 });
    }
  }
}

async function openNotices(): Promise<string[]> {
  return (await listNotices(db, { ...ALL, open: true })).map(({ subject }) => subject);
}

describe("a look for spikes", () => {
  it("keeps an item that is looked at three times as much, and tells of what, how much and since when", async () => {
    await past({ views: 20 });
    await count("car", HOUR, { views: 22 });
    await count("vase", HOUR, { views: 31 });
    await lookForSpikes(runtime.env, at(32));
    const [spike, ...more] = await listSpikes(db, ALL);
    expect(more).toEqual([]);
    expect(spike).toMatchObject({
      scope: "item",
      subject: "vase",
      signal: "interest",
      startedAt: +at(32),
      seenAt: +at(32),
      endedAt: null,
      hour: HOUR,
      observed: 31,
    });
    // Half a minute of the 32 may not be counted yet.
    expect(spike?.expected).toBeCloseTo((20 * 31.5) / 60, 0);
    expect(await listNotices(db, ALL)).toMatchObject([
      {
        kind: "demand_spike",
        subject: "item interest vase",
        message:
          "Blue vase (vase) is looked at far more than usual since 2026-11-21 14:32 UTC: " +
          "31 views instead of 11 between 14:00 and 14:32.",
      },
    ]);
  });

  it("tells of orders apart from views", async () => {
    await past({ views: 20, purchases: 4 });
    await count("vase", HOUR, { views: 20, purchases: 30 });
    await count("car", HOUR, { views: 40, purchases: 4 });
    await lookForSpikes(runtime.env, at(62));
    expect((await openNotices()).toSorted()).toEqual(["item sales vase", "line sales Vintage Cars"]);
  });

  it("says nothing of the same counts where they are usual", async () => {
    await past({ views: 62 });
    await count("vase", HOUR, { views: 31 });
    await lookForSpikes(runtime.env, at(32));
    expect(await listSpikes(db, ALL)).toEqual([]);
  });

  it("looks at the whole hour before in the first minutes of an hour", async () => {
    await past({ views: 20 });
    await count("vase", HOUR, { views: 60 });
    await count("vase", HOUR + HOUR_MILLISECONDS, { views: 2 });
    await lookForSpikes(runtime.env, at(62));
    expect(await listSpikes(db, ALL)).toMatchObject([{ subject: "vase", hour: HOUR, observed: 60 }]);
  });

  it("leaves the same when it runs twice, or was killed before it told", async () => {
    await past({ views: 20 });
    await count("vase", HOUR, { views: 31 });
    await lookForSpikes(runtime.env, at(32));
    const spikes = await listSpikes(db, ALL);
    await db.prepare("DELETE FROM notices").run();
    await lookForSpikes(runtime.env, at(32));
    expect(await listSpikes(db, ALL)).toEqual(spikes);
    expect(await openNotices()).toEqual(["item interest vase"]);
  });

  it("takes hours in which nothing at all was counted for missing, not for quiet", async () => {
    await past({ views: 60 }, [1, 3]);
    await count("vase", HOUR, { views: 60 });
    await count("car", HOUR, { views: 40 });
    await lookForSpikes(runtime.env, at(62));
    expect(await listSpikes(db, ALL)).toEqual([]);
  });

  it("compares with the same hour of the last days in a shop that is younger than two weeks", async () => {
    await past({ views: 20 }, [1, 2, 3], DAY_HOURS * HOUR_MILLISECONDS);
    await count("vase", HOUR, { views: 60 });
    await lookForSpikes(runtime.env, at(62));
    expect(await openNotices()).toEqual(["item interest vase"]);
  });

  it("says nothing in a shop that has two days behind it", async () => {
    await past({ views: 20 }, [1, 2], DAY_HOURS * HOUR_MILLISECONDS);
    await count("vase", HOUR, { views: 600 });
    await lookForSpikes(runtime.env, at(62));
    expect(await listSpikes(db, ALL)).toEqual([]);
  });
});

describe("a spike that is open", () => {
  beforeEach(async () => {
    await past({ views: 20 });
    await count("vase", HOUR, { views: 31 });
    await lookForSpikes(runtime.env, at(32));
  });

  it("stays open, and keeps its largest ratio, while there is half as much again", async () => {
    await count("vase", HOUR, { views: 34 });
    await count("car", HOUR, { views: 40 });
    await lookForSpikes(runtime.env, at(62));
    const [spike] = await listSpikes(db, ALL);
    expect(spike).toMatchObject({ startedAt: +at(32), seenAt: +at(62), observed: 34, endedAt: null });
    expect(spike?.peakRatio).toBeGreaterThan(2.5);
    expect((spike?.observed ?? 0) / (spike?.expected ?? 0)).toBeLessThan(1.8);
  });

  it("ends when a whole hour has passed without it, with its notice", async () => {
    await lookForSpikes(runtime.env, at(87));
    expect(await listSpikes(db, ALL)).toMatchObject([{ endedAt: null, seenAt: +at(32) }]);
    await lookForSpikes(runtime.env, at(92));
    expect(await listSpikes(db, ALL)).toMatchObject([{ endedAt: +at(92), seenAt: +at(32) }]);
    expect(await openNotices()).toEqual([]);
  });

  it("loses its notice in the next look when the one that ended it was killed", async () => {
    await db.prepare("UPDATE spikes SET ended_at = 1").run();
    await lookForSpikes(runtime.env, at(92));
    expect(await openNotices()).toEqual([]);
  });

  it("is another one when it comes again", async () => {
    await lookForSpikes(runtime.env, at(92));
    await count("vase", HOUR + HOUR_MILLISECONDS, { views: 400 });
    await lookForSpikes(runtime.env, at(97));
    expect(await listSpikes(db, { ...ALL, scope: "item" })).toMatchObject([
      { startedAt: +at(97), endedAt: null },
      { startedAt: +at(32), endedAt: +at(92) },
    ]);
  });
});
