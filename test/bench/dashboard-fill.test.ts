import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../domain/ledger/limits.ts";
import { fillShop } from "../../scripts/bench/dashboard/fill.ts";
import { eventsIn, SHOP } from "../../scripts/bench/dashboard/shop.ts";
import { migrateD1 } from "../../scripts/bench/migrate-d1.ts";

const DAY = Date.UTC(2026, 10, 21);
const HOURS = 4;
const NOW = DAY + HOURS * HOUR_MILLISECONDS;
const SUMS =
  "sum(views) AS views, sum(purchases) AS purchases, sum(quantity) AS pieces, round(sum(revenue)) AS revenue";

describe("a filled D1", () => {
  let miniflare: Miniflare;
  let db: D1Database;
  let rows: Record<string, number>;
  beforeAll(async () => {
    const script = "export default { fetch() { return new Response(); } };";
    miniflare = new Miniflare({ modules: true, script, d1Databases: ["DB"] });
    db = await miniflare.getD1Database("DB");
    await migrateD1(db);
    rows = await fillShop(db, 2, NOW);
  });
  afterAll(() => miniflare.dispose());

  it("holds two days of hours up to now, and every item", async () => {
    const { results } = await db
      .prepare("SELECT DISTINCT hour FROM hourly_line_countries ORDER BY hour")
      .all<{ hour: number }>();
    const hours = Array.from({ length: 24 + HOURS }, (_, n) => DAY - DAY_MILLISECONDS + n * HOUR_MILLISECONDS);
    expect(results.map(({ hour }) => hour)).toEqual(hours);
    expect(rows["hourly_served"]).toBe(hours.length);
    expect(await db.prepare("SELECT count(*) AS items FROM items").first("items")).toBe(SHOP.items);
  });

  it("has the same sums by item and by line", async () => {
    const items = await db.prepare(`SELECT ${SUMS} FROM hourly_items`).first<{ views: number }>();
    for (const table of ["hourly_lines", "hourly_line_countries"]) {
      expect(await db.prepare(`SELECT ${SUMS} FROM ${table}`).first()).toEqual(items);
    }
    const events = Array.from({ length: 24 + HOURS }, (_, n) => eventsIn(DAY + n * HOUR_MILLISECONDS));
    expect(items?.views).toBeGreaterThan(0.9 * events.reduce((sum, count) => sum + count, 0));
  });

  it("has one open spike of each that goes on, one open notice, and a sync every five minutes", async () => {
    const open = (table: string, end: string): D1PreparedStatement =>
      db.prepare(`SELECT count(*) AS open FROM ${table} WHERE ${end} IS NULL`);
    expect(await open("spikes", "ended_at").first("open")).toBe(6);
    expect(await open("notices", "closed_at").first("open")).toBe(1);
    const syncs = await db.prepare("SELECT count(*) AS runs FROM sync_runs WHERE state = 'complete'").first("runs");
    expect(syncs).toBe((24 + HOURS) * 12);
  });
});
