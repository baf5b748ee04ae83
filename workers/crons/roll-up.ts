import config from "#shop-config";
import {
  ITEM_ROWS_PER_DAY_MAX,
  REMOVED_DAYS_MAX,
  ROLL_UP_HOURS_MAX,
  ROLL_UP_LOOK_BACK_DAYS,
  TRIM_LOOK_BACK_DAYS,
} from "../../domain/analytics/limits.ts";
import { retentionBounds } from "../../domain/analytics/retention.ts";
import { DAY_MILLISECONDS } from "../../domain/ledger/limits.ts";
import {
  daysToTrim,
  hoursToRollUp,
  removeNoticesBefore,
  removeItemsBefore,
  removeServedBefore,
  removeSpikesBefore,
  type RolledUpTable,
  rollUpHour,
  TOTALS_TABLES,
  trimDay,
} from "../../platform/d1/roll-up-store.ts";
import { removeOldSyncRuns } from "../../platform/d1/sync-run-retention.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger } from "../../platform/logger.ts";

function hoursOf(db: D1Database, table: RolledUpTable, before: number): Promise<number[]> {
  const from = before - ROLL_UP_LOOK_BACK_DAYS * DAY_MILLISECONDS;
  return hoursToRollUp(db, table, from, before, ROLL_UP_HOURS_MAX);
}

/** @returns how many hours became parts of their days */
async function rollUpTotals(db: D1Database, table: RolledUpTable, before: number): Promise<number> {
  const hours = await hoursOf(db, table, before);
  for (const hour of hours) await rollUpHour(db, table, hour);
  return hours.length;
}

const dayOf = (time: number): number => Math.floor(time / DAY_MILLISECONDS) * DAY_MILLISECONDS;
const daysBefore = (day: number): number[] =>
  Array.from({ length: TRIM_LOOK_BACK_DAYS }, (_, place) => day - (place + 1) * DAY_MILLISECONDS);

/** @returns how many hours became parts of their days */
async function rollUpItems(db: D1Database, before: number, rowsMax: number): Promise<number> {
  const hours = await hoursOf(db, "hourly_items", before);
  // A run that died after a day's last hour left its tail, and no hour that would lead back to it. That day is right
  // before those that are left: or before the bound, when none are.
  const left = new Set([...daysBefore(dayOf(before)), ...daysBefore(dayOf(hours[0] ?? before))]);
  for (const day of await daysToTrim(db, [...left], rowsMax)) await trimDay(db, day, rowsMax);
  // A day is trimmed before the next one begins: who dies leaves one at most.
  for (const [day, hoursOfDay] of Map.groupBy(hours, dayOf)) {
    for (const hour of hoursOfDay) await rollUpHour(db, "hourly_items", hour);
    await trimDay(db, day, rowsMax);
  }
  return hours.length;
}

/**
 * Makes old counters coarser: hours become days, the tail of a day one row, and what is older than its period goes
 * (docs/analytics.md), old runs of the sync with it. An hour at a time, so that nobody waits long for D1; whatever was
 * done stays done when it fails.
 * @param rowsMax rows of a day without a sale that keep their item
 */
export async function rollUp(env: RuntimeEnv, now: Date, rowsMax = ITEM_ROWS_PER_DAY_MAX): Promise<void> {
  const bounds = retentionBounds(config.analytics, now.getTime());
  const itemHours = await rollUpItems(env.DB, bounds.itemHours, rowsMax);
  const totals: Record<string, number> = {};
  for (const table of TOTALS_TABLES) totals[table] = await rollUpTotals(env.DB, table, bounds.totalHours);
  const removedDays = await removeItemsBefore(env.DB, bounds.items, REMOVED_DAYS_MAX);
  await removeServedBefore(env.DB, bounds.totalHours, bounds.servedMessages);
  await removeSpikesBefore(env.DB, bounds.items);
  await removeNoticesBefore(env.DB, bounds.notices);
  const removedRuns = await removeOldSyncRuns(env.DB, now.getTime());
  logger.info("counters_rolled_up", { hourly_items: itemHours, ...totals, removedDays, removedRuns });
}
