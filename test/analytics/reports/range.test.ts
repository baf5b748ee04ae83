import { expect, it } from "vitest";

import { bucketsOf } from "../../../domain/analytics/reports/buckets.ts";
import {
  type Bound,
  parseBound,
  PERIODS,
  type RangeQuery,
  resolveRange,
} from "../../../domain/analytics/reports/range.ts";

const NOW = Date.parse("2026-11-21T10:31:07Z");
const AMSTERDAM = "Europe/Amsterdam";

function bound(text: string): Bound {
  const parsed = parseBound(text);
  if (parsed === null) throw new Error(`${text} is no bound`);
  return parsed;
}

function resolved(query: RangeQuery, timezone = "UTC"): string {
  const range = resolveRange(query, PERIODS["24h"], timezone, NOW);
  if (!range.ok) return range.error.kind;
  return [range.value.from, range.value.to].map((time) => new Date(time).toISOString()).join(" ");
}

it.each<[string, RangeQuery, string, string]>([
  [
    "24 hours with the present one unless anything is asked",
    {},
    "UTC",
    "2026-11-20T11:00:00.000Z 2026-11-21T10:31:07.000Z",
  ],
  ["48 hours", { period: "48h" }, AMSTERDAM, "2026-11-19T11:00:00.000Z 2026-11-21T10:31:07.000Z"],
  [
    "seven days of the zone with today",
    { period: "7d" },
    AMSTERDAM,
    "2026-11-14T23:00:00.000Z 2026-11-21T10:31:07.000Z",
  ],
  [
    "a day of the zone from its beginning to its end",
    { from: bound("2026-03-29"), to: bound("2026-03-29") },
    AMSTERDAM,
    "2026-03-28T23:00:00.000Z 2026-03-29T22:00:00.000Z",
  ],
  [
    "a day from the hour that its midnight is in",
    { from: bound("2026-11-01"), to: bound("2026-11-01") },
    "Asia/Kolkata",
    "2026-10-31T18:00:00.000Z 2026-11-01T18:00:00.000Z",
  ],
  [
    "times cut to the hours that hold them",
    { from: bound("2026-11-20T09:15:00+01:00"), to: bound("2026-11-20T12:30:00Z") },
    "UTC",
    "2026-11-20T08:00:00.000Z 2026-11-20T12:00:00.000Z",
  ],
  [
    "up to now where no end is said",
    { from: bound("2026-11-21T08:00:00Z") },
    "UTC",
    "2026-11-21T08:00:00.000Z 2026-11-21T10:31:07.000Z",
  ],
  [
    "24 hours before an end that is said",
    { to: bound("2026-11-20") },
    "UTC",
    "2026-11-20T00:00:00.000Z 2026-11-21T00:00:00.000Z",
  ],
  [
    "not beyond now",
    { from: bound("2026-11-21"), to: bound("2026-11-30") },
    "UTC",
    "2026-11-21T00:00:00.000Z 2026-11-21T10:31:07.000Z",
  ],
])("is %s", (_what, query, timezone, expected) => {
  expect(resolved(query, timezone)).toBe(expected);
});

it.each<[string, RangeQuery, string]>([
  ["a period and a bound", { period: "24h", to: bound("2026-11-20") }, "period_and_bounds"],
  ["an end before its beginning", { from: bound("2026-11-20"), to: bound("2026-11-19") }, "empty_range"],
  [
    "less than an hour of which nothing is left",
    { from: bound("2026-11-20T10:05:00Z"), to: bound("2026-11-20T10:55:00Z") },
    "empty_range",
  ],
  ["a beginning in the future", { from: bound("2026-11-22") }, "empty_range"],
  ["more than 800 days", { from: bound("2024-01-01") }, "range_too_long"],
])("refuses %s", (_what, query, kind) => {
  expect(resolved(query)).toBe(kind);
});

it("takes exactly 800 days", () => {
  expect(resolved({ from: bound("2024-09-12T10:31:07Z"), to: bound("2026-11-21T10:00:00Z") })).toContain(
    "2024-09-12T10:00",
  );
});

it.each(["2026-02-30", "2026-11-21T10:00:00", "yesterday", "1700000000000", "2026-11-21T25:00:00Z", ""])(
  "takes %j for no time",
  (text) => {
    expect(parseBound(text)).toBeNull();
  },
);

it("takes a plus sign that an address turned into a space", () => {
  expect(parseBound("2026-11-21T10:00:00 01:00")).toEqual({ moment: Date.parse("2026-11-21T09:00:00Z") });
});

it("gives ranges that follow each other every hour once, wherever they meet", () => {
  const of = (from: string, to: string): string[] => resolved({ from: bound(from), to: bound(to) }).split(" ");
  const [, firstEnd] = of("2026-11-20T10:30:00Z", "2026-11-20T17:00:00+05:30");
  const [secondBegin] = of("2026-11-20T17:00:00+05:30", "2026-11-20T12:30:00Z");
  expect(secondBegin).toBe(firstEnd);
});

it("has as many days as it is called by, also in the hour in which a zone's midnight is", () => {
  for (const now of ["17:59", "18:00", "18:10", "18:30", "18:59", "19:00"]) {
    const range = resolveRange({ period: "7d" }, PERIODS["24h"], "Asia/Kolkata", Date.parse(`2026-11-21T${now}:00Z`));
    if (!range.ok) throw new Error(range.error.message);
    expect(bucketsOf(range.value, "day", "Asia/Kolkata").times, now).toHaveLength(7);
  }
});
