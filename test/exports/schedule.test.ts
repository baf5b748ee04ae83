import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { EXPORT_HOUR_UTC, type ExportSchedule, lastDue } from "../../domain/exports/schedule.ts";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const MONDAY = 1;

describe("the last time that an export was due", () => {
  it.each<[ExportSchedule, now: string, due: string]>([
    // The 16th and the 23rd of November 2026 are Mondays.
    ["weekly", "2026-11-23T03:00:00.000Z", "2026-11-23T03:00:00.000Z"],
    ["weekly", "2026-11-23T02:59:59.999Z", "2026-11-16T03:00:00.000Z"],
    ["weekly", "2026-11-23T23:59:59.999Z", "2026-11-23T03:00:00.000Z"],
    ["weekly", "2026-11-22T12:00:00.000Z", "2026-11-16T03:00:00.000Z"],
    ["weekly", "2026-11-17T01:00:00.000Z", "2026-11-16T03:00:00.000Z"],
    ["weekly", "2027-01-01T12:00:00.000Z", "2026-12-28T03:00:00.000Z"],
    ["monthly", "2026-11-01T03:00:00.000Z", "2026-11-01T03:00:00.000Z"],
    ["monthly", "2026-11-01T02:59:59.999Z", "2026-10-01T03:00:00.000Z"],
    ["monthly", "2026-11-30T23:00:00.000Z", "2026-11-01T03:00:00.000Z"],
    ["monthly", "2027-01-01T02:00:00.000Z", "2026-12-01T03:00:00.000Z"],
    ["monthly", "2028-02-29T12:00:00.000Z", "2028-02-01T03:00:00.000Z"],
    ["quarterly", "2026-11-21T12:00:00.000Z", "2026-10-01T03:00:00.000Z"],
    ["quarterly", "2026-04-01T03:00:00.000Z", "2026-04-01T03:00:00.000Z"],
    ["quarterly", "2026-07-01T02:59:59.999Z", "2026-04-01T03:00:00.000Z"],
    ["quarterly", "2027-01-01T01:00:00.000Z", "2026-10-01T03:00:00.000Z"],
    ["quarterly", "2027-01-01T04:00:00.000Z", "2027-01-01T03:00:00.000Z"],
  ])("%s, at %s, was %s", (schedule, now, due) => {
    expect(lastDue(schedule, new Date(now))?.toISOString()).toBe(due);
  });

  it("was never where none are to be made", () => {
    expect(lastDue("never", new Date())).toBeNull();
  });
});

/** Whether an export is due on a time's day, said otherwise. */
const IS_DUE: Readonly<Record<Exclude<ExportSchedule, "never">, (time: Date) => boolean>> = {
  weekly: (time) => time.getUTCDay() === MONDAY,
  monthly: (time) => time.getUTCDate() === 1,
  quarterly: (time) => time.getUTCDate() === 1 && [0, 3, 6, 9].includes(time.getUTCMonth()),
};

it.each(["weekly", "monthly", "quarterly"] as const)("%s: none was due after the last one", (schedule) => {
  const times = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(times, (now) => {
      const due = lastDue(schedule, now)?.getTime() ?? Number.NaN;
      expect(due).toBeLessThanOrEqual(now.getTime());
      expect(due % DAY).toBe(EXPORT_HOUR_UTC * HOUR);
      expect(IS_DUE[schedule](new Date(due))).toBe(true);
      for (let time = due + DAY; time <= now.getTime(); time += DAY)
        expect(IS_DUE[schedule](new Date(time))).toBe(false);
    }),
  );
});
