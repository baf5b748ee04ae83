import { eligibleHours } from "../../../domain/analytics/spikes/baseline-hours.ts";
import { CountedHours } from "../../../domain/analytics/spikes/counted-hours.ts";
import { type ExpectedHour, expectedHours } from "../../../domain/analytics/spikes/expected-hours.ts";
import type { Scope } from "../../../domain/analytics/spikes/judge.ts";
import { HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { readItemHours, readLineHours } from "./spike-counts.ts";
import { itemsByLineOnceAnHour } from "./spike-look-store.ts";
import type { SpikeRecord } from "./spike-store.ts";

/** The `count` hours up to the one that holds `until`, oldest first. */
function hoursUpTo(until: number, count: number): number[] {
  const last = until - (until % HOUR_MILLISECONDS);
  return Array.from({ length: count }, (_, n) => last - (count - 1 - n) * HOUR_MILLISECONDS);
}

/** What a shop's configuration says of a series. */
export interface SeriesSettings {
  readonly timezone: string;
  /** Before these moments nothing is kept by the hour; milliseconds since 1970 UTC. */
  readonly hoursSince: Readonly<Record<Scope, number>>;
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
  { timezone, hoursSince }: SeriesSettings,
): Promise<readonly ExpectedHour[]> {
  const hours = hoursUpTo(until, count);
  const needed = [...new Set([...hours, ...hours.flatMap((hour) => eligibleHours(hour, timezone))])];
  const [lines, items, { itemsByLine }] = await Promise.all([
    readLineHours(db, needed),
    scope === "item" ? readItemHours(db, [subject], needed) : new Map<string, never>(),
    itemsByLineOnceAnHour(db, now),
  ]);
  const byHour = new Map((items.get(subject) ?? []).map((one) => [one.hour, one]));
  const item = { itemId: subject, line: line ?? "", byHour };
  const known = { scope, signal, item, counted: new CountedHours(lines), itemsByLine, timezone };
  return expectedHours({ ...known, hoursSince: hoursSince[scope] }, hours, until);
}
