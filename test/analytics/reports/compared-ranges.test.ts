import { expect, it } from "vitest";

import { bucketsOf } from "../../../domain/analytics/reports/buckets.ts";
import { comparedRanges } from "../../../domain/analytics/reports/compared-ranges.ts";

const HOURS_SINCE = Date.parse("2026-10-16T00:00:00Z");

function compared(from: string, to: string, timezone = "UTC"): string[] {
  const range = { from: Date.parse(from), to: Date.parse(to) };
  const { before, present } = comparedRanges(range, timezone, HOURS_SINCE);
  expect(before.to).toBe(present.from);
  return [before.from, present.from, present.to].map((time) => new Date(time).toISOString().slice(0, 16));
}

it.each<[string, string, string, string, string[]]>([
  [
    "with as many hours before, where hours are known",
    "2026-11-20T11:00:00Z",
    "2026-11-21T10:31:07Z",
    "UTC",
    ["2026-11-19T11:00", "2026-11-20T11:00", "2026-11-21T10:31"],
  ],
  [
    "from a midnight on, where the range before reaches into what is rolled up",
    "2026-10-25T00:00:00Z",
    "2026-11-21T10:00:00Z",
    "UTC",
    ["2026-09-27T00:00", "2026-10-25T00:00", "2026-11-21T10:00"],
  ],
  [
    "from a midnight of the zone",
    "2026-10-24T22:00:00Z",
    "2026-11-21T10:00:00Z",
    "Europe/Amsterdam",
    ["2026-09-26T22:00", "2026-10-24T22:00", "2026-11-21T10:00"],
  ],
  [
    "over whole days, where both ranges are rolled up",
    "2026-09-10T14:00:00Z",
    "2026-09-12T03:00:00Z",
    "UTC",
    ["2026-09-07T00:00", "2026-09-10T00:00", "2026-09-13T00:00"],
  ],
  [
    "with the whole day before, where the range begins as hours do",
    "2026-10-16T00:00:00Z",
    "2026-10-16T01:00:00Z",
    "UTC",
    ["2026-10-15T00:00", "2026-10-16T00:00", "2026-10-16T01:00"],
  ],
  [
    "with a whole day where as many hours would begin one before hours do",
    "2026-10-16T03:00:00Z",
    "2026-10-16T07:00:00Z",
    "UTC",
    ["2026-10-15T00:00", "2026-10-16T03:00", "2026-10-16T07:00"],
  ],
  [
    "from the hour that a midnight of the zone is in",
    "2026-07-31T18:00:00Z",
    "2026-08-31T18:00:00Z",
    "Asia/Kolkata",
    ["2026-06-30T18:00", "2026-07-31T18:00", "2026-08-31T18:00"],
  ],
  [
    "over whole days of such a zone, where the range ends in such an hour",
    "2026-08-30T20:00:00Z",
    "2026-08-31T18:20:00Z",
    "Asia/Kolkata",
    ["2026-08-28T18:00", "2026-08-30T18:00", "2026-09-01T18:00"],
  ],
  [
    "with as many days, where clocks were put back in the range",
    "2025-10-25T22:00:00Z",
    "2025-10-27T23:00:00Z",
    "Europe/Amsterdam",
    ["2025-10-23T22:00", "2025-10-25T22:00", "2025-10-27T23:00"],
  ],
])("compares %s", (_, from, to, timezone, expected) => {
  expect(compared(from, to, timezone)).toEqual(expected);
});

it("leaves no rolled-up day between the beginning of the range before and the end of the range", () => {
  for (let hour = 0; hour < 24; hour++) {
    const to = Date.parse("2026-11-21T00:00:00Z") + hour * 3_600_000 + 1;
    const { before, present } = comparedRanges({ from: Date.parse("2026-10-25T00:00:00Z"), to }, "UTC", HOURS_SINCE);
    const days = [before, present].flatMap((range) => bucketsOf(range, "total", "UTC").days.map(([day]) => day));
    expect(days[0]).toBe(before.from);
    expect(days.length).toBe(new Set(days).size);
    expect(days.slice(1).every((day, place) => day - (days[place] ?? 0) === 86_400_000)).toBe(true);
  }
});
