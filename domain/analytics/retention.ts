import { DAY_MILLISECONDS } from "../ledger/limits.ts";
import { NOTICES_KEPT_DAYS, SERVED_MESSAGES_KEPT_DAYS } from "./limits.ts";

/** How long a shop keeps what is counted, in days. */
export interface RetentionDays {
  readonly itemHourDays: number;
  readonly itemDays: number;
  readonly totalHourDays: number;
}

/** Everything earlier than these moments (milliseconds since 1970 UTC, beginnings of UTC days) is to be coarser, or gone. */
export interface RetentionBounds {
  readonly itemHours: number;
  readonly items: number;
  readonly totalHours: number;
  readonly servedMessages: number;
  readonly notices: number;
}

/** @param now milliseconds since 1970 UTC */
export function retentionBounds(days: RetentionDays, now: number): RetentionBounds {
  const today = Math.floor(now / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  const before = (count: number): number => today - count * DAY_MILLISECONDS;
  return {
    itemHours: before(days.itemHourDays),
    // What is kept by the hour is kept.
    items: before(Math.max(days.itemDays, days.itemHourDays)),
    totalHours: before(days.totalHourDays),
    servedMessages: before(SERVED_MESSAGES_KEPT_DAYS),
    notices: before(NOTICES_KEPT_DAYS),
  };
}
