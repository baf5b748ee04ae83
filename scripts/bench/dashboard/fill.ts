import { ITEM_ROWS_PER_DAY_MAX } from "../../../domain/analytics/limits.ts";
import { configSchema } from "../../../domain/config/schema.ts";
import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { trimDay } from "../../../platform/d1/roll-up-store.ts";
import { createRandom } from "../../random.ts";
import { startStep } from "../../terminal/progress.ts";
import { itemId } from "../scenario.ts";
import { fillFlows } from "./fill-flows.ts";
import { fillRecommendations } from "./fill-recommendations.ts";
import { insertRows } from "./insert-rows.ts";
import { addToDay, drawHour, lineOf, priceOf, SHOP, type Sums } from "./shop.ts";

const SUMS = ["views", "carts", "removals", "purchases", "quantity", "revenue"] as const;
/** The lines of all countries together. */
const SUM_LINES_UP = `INSERT INTO hourly_lines (hour, grain, currency, line, ${SUMS.join(", ")})
  SELECT hour, grain, currency, line, ${SUMS.map((name) => `sum(${name})`).join(", ")} FROM hourly_line_countries
  GROUP BY hour, grain, line, currency`;
/** Some sell out soon, some never. */
const STOCK_STEP = 37;
const STOCK_MAX = 900;

type Row = readonly (string | number | null)[];

/** Fills in the catalogue: every item with its line. */
export async function fillItems(db: D1Database): Promise<void> {
  const columns = ["item_id", "name", "category", "price", "stock", "hidden"] as const;
  const constants = { public_values: "{}", features: "{}", row_hash: "", changed_run: 1 };
  const rows = Array.from({ length: SHOP.items }, (_, n): Row => {
    const line = SHOP.lines[lineOf(n)] ?? "";
    return [itemId(n), `${line} number ${n}`, line, priceOf(n), (n * STOCK_STEP) % STOCK_MAX, 0];
  });
  await insertRows(
    db,
    "items",
    [...columns, ...Object.keys(constants)],
    rows.map((row) => [...row, ...Object.values(constants)]),
  );
}

/** Rows of counters in the order of their key: written so, a table without row ids grows at its end. */
function counterRows(
  time: number,
  grain: string,
  sums: ReadonlyMap<number, Sums>,
  nameOf: (place: number) => string,
): Row[] {
  const { countries } = SHOP;
  return [...sums]
    .toSorted(([one], [other]) => one - other)
    .map(([key, of]) => {
      const [place, country] = [Math.floor(key / countries.length), countries[key % countries.length] ?? ""];
      return [time, grain, nameOf(place), country, "", ...SUMS.map((name) => of[name])];
    });
}

async function insertCounters(
  db: D1Database,
  table: "hourly_items" | "hourly_line_countries",
  rows: Row[],
): Promise<void> {
  const subject = table === "hourly_items" ? "item_id" : "line";
  await insertRows(db, table, ["hour", "grain", subject, "country", "currency", ...SUMS], rows);
}

/** Fills in a day up to now. @param itemGrain of its items: lines and orders stay by the hour */
async function fillDay(
  db: D1Database,
  random: () => number,
  day: number,
  now: number,
  itemGrain: "hour" | "day",
): Promise<void> {
  const ofDay = new Map<number, Sums>();
  const rows = { items: [] as Row[], lines: [] as Row[], orders: [] as Row[] };
  for (let hour = day; hour < Math.min(day + DAY_MILLISECONDS, now); hour += HOUR_MILLISECONDS) {
    const { items, lines, orders } = drawHour(random, hour);
    if (itemGrain === "day") addToDay(ofDay, items);
    else rows.items.push(...counterRows(hour, "hour", items, itemId));
    rows.lines.push(...counterRows(hour, "hour", lines, (line) => SHOP.lines[line] ?? ""));
    rows.orders.push(
      ...[...orders].map(([country, count]): Row => [hour, "hour", SHOP.countries[country] ?? "", "", count]),
    );
  }
  rows.items.push(...counterRows(day, "day", ofDay, itemId));
  await insertCounters(db, "hourly_items", rows.items);
  await insertCounters(db, "hourly_line_countries", rows.lines);
  await insertRows(db, "hourly_orders", ["hour", "grain", "country", "currency", "orders"], rows.orders);
  if (itemGrain === "day") await trimDay(db, day, ITEM_ROWS_PER_DAY_MAX);
}

/**
 * Fills an empty D1 with the counters of a shop, as the ledger and the nightly roll-up leave them: items by the hour
 * for as long as they are kept so, by the day before; all else by the hour.
 * @param days how many, up to now
 * @param now milliseconds since 1970 UTC
 * @returns rows of each table of counters
 */
export async function fillShop(db: D1Database, days: number, now: number): Promise<Record<string, number>> {
  const step = startStep(`${days} days of ${SHOP.eventsPerDay} events with ${SHOP.items} items`);
  const random = createRandom(SHOP.seed);
  const { itemHourDays } = configSchema.shape.analytics.parse(undefined);
  const today = Math.floor(now / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  const byHourFrom = today - itemHourDays * DAY_MILLISECONDS;
  await fillItems(db);
  const from = today - (days - 1) * DAY_MILLISECONDS;
  for (let n = 0; n < days; n++) {
    const day = from + n * DAY_MILLISECONDS;
    await fillDay(db, random, day, now, day < byHourFrom ? "day" : "hour");
    step.update(n + 1, days);
  }
  await db.prepare(SUM_LINES_UP).run();
  await fillRecommendations(db, random, from, now);
  await fillFlows(db, from, now);
  step.done();
  const tables = [
    "hourly_items",
    "hourly_lines",
    "hourly_line_countries",
    "hourly_orders",
    "hourly_recommendations",
    "hourly_served",
  ];
  const counts = await db.batch<{ rows: number }>(
    tables.map((table) => db.prepare(`SELECT count(*) AS rows FROM ${table}`)),
  );
  return Object.fromEntries(tables.map((table, place) => [table, counts[place]?.results[0]?.rows ?? 0]));
}
