import { describe, expect, it } from "vitest";

import { baselineHours, eligibleHours } from "../../../domain/analytics/spikes/baseline-hours.ts";
import { lookedAt } from "../../../domain/analytics/spikes/looked-at.ts";
import { DAY_MILLISECONDS, HOUR_MILLISECONDS, WEEK_MILLISECONDS } from "../../../domain/ledger/limits.ts";

const HOUR = Date.UTC(2026, 10, 21, 14);
const back = (weeks: number, days = 0): number => HOUR - weeks * WEEK_MILLISECONDS - days * DAY_MILLISECONDS;
const since = (first: number) => (hour: number) => hour >= first;

describe("the hours that say what is usual", () => {
  it("are the same hour of the last five weeks, and those beside", () => {
    const hours = baselineHours(HOUR, "UTC", () => true);
    expect(hours?.same).toEqual([back(1), back(2), back(3), back(4), back(5)]);
    expect(hours?.beside).toHaveLength(10);
    expect(hours?.beside).toContain(back(3) + HOUR_MILLISECONDS);
  });
  it("leave out what was not counted", () => {
    const hours = baselineHours(HOUR, "UTC", (hour) => hour !== back(2) && hour !== back(3) - HOUR_MILLISECONDS);
    expect(hours?.same).toEqual([back(1), back(3), back(4), back(5)]);
    expect(hours?.beside).toHaveLength(7);
  });
  it("are of days in a shop that is younger than two weeks, and none in one younger than three days", () => {
    expect(baselineHours(HOUR, "UTC", since(back(1, 6)))?.same).toHaveLength(7);
    expect(baselineHours(HOUR, "UTC", since(back(0, 3)))?.same).toEqual([back(0, 1), back(0, 2), back(0, 3)]);
    expect(baselineHours(HOUR, "UTC", since(back(0, 2)))).toBeNull();
  });
  it("are all among the eligible ones, each of which is older than 22 hours and younger than 36 days", () => {
    const eligible = eligibleHours(HOUR, "UTC");
    for (const first of [back(5, 1), back(1)]) {
      const hours = baselineHours(HOUR, "UTC", since(first));
      for (const one of [...(hours?.same ?? []), ...(hours?.beside ?? [])]) expect(eligible).toContain(one);
    }
    expect(Math.max(...eligible)).toBe(back(0, 1) + HOUR_MILLISECONDS);
    expect(Math.min(...eligible)).toBeGreaterThan(back(0, 36));
  });
});

describe("the hours that say what is usual, where clocks are changed", () => {
  const sameHours = (hour: string, timezone: string): (string | undefined)[] | undefined =>
    baselineHours(Date.parse(hour), timezone, () => true)?.same.map((one) => new Date(one).toISOString().slice(5, 16));
  it("are those in which the shop's clocks showed the same", () => {
    const after = ["03-30T08:00", "03-23T09:00", "03-16T09:00", "03-09T09:00", "03-02T09:00"];
    expect(sameHours("2026-04-06T08:00Z", "Europe/Amsterdam")).toEqual(after);
    const before = ["10-19T08:00", "10-12T08:00", "10-05T08:00", "09-28T08:00", "09-21T08:00"];
    expect(sameHours("2026-10-26T09:00Z", "Europe/Amsterdam")).toEqual(before);
    expect(sameHours("2026-10-26T09:00Z", "UTC")?.[0]).toBe("10-19T09:00");
  });
  it("are whole hours, though clocks move by half a one", () => {
    for (const hour of ["2026-04-06T08:00Z", "2026-10-05T08:00Z"]) {
      for (const one of sameHours(hour, "Australia/Lord_Howe") ?? []) expect(one).toMatch(/:00$/);
    }
  });
  it("are younger than 36 days, however clocks were changed", () => {
    for (const hour of [Date.UTC(2026, 2, 30, 8), Date.UTC(2026, 9, 26, 8)]) {
      const oldest = Math.min(...eligibleHours(hour, "Europe/Amsterdam"));
      expect(oldest).toBeGreaterThan(hour - 36 * DAY_MILLISECONDS);
    }
  });
});

describe("what a look is about", () => {
  it.each([
    { minutes: 2, hour: HOUR - HOUR_MILLISECONDS, share: 1 },
    { minutes: 7, hour: HOUR, share: 6.5 / 60 },
    { minutes: 57, hour: HOUR, share: 56.5 / 60 },
    { minutes: 62, hour: HOUR, share: 1 },
  ])("at minute $minutes is a share of $share", ({ minutes, hour, share }) => {
    const look = lookedAt(HOUR + minutes * 60_000);
    expect(look.hour).toBe(hour);
    expect(look.share).toBeCloseTo(share, 9);
  });
});
