import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../ledger/limits.ts";

/** Formatters are dear to make and names few: they are kept, up to this many spellings. */
const FORMATS_MAX = 200;
const SECOND_MILLISECONDS = 1_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** 1 January 1970 was a Thursday, the fourth day of its week. */
const EPOCH_WEEKDAY = 3;
const WEEK_DAYS = 7;

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  if (formats.size >= FORMATS_MAX) formats.clear();
  formats.set(timezone, format);
  return format;
}

/** True for what Intl knows as a time zone, such as `Europe/Amsterdam`. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What clocks show at a moment, as if it were UTC. */
function wallClock(moment: number, timezone: string): number {
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

/** How far clocks are ahead of UTC, in milliseconds. @param moment milliseconds since 1970 UTC */
export function offsetAt(moment: number, timezone: string): number {
  const second = Math.floor(moment / SECOND_MILLISECONDS) * SECOND_MILLISECONDS;
  return wallClock(second, timezone) - second;
}

/**
 * The calendar day of a moment in a time zone. Days are numbers, as if their date were UTC's: days since 1970-01-01.
 * @param moment milliseconds since 1970 UTC
 */
export function dayOf(moment: number, timezone: string): number {
  return Math.floor(wallClock(moment, timezone) / DAY_MILLISECONDS);
}

/** The day of the Monday on or before `day`. */
export function mondayOf(day: number): number {
  return day - ((day + EPOCH_WEEKDAY) % WEEK_DAYS);
}

/**
 * When a day begins: midnight, or the first moment after it where clocks skip midnight. The offset in force a day
 * before and the one a day after are the two that its beginning can have.
 * @returns milliseconds since 1970 UTC
 */
export function midnightOf(day: number, timezone: string): number {
  const name = day * DAY_MILLISECONDS;
  const beginnings = [name - DAY_MILLISECONDS, name + DAY_MILLISECONDS]
    .map((near) => name - (wallClock(near, timezone) - near))
    .toSorted((one, other) => one - other);
  return beginnings.find((beginning) => dayOf(beginning, timezone) >= day) ?? name;
}

/** Beginning of the UTC hour that holds a moment. */
export function hourOf(moment: number): number {
  return Math.floor(moment / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;
}

/**
 * The day that the counters' hour of a moment belongs to: where midnight is within an hour, the day that begins in it.
 * So {@link firstHourOf} of a day is an hour of that day.
 */
export function dayOfHour(moment: number, timezone: string): number {
  return dayOf(hourOf(moment) + HOUR_MILLISECONDS - 1, timezone);
}

/** The hour with which a day begins in the counters, which know UTC's hours only. */
export function firstHourOf(day: number, timezone: string): number {
  return hourOf(midnightOf(day, timezone));
}
