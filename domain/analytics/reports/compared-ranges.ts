import { HOUR_MILLISECONDS } from "../../ledger/limits.ts";
import { dayOfHour, firstHourOf } from "./calendar.ts";
import type { Range } from "./range.ts";

/** A range, and the one that it is compared with, which ends where it begins. */
export interface ComparedRanges {
  readonly before: Range;
  readonly present: Range;
}

/**
 * As many hours as the range has, right before it. Where hours are rolled up, both begin and end with a day: of a part
 * of one nobody knows what fell into it, and a day that had begun before the earlier range would be in neither.
 * @param hoursSince up to this moment counters are days; milliseconds since 1970 UTC
 */
export function comparedRanges({ from, to }: Range, timezone: string, hoursSince: number): ComparedRanges {
  const dayBegin = (moment: number): number =>
    moment < hoursSince ? firstHourOf(dayOfHour(moment, timezone), timezone) : moment;
  const dayEnd = (moment: number): number =>
    moment < hoursSince ? firstHourOf(dayOfHour(moment - 1, timezone) + 1, timezone) : moment;
  const present = { from: dayBegin(from), to: dayEnd(to) };
  const hours = Math.ceil((present.to - present.from) / HOUR_MILLISECONDS);
  const earliest = present.from - hours * HOUR_MILLISECONDS;
  // Clocks that were put back within whole days make them an hour longer: that is no reason for another day.
  const isOfDays = present.from < hoursSince;
  const begin = dayBegin(isOfDays ? earliest + HOUR_MILLISECONDS : earliest);
  return { present, before: { from: begin, to: present.from } };
}
