import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../ledger/limits.ts";
import { err, ok, type Result } from "../../result.ts";
import { dayOfHour, firstHourOf, hourOf } from "./calendar.ts";
import { RANGE_DAYS_MAX } from "./limits.ts";

/** How long a range is that ends now: hours with the present one, or days of a time zone with today. */
export type Length = { readonly hours: number } | { readonly days: number };

/** Periods that a caller can name: some hours, or some days, up to now. */
export const PERIODS = {
  "24h": { hours: 24 },
  "48h": { hours: 48 },
  "7d": { days: 7 },
  "14d": { days: 14 },
  "28d": { days: 28 },
  "90d": { days: 90 },
  "365d": { days: 365 },
} as const satisfies Record<string, Length>;
export type Period = keyof typeof PERIODS;

/** A time, or a day of the asked time zone. */
export type Bound = { readonly moment: number } | { readonly day: number };

/** What time a caller asks about: a period, or bounds, of which either may be left out. */
export interface RangeQuery {
  readonly period?: Period | undefined;
  readonly from?: Bound | undefined;
  readonly to?: Bound | undefined;
}

/** Milliseconds since 1970 UTC: counters of hours that begin in `from` … `to` are meant, `to` exclusive. */
export interface Range {
  /** The beginning of an hour. */
  readonly from: number;
  readonly to: number;
}

export interface RangeProblem {
  readonly kind: "period_and_bounds" | "empty_range" | "range_too_long";
  readonly message: string;
}

/** A time, or a day, as a caller writes it; null for anything else. */
export function parseBound(text: string): Bound | null {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const moment = Date.parse(`${text}T00:00:00.000Z`);
    const isDate = !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(text);
    return isDate ? { day: moment / DAY_MILLISECONDS } : null;
  }
  // An unescaped plus sign of an address arrives as a space.
  const time = text.replace(/ (\d{2}:\d{2})$/, "+$1");
  const hasZone = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(time);
  const moment = hasZone ? Date.parse(time) : Number.NaN;
  return Number.isNaN(moment) ? null : { moment };
}

function beginningOf(length: Length, last: number, timezone: string): number {
  if ("days" in length) return firstHourOf(dayOfHour(last, timezone) - length.days + 1, timezone);
  return hourOf(last) - (length.hours - 1) * HOUR_MILLISECONDS;
}

function startOf(bound: Bound, timezone: string): number {
  return "day" in bound ? firstHourOf(bound.day, timezone) : hourOf(bound.moment);
}

/** Both bounds are cut alike, so that ranges that follow each other have each hour once. */
function endOf(bound: Bound | undefined, timezone: string, now: number): number {
  if (bound === undefined) return now;
  if ("day" in bound) return firstHourOf(bound.day + 1, timezone);
  return bound.moment < now ? hourOf(bound.moment) : bound.moment;
}

/**
 * The range that a caller asks about. It ends now at the latest: what has not begun has no numbers.
 * @param fallback how long it is where the caller names no period and no beginning
 * @param now milliseconds since 1970 UTC
 */
export function resolveRange(
  { period, from, to }: RangeQuery,
  fallback: Length,
  timezone: string,
  now: number,
): Result<Range, RangeProblem> {
  if (period !== undefined && (from !== undefined || to !== undefined))
    return err({ kind: "period_and_bounds", message: "Send either `period`, or `from` and `to`." });
  const asked = endOf(to, timezone, now);
  const end = Math.min(asked, now);
  const length = period === undefined ? fallback : PERIODS[period];
  const beginning = from === undefined ? beginningOf(length, end - 1, timezone) : startOf(from, timezone);
  const range = { from: beginning, to: end };
  if (to !== undefined && range.from >= asked)
    return err({
      kind: "empty_range",
      message: "`from` must be in an hour before that of `to`: both are cut to the hours of UTC that they are in.",
    });
  if (range.from >= range.to) return err({ kind: "empty_range", message: "`from` must not be in the future." });
  if (range.to - range.from > RANGE_DAYS_MAX * DAY_MILLISECONDS)
    return err({ kind: "range_too_long", message: `A range may be ${RANGE_DAYS_MAX} days long at most.` });
  return ok(range);
}
