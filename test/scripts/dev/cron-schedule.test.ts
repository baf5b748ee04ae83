import { expect, it } from "vitest";

import { CommandError } from "../../../scripts/command.ts";
import { parseCron } from "../../../scripts/dev/cron-schedule.ts";

// A Saturday.
const NOON = "2026-11-21T12:00:00Z";

it.each([
  ["*/5 * * * *", "2026-11-21T12:35:00Z", true],
  ["*/5 * * * *", "2026-11-21T12:36:00Z", false],
  ["7 * * * *", "2026-11-21T03:07:59Z", true],
  ["7 * * * *", "2026-11-21T03:08:00Z", false],
  ["0 9-17 * * *", NOON, true],
  ["0 13-17 * * *", NOON, false],
  ["0 12 1,21 * *", NOON, true],
  ["0 12 1,20 * *", NOON, false],
  ["0 12 * NOV *", NOON, true],
  ["0 12 * 12 *", NOON, false],
  ["0 12 * * SAT", NOON, true],
  // Cloudflare counts Sunday as 1.
  ["0 12 * * 7", NOON, true],
  ["0 12 * * 6", NOON, false],
  ["0 12 * * mon-fri", NOON, false],
  ["10/20 * * * *", "2026-11-21T12:50:00Z", true],
  ["10/20 * * * *", "2026-11-21T12:05:00Z", false],
])("%s at %s is due: %s", (cron, time, due) => {
  expect(parseCron(cron)(new Date(time))).toBe(due);
});

it.each(["* * * *", "60 * * * *", "*/0 * * * *", "* * * * FUN", "x * * * *", "* * , * *"])("refuses %s", (cron) => {
  expect(() => parseCron(cron)).toThrow(CommandError);
});
