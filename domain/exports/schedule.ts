/** How often exports are made by themselves. */
export const EXPORT_SCHEDULES = ["weekly", "monthly", "quarterly", "never"] as const;
export type ExportSchedule = (typeof EXPORT_SCHEDULES)[number];

/** Exports are due at this hour, UTC: shops sleep, and the week is over. */
export const EXPORT_HOUR_UTC = 3;
const MONDAY = 1;
const DAYS_PER_WEEK = 7;
const MONTHS_PER_QUARTER = 3;

/**
 * The last time at or before `now` at which an export was due: Monday, the 1st of the month, or the 1st of January,
 * April, July or October, at {@link EXPORT_HOUR_UTC}. Null when none ever is.
 */
export function lastDue(schedule: ExportSchedule, now: Date): Date | null {
  if (schedule === "never") return null;
  // What is due today at three is not yet due at two.
  const shifted = new Date(now.getTime() - EXPORT_HOUR_UTC * 60 * 60 * 1000);
  const [year, month, day] = [shifted.getUTCFullYear(), shifted.getUTCMonth(), shifted.getUTCDate()];
  const sinceMonday = (shifted.getUTCDay() - MONDAY + DAYS_PER_WEEK) % DAYS_PER_WEEK;
  switch (schedule) {
    case "weekly":
      return new Date(Date.UTC(year, month, day - sinceMonday, EXPORT_HOUR_UTC));
    case "monthly":
      return new Date(Date.UTC(year, month, 1, EXPORT_HOUR_UTC));
    case "quarterly":
      return new Date(Date.UTC(year, month - (month % MONTHS_PER_QUARTER), 1, EXPORT_HOUR_UTC));
  }
}
