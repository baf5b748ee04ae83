import { describe, expect, it } from "vitest";

import { HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { seeded } from "./random-counts.ts";
import { type SimulatedAlarm, simulateDay } from "./simulated-shop.ts";

const ITEMS = 10_000;
const LINES = 20;
const LEAST_VIEWS = 0.01;
const MOST_VIEWS = 200;
/** A day takes a dozen seconds where nothing else is at work. */
const DAY_TIMEOUT_MILLISECONDS = 180_000;

/** Levels between two, each magnitude as often as any other. */
function levels(count: number, from: number, to: number): readonly number[] {
  const random = seeded(3);
  return Array.from({ length: count }, () => from * (to / from) ** random());
}

/** A third of the items is level all week, a third has a day's rhythm of its own, a third is busy at weekends. */
function rhythm(item: number, hour: number): number {
  if (item % 3 === 0) return 1;
  if (item % 3 === 1) return 1 + 0.7 * Math.sin(((hour / HOUR_MILLISECONDS + item) / 24) * 2 * Math.PI);
  return [0, 6].includes(new Date(hour).getUTCDay()) ? 2.5 : 0.5;
}

/** Alarms that people would be told of: one for however many looks of an hour. */
function told(alarms: readonly SimulatedAlarm[]): number {
  return new Set(alarms.map((one) => [one.hour, one.scope, one.signal, one.subject].join(" "))).size;
}

describe("a day on which nothing is unusual, 10,000 items and 288 looks", () => {
  const usual = levels(ITEMS, LEAST_VIEWS, MOST_VIEWS);
  it.each([
    { name: "hours vary by chance", dispersion: 0, hours: 24 },
    { name: "hours vary by 22 % beyond chance, a quarter of a day", dispersion: 0.05, hours: 6 },
  ])(
    "has at most one false alarm: $name",
    ({ dispersion, hours }) => {
      const views = (item: number, hour: number): number => (usual[item] ?? 0) * rhythm(item, hour);
      const shop = { items: ITEMS, lines: LINES, views, conversion: 0.2, dispersion, seed: 11 };
      expect(told(simulateDay(shop, hours))).toBeLessThanOrEqual(1);
    },
    DAY_TIMEOUT_MILLISECONDS,
  );
});

describe("the days after clocks were changed, in a shop whose customers live by them", () => {
  const ITEMS_THERE = 400;
  const TIMEZONE = "Europe/Amsterdam";
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: TIMEZONE, hour: "numeric", hourCycle: "h23" });
  // Few at night, and three times as many within an hour in the morning and in the evening.
  const share = (hour: number): number => {
    const shown = Number(clock.format(hour));
    return [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.9][shown] ?? (shown < 22 ? 1.5 : 0.3);
  };
  const usual = levels(ITEMS_THERE, 5, 100);
  const views = (item: number, hour: number): number => (usual[item] ?? 0) * share(hour);
  const shop = { items: ITEMS_THERE, lines: LINES, views, conversion: 0.03, seed: 7 };
  it.each([Date.UTC(2026, 2, 30), Date.UTC(2026, 9, 26)])(
    "have at most one false alarm",
    (day) => {
      expect(told(simulateDay({ ...shop, day, timezone: TIMEZONE }))).toBeLessThanOrEqual(1);
      // Compared by UTC's hours they would have many.
      expect(told(simulateDay({ ...shop, day, timezone: "UTC" }))).toBeGreaterThan(100);
    },
    DAY_TIMEOUT_MILLISECONDS,
  );
});

describe("an hour in which some items have three times as much", () => {
  const RISING = 50;
  const rises = levels(RISING, 15, 60);
  const others = levels(ITEMS, LEAST_VIEWS, MOST_VIEWS);
  it.each([
    { name: "among 10,000 items", items: ITEMS, rising: RISING, dispersion: 0, recall: 0.8, hours: 1 },
    { name: "few among 10,000 items", items: ITEMS, rising: 10, dispersion: 0, recall: 0.8, hours: 1 },
    { name: "in a small shop", items: 400, rising: 10, dispersion: 0, recall: 0.8, hours: 1 },
    {
      name: "for three hours that vary by 22 %",
      items: ITEMS,
      rising: RISING,
      dispersion: 0.05,
      recall: 0.8,
      hours: 3,
    },
  ])("finds them and little else: $name", ({ items, rising, dispersion, recall, hours }) => {
    const alarms = simulateDay(
      {
        items,
        lines: LINES,
        views: (item) => (item < rising ? rises : others)[item] ?? 0,
        // Orders are too thin to be told of: what is found is found by views.
        conversion: 0.01,
        rise: (item) => (item < rising ? 3 : 1),
        dispersion,
        seed: 5,
      },
      hours,
    );
    const found = new Set(alarms.filter(({ scope }) => scope === "item").map(({ subject }) => Number(subject)));
    const right = [...found].filter((item) => item < rising).length;
    expect(right / rising).toBeGreaterThanOrEqual(recall);
    expect(right / found.size).toBeGreaterThanOrEqual(0.9);
  });

  it("finds an item that nobody looked at before", () => {
    const alarms = simulateDay(
      {
        items: 1_000,
        lines: LINES,
        views: (item) => (item === 0 ? LEAST_VIEWS : (others[item] ?? 0)),
        conversion: 0,
        rise: (item) => (item === 0 ? 30 / LEAST_VIEWS : 1),
        seed: 6,
      },
      1,
    );
    expect(new Set(alarms.map(({ subject }) => subject))).toEqual(new Set(["0"]));
  });
});
