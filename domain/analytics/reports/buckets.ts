import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../ledger/limits.ts";
import { dayOf, firstHourOf, hourOf, midnightOf, mondayOf } from "./calendar.ts";
import type { Range } from "./range.ts";

export const INTERVALS = ["hour", "day", "week", "total"] as const;
export type Interval = (typeof INTERVALS)[number];

/** Which counters make up which row of a report. Times are milliseconds since 1970 UTC. */
export interface Buckets {
  /** What each row of hours is of. */
  readonly interval: Interval;
  /** The row's time for each bucket of the range, in order: the beginning of its hour, day or week, or of the range. */
  readonly times: readonly number[];
  /** Hours from, hours to (exclusive), and their row's time; null where each hour is a row of its own. */
  readonly hours: readonly (readonly [from: number, to: number, time: number | null])[];
  /** What was counted by the day only: UTC's midnight of the date, and its row's time. */
  readonly days: readonly (readonly [midnight: number, time: number])[];
}

function* daysFrom(first: number, last: number): Generator<number> {
  for (let day = first; day <= last; day++) yield day;
}

function timeOf(day: number, interval: Interval, range: Range, timezone: string): number {
  switch (interval) {
    case "total":
      return range.from;
    case "week":
      return midnightOf(mondayOf(day), timezone);
    case "day":
    case "hour":
      return midnightOf(day, timezone);
  }
}

function hoursOf(range: Range): number[] {
  const count = Math.ceil((range.to - range.from) / HOUR_MILLISECONDS);
  return Array.from({ length: count }, (_, n) => range.from + n * HOUR_MILLISECONDS);
}

/**
 * Divides a range into rows. A day that was counted as a whole belongs to the date of the same name in every time zone,
 * and to the range in which that date begins: so ranges that follow each other count it once.
 */
export function bucketsOf(range: Range, interval: Interval, timezone: string): Buckets {
  // Where midnight is within an hour, the counters' day begins up to an hour earlier: hence one day more.
  const days = [...daysFrom(dayOf(range.from, timezone), dayOf(range.to - 1, timezone) + 1)];
  const spans = days
    .map((day) => ({ day, from: firstHourOf(day, timezone), to: firstHourOf(day + 1, timezone) }))
    .filter(({ from, to }) => from < range.to && to > range.from)
    .map((span) => ({ ...span, time: timeOf(span.day, interval, range, timezone) }));
  const whole = spans
    .filter(({ from }) => from >= range.from)
    .map(({ day, time }) => [day * DAY_MILLISECONDS, time] as const);
  if (interval === "hour")
    return { interval, times: hoursOf(range), hours: [[range.from, range.to, null]], days: whole };
  if (interval === "total")
    return { interval, times: [range.from], hours: [[range.from, range.to, range.from]], days: whole };
  const hours = spans.map(({ from, to, time }) => [Math.max(from, range.from), Math.min(to, range.to), time] as const);
  return { interval, times: [...new Set(spans.map(({ time }) => time))], hours, days: whole };
}

/** The rows whose time is in `from` … `to`, `to` exclusive: where a page begins, nothing before need be read again. */
export function bucketsWithin(buckets: Buckets, from: number, to = Number.POSITIVE_INFINITY): Buckets {
  const isWithin = (time: number): boolean => time >= from && time < to;
  return {
    interval: buckets.interval,
    times: buckets.times.filter(isWithin),
    hours: buckets.hours
      .filter(([, , time]) => time === null || isWithin(time))
      .map(([first, last, time]) =>
        time === null ? [Math.max(first, hourOf(from)), Math.min(last, to), time] : [first, last, time],
      ),
    days: buckets.days.filter(([, time]) => isWithin(time)),
  };
}

/** Each slice of rows is so many times as long as the one before. */
const SLICE_GROWTH = 4;

/**
 * The rows slice by slice, a short one first: a page of a hundred groups out of a year of ten thousand items should
 * not read the year.
 */
export function* slicesOf(buckets: Buckets): Generator<Buckets> {
  const { times } = buckets;
  // From the very first: a day's row may be of a moment within an hour, which comes before the first whole one.
  let from = Number.NEGATIVE_INFINITY;
  for (let end = 1, length = 1; from < Number.POSITIVE_INFINITY; end += length) {
    const to = times[end] ?? Number.POSITIVE_INFINITY;
    yield bucketsWithin(buckets, from, to);
    from = to;
    length *= SLICE_GROWTH;
  }
}
