import { describe, expect, it } from "vitest";

import { chunksOf, type CountedChunk, TrendingSums } from "../../../domain/analytics/trending.ts";
import { SalesStatistics } from "../../../domain/catalogue/sales-statistics.ts";
import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";

const ITEMS = ["a", "b", "c"];
const NOW = Date.UTC(2026, 10, 21, 12);
const daysAgo = (days: number): number => NOW - days * DAY_MILLISECONDS;

function counted(itemId: string, doings: Partial<CountedChunk>): CountedChunk {
  return { itemId, grain: "hour", views: 0, carts: 0, purchases: 0, ...doings };
}

function sumsOf(...doings: (readonly [days: number, CountedChunk])[]): TrendingSums {
  const sums = new TrendingSums(NOW);
  for (const [days, chunk] of doings) sums.addChunk(daysAgo(days), daysAgo(days), [chunk]);
  return sums;
}

/** A shop in which items were sold so many times, so many days ago. */
function shop(...sales: (readonly [item: string, orders: number, days: number])[]): SalesStatistics {
  const newest = Math.max(0, ...sales.map(([, , days]) => daysAgo(days)));
  const place = (id: string): number | undefined => (ITEMS.includes(id) ? ITEMS.indexOf(id) : undefined);
  const statistics = new SalesStatistics(ITEMS.length, place, newest);
  for (const [item, orders, days] of sales) {
    for (let n = 0; n < orders; n++) {
      const lines = [{ item_id: item, quantity: 1, price: 1 }];
      const order = { orderId: `${item}${n}`, userId: "u", orderedAt: daysAgo(days), dateOnly: false };
      statistics.addOrder({ ...order, cancelled: false, lines }, null);
    }
  }
  return statistics;
}

/** What trends, best first. */
function ranked(statistics: SalesStatistics): string[] {
  const scores = statistics.trending();
  return ITEMS.filter((_, place) => (scores[place] ?? 0) > 0).sort(
    (one, other) => (scores[ITEMS.indexOf(other)] ?? 0) - (scores[ITEMS.indexOf(one)] ?? 0),
  );
}

describe("what was done lately", () => {
  it("has faded to a half after a week, and to a quarter after two", () => {
    const sums = sumsOf(
      [0, counted("a", { purchases: 8 })],
      [7, counted("b", { purchases: 8 })],
      [14, counted("c", { purchases: 8 })],
    );
    expect([...sums.items()].map(([, { purchases }]) => purchases)).toEqual([8, 4, 2]);
  });

  it("counts what is known by the day at the day's middle", () => {
    const sums = new TrendingSums(NOW);
    const morning = NOW - 7 * DAY_MILLISECONDS - DAY_MILLISECONDS / 2;
    const chunk = counted("a", { grain: "day", purchases: 8 });
    sums.addChunk(morning, morning + 6 * HOUR_MILLISECONDS, [chunk]);
    expect([...sums.items()]).toEqual([["a", { purchases: 4, interest: 0 }]]);
  });

  it("takes a purchase for more than a cart, and a cart for more than a view", () => {
    const statistics = shop();
    statistics.setRecentDemand(
      sumsOf([0, counted("a", { views: 1 })], [0, counted("b", { carts: 1 })], [0, counted("c", { purchases: 1 })]),
    );
    expect(ranked(statistics)).toEqual(["c", "b", "a"]);
  });

  it("is the same when it was summed up to another moment before", () => {
    const before = new TrendingSums(daysAgo(3));
    before.addChunk(daysAgo(10), daysAgo(10), [counted("a", { views: 100, purchases: 8 })]);
    const sums = new TrendingSums(NOW);
    sums.addAll(before);
    const [[, kept] = ["", { purchases: 0, interest: 0 }]] = sums.items();
    const [[, straight] = ["", { purchases: 0, interest: 0 }]] = sumsOf([
      10,
      counted("a", { views: 100, purchases: 8 }),
    ]).items();
    expect(kept.purchases).toBeCloseTo(straight.purchases, 9);
    expect(kept.interest).toBeCloseTo(straight.interest, 9);
  });

  it("is read in spans that leave nothing out and nothing twice", () => {
    const spans = chunksOf(daysAgo(1), NOW + HOUR_MILLISECONDS);
    expect(spans[0]?.[0]).toBe(daysAgo(1));
    expect(spans.at(-1)?.[1]).toBe(NOW + HOUR_MILLISECONDS);
    spans.slice(1).forEach(([from], n) => expect(from).toBe(spans[n]?.[1]));
    expect(chunksOf(NOW, NOW)).toEqual([]);
  });
});

describe("what trends", () => {
  it("is what the orders say where nothing was counted", () => {
    expect(ranked(shop(["a", 2, 0], ["b", 1, 0]))).toEqual(["a", "b"]);
  });

  it("does not lose to half of an order's purchases that are counted already", () => {
    const statistics = shop(["a", 4, 0], ["b", 2, 0]);
    statistics.setRecentDemand(sumsOf([0, counted("b", { purchases: 2 })]));
    expect(ranked(statistics)).toEqual(["a", "b"]);
  });

  it("does not count an order twice that is among the purchases", () => {
    const statistics = shop(["a", 4, 0], ["b", 3, 0]);
    statistics.setRecentDemand(
      sumsOf([0, counted("a", { purchases: 4 })], [0, counted("b", { purchases: 3, views: 22 })]),
    );
    // Three purchases and 1.1 for the views are more than four, and less than eight.
    expect(ranked(statistics)).toEqual(["b", "a"]);
  });

  it("follows yesterday's surge of views past an item that sells a little", () => {
    const statistics = shop(["a", 2, 1], ["b", 1, 1]);
    statistics.setRecentDemand(sumsOf([1, counted("b", { views: 100 })]));
    expect(ranked(statistics)).toEqual(["b", "a"]);
  });

  it("forgets a surge of two months ago", () => {
    const statistics = shop(["a", 2, 1], ["b", 1, 1]);
    statistics.setRecentDemand(sumsOf([60, counted("b", { views: 1_000 })]));
    expect(ranked(statistics)).toEqual(["a", "b"]);
  });

  it("has what sold long ago behind the little that is done today", () => {
    const statistics = shop(["a", 2, 7_000], ["b", 1, 7_000]);
    statistics.setRecentDemand(sumsOf([0, counted("c", { views: 1 })]));
    expect(ranked(statistics)).toEqual(["c", "a", "b"]);
  });

  it("leaves out an item of which more was taken back than bought, and one that is not offered", () => {
    const statistics = shop();
    statistics.setRecentDemand(
      sumsOf(
        [0, counted("a", { purchases: -1 })],
        [0, counted("gone", { purchases: 9 })],
        [0, counted("b", { purchases: 1 })],
      ),
    );
    expect([...statistics.trending()]).toEqual([0, 1, 0]);
  });
});
