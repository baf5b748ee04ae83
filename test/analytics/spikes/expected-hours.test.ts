import { expect, it } from "vitest";

import { CountedHours } from "../../../domain/analytics/spikes/counted-hours.ts";
import { expectedHours } from "../../../domain/analytics/spikes/expected-hours.ts";
import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";

const NOW = Date.UTC(2026, 10, 21, 14);
const LEVEL = 20;
const DAYS = 60;
const counts = { views: LEVEL, purchases: 0 };

/** Every hour of some days up to now, of an item and of its line. */
const hours = Array.from({ length: DAYS * 24 }, (_, n) => NOW - n * HOUR_MILLISECONDS);
const lineHours = hours.map((hour) => ({ ...counts, hour, line: "Cars", doings: LEVEL }));

/** What a level item's series says where its hours are kept for so many days. */
function series(keptDays: number, asked: readonly number[]) {
  const hoursSince = NOW - keptDays * DAY_MILLISECONDS;
  const byHour = new Map(hours.filter((hour) => hour >= hoursSince).map((hour) => [hour, { ...counts, hour }]));
  const known = { scope: "item", signal: "interest", item: { itemId: "car", line: "Cars", byHour } } as const;
  const counted = new CountedHours(lineHours);
  return expectedHours(
    { ...known, counted, itemsByLine: { Cars: 1 }, timezone: "UTC", hoursSince },
    asked,
    NOW + HOUR_MILLISECONDS,
  );
}
const back = (days: number): number => NOW - days * DAY_MILLISECONDS;

it("expects the same of a level item, whether all of its baseline is still kept by the hour or not", () => {
  for (const { observed, expected } of series(36, [NOW, back(1), back(2), back(3), back(15)])) {
    expect(observed).toBe(LEVEL);
    expect(expected).toBeCloseTo(LEVEL, 6);
  }
});

it("knows nothing of hours that became parts of their days, and expects nothing where too few are left", () => {
  expect(series(36, [back(39)])).toEqual([{ hour: back(39), observed: null, expected: null }]);
  expect(series(36, [back(35)])).toEqual([{ hour: back(35), observed: LEVEL, expected: null }]);
});
