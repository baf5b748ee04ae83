import { eligibleHours } from "../../../domain/analytics/spikes/baseline-hours.ts";
import { CountedHours } from "../../../domain/analytics/spikes/counted-hours.ts";
import { type ExpectedHour, expectedHours } from "../../../domain/analytics/spikes/expected-hours.ts";
import { HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { readItemHours, readLineHours } from "./spike-counts.ts";
import { itemsByLineOnceAnHour } from "./spike-look-store.ts";
import type { SpikeRecord } from "./spike-store.ts";

/** The `count` hours up to the one that holds `until`, oldest first. */
function hoursUpTo(until: number, count: number): number[] {
  const last = until - (until % HOUR_MILLISECONDS);
  return Array.from({ length: count }, (_, n) => last - (count - 1 - n) * HOUR_MILLISECONDS);
}

/**
 * What was counted of a spike's item or line hour by hour, and what was expected.
 * @param until end of the series, milliseconds since 1970 UTC
 * @param count hours
 */
export async function readSpikeSeries(
  db: D1Database,
  { scope, signal, subject, line }: SpikeRecord,
  until: number,
  count: number,
  now: number,
): Promise<readonly ExpectedHour[]> {
  const hours = hoursUpTo(until, count);
  const needed = [...new Set([...hours, ...hours.flatMap(eligibleHours)])];
  const [lines, items, { itemsByLine }] = await Promise.all([
    readLineHours(db, needed),
    scope === "item" ? readItemHours(db, [subject], needed) : new Map<string, never>(),
    itemsByLineOnceAnHour(db, now),
  ]);
  const byHour = new Map((items.get(subject) ?? []).map((one) => [one.hour, one]));
  const item = { itemId: subject, line: line ?? "", byHour };
  return expectedHours({ scope, signal, item, counted: new CountedHours(lines), itemsByLine }, hours, until);
}
