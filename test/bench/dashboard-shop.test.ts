import { beforeAll, describe, expect, it } from "vitest";

import { HOUR_MILLISECONDS } from "../../domain/ledger/limits.ts";
import {
  addToDay,
  type DrawnHour,
  drawHour,
  eventsIn,
  lineOf,
  SHOP,
  type Sums,
} from "../../scripts/bench/dashboard/shop.ts";
import { createRandom } from "../../scripts/random.ts";

const DAY = Date.UTC(2026, 10, 16);
const EVENING = DAY + 19 * HOUR_MILLISECONDS;
const NIGHT = DAY + 3 * HOUR_MILLISECONDS;

function total(sums: Iterable<Sums>, name: keyof Sums): number {
  return [...sums].reduce((sum, of) => sum + of[name], 0);
}

describe("the shop of the bench", () => {
  let hour: DrawnHour;
  beforeAll(() => {
    hour = drawHour(createRandom(SHOP.seed), EVENING);
  });

  it("is the same for the same seed", () => {
    expect(drawHour(createRandom(SHOP.seed), EVENING)).toEqual(hour);
  });

  it("has as many events a day as it says, most in the evening", () => {
    const hours = Array.from({ length: 24 }, (_, n) => eventsIn(DAY + n * HOUR_MILLISECONDS));
    const events = hours.reduce((sum, count) => sum + count, 0);
    expect(Math.abs(events - SHOP.eventsPerDay)).toBeLessThan(24);
    expect(eventsIn(EVENING)).toBeGreaterThan(5 * eventsIn(NIGHT));
  });

  it.each(["views", "carts", "removals", "purchases", "quantity", "revenue"] as const)(
    "counts as many %s by item as by line, and of each item under its line",
    (name) => {
      const { length } = SHOP.countries;
      expect(total(hour.items.values(), name)).toBeCloseTo(total(hour.lines.values(), name), 6);
      const ofFirst = [...hour.items].filter(([key]) => lineOf(Math.floor(key / length)) === 0).map(([, sums]) => sums);
      const first = [...hour.lines].filter(([key]) => Math.floor(key / length) === 0).map(([, sums]) => sums);
      expect(total(ofFirst, name)).toBeCloseTo(total(first, name), 6);
    },
  );

  it("has every event in the counters once: an order counts once however many items it has", () => {
    const orders = [...hour.orders.values()].reduce((sum, count) => sum + count, 0);
    const others = (["views", "carts", "removals"] as const).reduce(
      (sum, name) => sum + total(hour.lines.values(), name),
      0,
    );
    expect(orders + others).toBe(eventsIn(EVENING));
    expect(total(hour.lines.values(), "purchases")).toBeGreaterThan(orders);
  });

  it("looks at some items far more than at others (Zipf)", () => {
    const byItem = new Map<number, number>();
    for (const [key, { views }] of hour.items) {
      const item = Math.floor(key / SHOP.countries.length);
      byItem.set(item, (byItem.get(item) ?? 0) + views);
    }
    const all = total(hour.items.values(), "views");
    const first = Array.from({ length: SHOP.items / 100 }, (_, n) => byItem.get(n) ?? 0).reduce(
      (sum, views) => sum + views,
      0,
    );
    // ln(101) / ln(10,001): half of the views are of a hundredth of the items.
    expect(first / all).toBeGreaterThan(0.4);
    expect(first / all).toBeLessThan(0.6);
  });

  it("rolls hours up into a day that sums to the same", () => {
    const random = createRandom(SHOP.seed);
    const hours = [NIGHT, EVENING].map((time) => drawHour(random, time).items);
    const day = new Map<number, Sums>();
    for (const items of hours) addToDay(day, items);
    const revenue = hours.reduce((sum, items) => sum + total(items.values(), "revenue"), 0);
    expect(total(day.values(), "revenue")).toBeCloseTo(revenue, 6);
    expect(day.size).toBeLessThan(hours.reduce((sum, items) => sum + items.size, 0));
  });
});
