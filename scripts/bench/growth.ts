import { Miniflare } from "miniflare";

import { ITEM_ROWS_PER_DAY_MAX } from "../../domain/analytics/limits.ts";
import { configSchema } from "../../domain/config/schema.ts";
import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../domain/ledger/limits.ts";
import type { Counters, ItemCounter } from "../../domain/ledger/counters.ts";
import { addHourlyCounters } from "../../platform/d1/hourly-counter-store.ts";
import { rollUpHour, trimDay } from "../../platform/d1/roll-up-store.ts";
import { mergeLineDeltas } from "../../platform/d1/line-deltas.ts";
import { createRandom } from "../random.ts";
import { startStep } from "../terminal/progress.ts";
import { migrateD1 } from "./migrate-d1.ts";

const ITEMS = 100_000;
const LINES = 20;
const COUNTRIES = 25;
/** A hundred million interactions a year. */
const EVENTS_PER_DAY = 274_000;
const CART_SHARE = 0.05;
const ORDER_SHARE = 0.02;
/** Some days are enough: each takes the same room. */
const DAYS = 3;
const SEED = 20_261_121;
const FIRST_DAY = Date.UTC(2026, 10, 1);
const ROWS_PER_COPY = 5_000;
const ITEMS_PER_STATEMENT = 5_000;
const D1_MAX_BYTES = 10_000_000_000;
const MEBIBYTE = 1024 * 1024;
const SCRIPT = "export default { fetch() { return new Response(); } };";

export interface GrowthResult {
  readonly growth: {
    readonly items: number;
    readonly events_per_day: number;
    readonly rows_per_day_by_hour: number;
    readonly rows_per_day_rolled_up: number;
    readonly mib_per_day_by_hour: number;
    readonly mib_per_day_rolled_up: number;
    /** Of lines and orders, which are kept by the hour for longer. */
    readonly mib_per_day_of_totals: number;
    /** When the oldest rows go as fast as new ones come. */
    readonly mib_in_the_end: number;
    /** Of the 10 GB that a D1 may hold. */
    readonly share_of_d1: number;
    readonly seconds_to_roll_up_a_day: number;
  };
}

/** An item's number, the n-th most popular one in proportion to 1 / n (Zipf). */
function drawItem(random: () => number): number {
  return Math.min(ITEMS - 1, Math.floor(Math.exp(random() * Math.log(ITEMS + 1))) - 1);
}

function drawHour(random: () => number, hour: number): Counters {
  const items = new Map<string, ItemCounter>();
  for (let event = 0; event < EVENTS_PER_DAY / 24; event++) {
    const item_id = `item-${drawItem(random)}`;
    const country = `C${Math.floor(random() ** 2 * COUNTRIES)}`;
    const key = `${item_id} ${country}`;
    const nothing = { views: 0, carts: 0, removals: 0, purchases: 0, quantity: 0, revenue: 0 };
    const counter = items.get(key) ?? { hour, grain: "hour", item_id, country, currency: "", ...nothing };
    items.set(key, counter);
    const kind = random();
    if (kind < ORDER_SHARE) {
      counter.purchases += 1;
      counter.quantity += 2;
      counter.revenue += 25.5;
    } else if (kind < ORDER_SHARE + CART_SHARE) counter.carts += 1;
    else counter.views += 1;
  }
  const orders = Array.from({ length: COUNTRIES }, (_, n) => ({
    hour,
    grain: "hour" as const,
    country: `C${n}`,
    currency: "",
    orders: 3,
  }));
  return { items: [...items.values()], orders, recommendations: [] };
}

async function addCatalogue(db: D1Database): Promise<void> {
  for (let start = 0; start < ITEMS; start += ITEMS_PER_STATEMENT) {
    const places = Array.from({ length: ITEMS_PER_STATEMENT }, (_, n) => start + n);
    await db
      .prepare(
        `INSERT INTO items (item_id, name, category, price, hidden, public_values, features, row_hash, changed_run)
         SELECT 'item-' || value, 'Item', 'Line ' || (value % ${LINES}), 1, 0, '{}', '{}', '', 1 FROM json_each(?)`,
      )
      .bind(JSON.stringify(places))
      .run();
  }
}

async function sizeOf(db: D1Database): Promise<number> {
  return (await db.prepare("SELECT 1").run()).meta.size_after;
}

async function countRows(db: D1Database, table: string): Promise<number> {
  return (await db.prepare(`SELECT count(*) AS rows FROM ${table}`).first<{ rows: number }>())?.rows ?? 0;
}

/** Copies a table: rows that were removed leave their room to a database, so that its size does not tell that of those left. */
async function copyTable(from: D1Database, to: D1Database, table: string): Promise<void> {
  for (let offset = 0; ; offset += ROWS_PER_COPY) {
    const page = from.prepare(`SELECT * FROM ${table} LIMIT ? OFFSET ?`).bind(ROWS_PER_COPY, offset);
    const rows = (await page.all()).results;
    const [first] = rows;
    if (first === undefined) return;
    const columns = Object.keys(first);
    await to
      .prepare(
        `INSERT INTO ${table} (${columns.join(", ")})
         SELECT ${columns.map((column) => `value ->> '${column}'`).join(", ")} FROM json_each(?)`,
      )
      .bind(JSON.stringify(rows))
      .run();
  }
}

async function bytesOfCopy(from: D1Database, to: D1Database, ...tables: string[]): Promise<number> {
  const before = await sizeOf(to);
  for (const table of tables) await copyTable(from, to, table);
  return (await sizeOf(to)) - before;
}

/** Fills a D1 with the counters of a shop of 100,000 items, rolls them up, and says how much room both take. */
export async function benchGrowth(): Promise<GrowthResult> {
  const miniflare = new Miniflare({
    modules: true,
    script: SCRIPT,
    d1Databases: ["COUNTED", "HOURS", "TOTALS", "DAYS"],
  });
  try {
    const [counted, hours, totals, days] = await Promise.all(
      (["COUNTED", "HOURS", "TOTALS", "DAYS"] as const).map((name) => miniflare.getD1Database(name)),
    );
    if (counted === undefined || hours === undefined || totals === undefined || days === undefined)
      throw new Error("No D1.");
    for (const db of [counted, hours, totals, days]) await migrateD1(db);
    await addCatalogue(counted);
    const random = createRandom(SEED);
    const step = startStep(`${DAYS} days of ${EVENTS_PER_DAY} events with ${ITEMS} items`);
    for (let n = 0; n < DAYS * 24; n++) {
      await addHourlyCounters(counted, 0, n, drawHour(random, FIRST_DAY + n * HOUR_MILLISECONDS), [], FIRST_DAY);
      await mergeLineDeltas(counted);
      step.update(n + 1, DAYS * 24);
    }
    step.done();
    const hourRows = await countRows(counted, "hourly_items");
    const hourBytes = await bytesOfCopy(counted, hours, "hourly_items");
    const totalBytes = await bytesOfCopy(counted, totals, "hourly_lines", "hourly_line_countries", "hourly_orders");
    const startedAt = performance.now();
    for (let n = 0; n < DAYS * 24; n++) await rollUpHour(counted, "hourly_items", FIRST_DAY + n * HOUR_MILLISECONDS);
    for (let n = 0; n < DAYS; n++) await trimDay(counted, FIRST_DAY + n * DAY_MILLISECONDS, ITEM_ROWS_PER_DAY_MAX);
    const seconds = (performance.now() - startedAt) / 1_000;
    const dayRows = await countRows(counted, "hourly_items");
    const dayBytes = await bytesOfCopy(counted, days, "hourly_items");
    const { itemHourDays, itemDays, totalHourDays } = configSchema.shape.analytics.parse(undefined);
    const end = (hourBytes * itemHourDays + dayBytes * (itemDays - itemHourDays) + totalBytes * totalHourDays) / DAYS;
    const mebibytes = (bytes: number): number => Number((bytes / MEBIBYTE).toFixed(1));
    return {
      growth: {
        items: ITEMS,
        events_per_day: EVENTS_PER_DAY,
        rows_per_day_by_hour: Math.round(hourRows / DAYS),
        rows_per_day_rolled_up: Math.round(dayRows / DAYS),
        mib_per_day_by_hour: mebibytes(hourBytes / DAYS),
        mib_per_day_rolled_up: mebibytes(dayBytes / DAYS),
        mib_per_day_of_totals: mebibytes(totalBytes / DAYS),
        mib_in_the_end: mebibytes(end),
        share_of_d1: Number((end / D1_MAX_BYTES).toFixed(3)),
        seconds_to_roll_up_a_day: Number((seconds / DAYS).toFixed(1)),
      },
    };
  } finally {
    await miniflare.dispose();
  }
}
