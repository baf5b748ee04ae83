import { DAY_MILLISECONDS, HOUR_MILLISECONDS, WEEK_MILLISECONDS } from "../../ledger/limits.ts";
import { offsetAt } from "../reports/calendar.ts";
import { BASELINE_DAYS, BASELINE_DAYS_MIN, BASELINE_WEEKS, BASELINE_WEEKS_MIN } from "./limits.ts";

/** The past hours that say what an hour may expect; times are beginnings of hours, milliseconds since 1970 UTC. */
export interface BaselineHours {
  /** The same hour, of earlier weeks or days. */
  readonly same: readonly number[];
  /** The hours before and after each of those. */
  readonly beside: readonly number[];
}

/**
 * The hours in which the shop's clocks showed what they show in this one, so many steps before: people shop by their
 * clocks, and these are changed twice a year. Counters know whole hours of UTC, so half an hour's change is rounded.
 */
function hoursBack(hour: number, step: number, count: number, timezone: string): number[] {
  const offset = offsetAt(hour, timezone);
  return Array.from({ length: count }, (_, n) => {
    const back = hour - (n + 1) * step;
    const changed = Math.round((offset - offsetAt(back, timezone)) / HOUR_MILLISECONDS);
    return back + changed * HOUR_MILLISECONDS;
  });
}

function besides(hours: readonly number[]): number[] {
  return hours.flatMap((one) => [one - HOUR_MILLISECONDS, one + HOUR_MILLISECONDS]);
}

/** Every past hour that {@link baselineHours} may choose from. @param timezone the shop's */
export function eligibleHours(hour: number, timezone: string): readonly number[] {
  const same = [
    ...hoursBack(hour, WEEK_MILLISECONDS, BASELINE_WEEKS, timezone),
    ...hoursBack(hour, DAY_MILLISECONDS, BASELINE_DAYS, timezone),
  ];
  return [...new Set([...same, ...besides(same)])];
}

/**
 * The hours that say what is usual in this one: the same hour of the week by the shop's clocks, or, in a shop that is
 * younger than two weeks, of the last days.
 * @param timezone the shop's
 * @param wasCounted whether the shop counted anything in an hour: one in which it did not is missing (an outage, a shop
 * that was not there yet), and no hour without demand
 * @returns null where there is too little to say what is usual
 */
export function baselineHours(
  hour: number,
  timezone: string,
  wasCounted: (hour: number) => boolean,
): BaselineHours | null {
  const choices = [
    { step: WEEK_MILLISECONDS, count: BASELINE_WEEKS, least: BASELINE_WEEKS_MIN },
    { step: DAY_MILLISECONDS, count: BASELINE_DAYS, least: BASELINE_DAYS_MIN },
  ];
  for (const { step, count, least } of choices) {
    const same = hoursBack(hour, step, count, timezone).filter(wasCounted);
    if (same.length >= least) return { same, beside: besides(same).filter(wasCounted) };
  }
  return null;
}
