import { assert, constantFrom, integer, property } from "fast-check";
import { expect, it } from "vitest";

import {
  type Buckets,
  bucketsOf,
  bucketsWithin,
  INTERVALS,
  slicesOf,
} from "../../../domain/analytics/reports/buckets.ts";
import { DAY, HOUR } from "./counters.ts";

const at = (text: string): number => Date.parse(`${text}Z`);
const iso = (time: number): string => new Date(time).toISOString().slice(0, 16);
const days = (from: string, to: string, zone: string): Buckets =>
  bucketsOf({ from: at(from), to: at(to) }, "day", zone);

it("makes a day of 23 hours and one of 25 where clocks change", () => {
  const spring = days("2026-03-28T23:00", "2026-03-30T22:00", "Europe/Amsterdam");
  expect(spring.hours.map(([from, to]) => (to - from) / HOUR)).toEqual([23, 24]);
  const autumn = days("2026-11-01T04:00", "2026-11-03T05:00", "America/New_York");
  expect(autumn.hours.map(([from, to]) => (to - from) / HOUR)).toEqual([25, 24]);
  expect(autumn.times.map(iso)).toEqual(["2026-11-01T04:00", "2026-11-02T05:00"]);
});

it("names a day by its own midnight where the counters' hour begins before it", () => {
  const { times, hours } = days("2026-11-19T18:00", "2026-11-20T18:20", "Asia/Kolkata");
  expect(times.map(iso)).toEqual(["2026-11-19T18:30", "2026-11-20T18:30"]);
  // The last hour has begun: the next day has its first counters.
  expect(hours.map(([from, to]) => [iso(from), iso(to)])).toEqual([
    ["2026-11-19T18:00", "2026-11-20T18:00"],
    ["2026-11-20T18:00", "2026-11-20T18:20"],
  ]);
});

it("puts a day that was counted as a whole on the date of the same name", () => {
  const { days: whole } = days("2026-11-19T05:00", "2026-11-21T05:00", "America/New_York");
  expect(whole.map(([midnight, time]) => [iso(midnight), iso(time)])).toEqual([
    ["2026-11-19T00:00", "2026-11-19T05:00"],
    ["2026-11-20T00:00", "2026-11-20T05:00"],
  ]);
});

it("takes such a day into the range in which it begins", () => {
  const range = { from: at("2026-11-20T11:00"), to: at("2026-11-21T10:31") };
  for (const interval of INTERVALS) {
    expect(bucketsOf(range, interval, "UTC").days.map(([midnight]) => iso(midnight))).toEqual(["2026-11-21T00:00"]);
  }
});

it("begins weeks on the zone's Monday", () => {
  const range = { from: at("2026-11-10T10:00"), to: at("2026-11-21T10:31") };
  const { times, hours, days: whole } = bucketsOf(range, "week", "Europe/Amsterdam");
  expect(times.map(iso)).toEqual(["2026-11-08T23:00", "2026-11-15T23:00"]);
  expect(hours.filter(([, , time]) => time === times[1])).toHaveLength(6);
  expect(whole.filter(([, time]) => time === times[1]).map(([midnight]) => iso(midnight))).toEqual(
    ["16", "17", "18", "19", "20", "21"].map((day) => `2026-11-${day}T00:00`),
  );
});

it("has each hour of the range in exactly one row, and each date that begins in it, whatever the interval and zone", () => {
  const zones = ["UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "America/Santiago"];
  const beginning = integer({ min: 0, max: 365 * 24 }).map((hour) => at("2026-01-01T00:00") + hour * HOUR);
  const length = integer({ min: 1, max: 40 * DAY });
  assert(
    property(beginning, length, constantFrom(...zones), constantFrom(...INTERVALS), (from, long, zone, interval) => {
      const { times, hours, days: whole } = bucketsOf({ from, to: from + long }, interval, zone);
      const covered = hours.toSorted(([one], [other]) => one - other);
      expect(covered[0]?.[0]).toBe(from);
      expect(covered.at(-1)?.[1]).toBe(from + long);
      covered.slice(1).forEach(([begin], n) => expect(begin).toBe(covered[n]?.[1]));
      expect(new Set(times).size).toBe(times.length);
      for (const [, , time] of hours) if (time !== null) expect(times).toContain(time);
      // A range that is cut in two has its dates once.
      const cut = from + Math.floor(long / HOUR / 2) * HOUR;
      const parts =
        cut === from
          ? []
          : [bucketsOf({ from, to: cut }, interval, zone), bucketsOf({ from: cut, to: from + long }, interval, zone)];
      if (parts.length > 0) {
        expect(parts.flatMap((part) => part.days.map(([midnight]) => midnight))).toEqual(
          whole.map(([midnight]) => midnight),
        );
      }
    }),
  );
});

it("goes on from a row without reading those before", () => {
  const buckets = days("2026-11-18T00:00", "2026-11-21T10:31", "UTC");
  const rest = bucketsWithin(buckets, at("2026-11-20T00:00"));
  expect(rest.times.map(iso)).toEqual(["2026-11-20T00:00", "2026-11-21T00:00"]);
  expect(rest.hours).toEqual(buckets.hours.slice(2));
  expect(rest.days).toEqual(buckets.days.slice(2));
  const hourly = bucketsOf({ from: at("2026-11-18T00:00"), to: at("2026-11-21T10:31") }, "hour", "UTC");
  expect(bucketsWithin(hourly, at("2026-11-19T05:00")).hours).toEqual([
    [at("2026-11-19T05:00"), at("2026-11-21T10:31"), null],
  ]);
});

it("cuts rows into slices that grow, and loses none", () => {
  for (const interval of INTERVALS) {
    const range = { from: at("2026-10-20T10:00"), to: at("2026-11-21T10:31") };
    const buckets = bucketsOf(range, interval, "Asia/Kolkata");
    const slices = [...slicesOf(buckets)];
    expect(slices.flatMap(({ times }) => times)).toEqual(buckets.times);
    expect(slices.flatMap(({ days }) => days)).toEqual(buckets.days);
    const hours = slices.flatMap(({ hours }) => hours);
    expect(hours[0]?.[0]).toBe(range.from);
    expect(hours.at(-1)?.[1]).toBe(range.to);
    hours.slice(1).forEach(([begin], n) => expect(begin).toBe(hours[n]?.[1]));
    if (interval === "day") expect(slices.map(({ times }) => times.length)).toEqual([1, 4, 16, 12]);
  }
});

it("has a day's row in a slice though the page begins after the hour that its midnight is in", () => {
  // A page ended with another item's row of that day, whose time is 18:30.
  const hourly = bucketsOf({ from: at("2026-11-19T00:00"), to: at("2026-11-21T00:00") }, "hour", "Asia/Kolkata");
  for (const from of ["2026-11-19T18:30", "2026-11-20T18:30"]) {
    const rest = bucketsWithin(hourly, at(from));
    expect(rest.days.length).toBeGreaterThan(0);
    expect([...slicesOf(rest)].flatMap((slice) => slice.days)).toEqual(rest.days);
  }
});
