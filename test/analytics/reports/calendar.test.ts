import { assert, constantFrom, integer, property } from "fast-check";
import { expect, it } from "vitest";

import { dayOf, firstHourOf, isTimeZone, midnightOf, mondayOf } from "../../../domain/analytics/reports/calendar.ts";
import { DAY, HOUR } from "./counters.ts";

const dayNumber = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY;

it.each([
  ["2026-11-21", "UTC", "2026-11-21T00:00:00.000Z"],
  ["2026-03-29", "Europe/Amsterdam", "2026-03-28T23:00:00.000Z"],
  ["2026-03-30", "Europe/Amsterdam", "2026-03-29T22:00:00.000Z"],
  ["2026-10-26", "Europe/Amsterdam", "2026-10-25T23:00:00.000Z"],
  ["2026-11-01", "America/New_York", "2026-11-01T04:00:00.000Z"],
  ["2026-11-02", "America/New_York", "2026-11-02T05:00:00.000Z"],
  ["2026-11-21", "Asia/Kolkata", "2026-11-20T18:30:00.000Z"],
  // Clocks go from midnight to 1: the day begins at 1.
  ["2026-09-06", "America/Santiago", "2026-09-06T04:00:00.000Z"],
  // Clocks go from 1 back to midnight: of the two midnights the first begins the day.
  ["2026-11-01", "America/Havana", "2026-11-01T04:00:00.000Z"],
  // Clocks go from midnight back to 23: that hour is still the day before's.
  ["2026-04-05", "America/Santiago", "2026-04-05T04:00:00.000Z"],
])("%s in %s begins at %s", (date, timezone, beginning) => {
  expect(new Date(midnightOf(dayNumber(date), timezone)).toISOString()).toBe(beginning);
});

it("finds for every moment a day that has begun and is not over", () => {
  const zones = ["UTC", "Europe/Amsterdam", "America/New_York", "America/Santiago", "Asia/Kolkata", "Pacific/Chatham"];
  const moment = integer({ min: Date.parse("2020-01-01T00:00Z"), max: Date.parse("2030-01-01T00:00Z") });
  assert(
    property(moment, constantFrom(...zones), (at, zone) => {
      const day = dayOf(at, zone);
      expect(midnightOf(day, zone)).toBeLessThanOrEqual(at);
      expect(midnightOf(day + 1, zone)).toBeGreaterThan(at);
      expect(dayOf(midnightOf(day, zone), zone)).toBe(day);
    }),
  );
});

it("begins a day with the hour that its midnight is in", () => {
  expect(firstHourOf(dayNumber("2026-11-21"), "Asia/Kolkata")).toBe(Date.parse("2026-11-20T18:00:00Z"));
  expect(firstHourOf(dayNumber("2026-11-21"), "America/New_York")).toBe(Date.parse("2026-11-21T05:00:00Z"));
});

it("knows the Monday of a day", () => {
  expect(mondayOf(dayNumber("2026-11-16"))).toBe(dayNumber("2026-11-16"));
  expect(mondayOf(dayNumber("2026-11-21"))).toBe(dayNumber("2026-11-16"));
  expect(mondayOf(dayNumber("2026-11-22"))).toBe(dayNumber("2026-11-16"));
});

it.each([
  ["Europe/Amsterdam", true],
  ["UTC", true],
  ["Mars/Olympus", false],
  ["", false],
])("asked whether %s is a time zone says %s", (name, is) => {
  expect(isTimeZone(name)).toBe(is);
});

it("has days of 23 and 25 hours where clocks change", () => {
  const hours = (date: string): number =>
    (midnightOf(dayNumber(date) + 1, "Europe/Amsterdam") - midnightOf(dayNumber(date), "Europe/Amsterdam")) / HOUR;
  expect([hours("2026-03-29"), hours("2026-03-30"), hours("2026-10-25")]).toEqual([23, 24, 25]);
});
