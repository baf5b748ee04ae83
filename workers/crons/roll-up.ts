import config from "#shop-config";
import {
  ITEM_ROWS_PER_DAY_MAX,
  REMOVED_DAYS_MAX,
  ROLL_UP_HOURS_MAX,
  ROLL_UP_LOOK_BACK_DAYS,
} from "../../domain/analytics/limits.ts";
import { retentionBounds } from "../../domain/analytics/retention.ts";
import { DAY_MILLISECONDS } from "../../domain/ledger/limits.ts";
import {
  hoursToRollUp,
  removeDeliveriesBefore,
  removeItemsBefore,
  removeServedBefore,
  removeSpikesBefore,
  type RolledUpTable,
  rollUpHour,
  TOTALS_TABLES,
  trimDay,
} from "../../platform/d1/roll-up-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger } from "../../platform/logger.ts";

/** @returns the hours that became parts of their days */
async function rollUpTable(db: D1Database, table: RolledUpTable, before: number): Promise<number[]> {
  const from = before - ROLL_UP_LOOK_BACK_DAYS * DAY_MILLISECONDS;
  const hours = await hoursToRollUp(db, table, from, before, ROLL_UP_HOURS_MAX);
  for (const hour of hours) await rollUpHour(db, table, hour);
  return hours;
}

/**
 * Makes old counters coarser: hours become days, the tail of a day one row, and what is older than its period goes
 * (docs/analytics.md). An hour at a time, so that nobody waits long for D1; whatever was done stays done when it fails.
 * @param rowsMax rows of a day without a sale that keep their item
 */
export async function rollUp(env: RuntimeEnv, now: Date, rowsMax = ITEM_ROWS_PER_DAY_MAX): Promise<void> {
  const bounds = retentionBounds(config.analytics, now.getTime());
  const itemHours = await rollUpTable(env.DB, "hourly_items", bounds.itemHours);
  const days = new Set(itemHours.map((hour) => Math.floor(hour / DAY_MILLISECONDS) * DAY_MILLISECONDS));
  for (const day of days) await trimDay(env.DB, day, rowsMax);
  const totals: Record<string, number> = {};
  for (const table of TOTALS_TABLES) totals[table] = (await rollUpTable(env.DB, table, bounds.totalHours)).length;
  const removedDays = await removeItemsBefore(env.DB, bounds.items, REMOVED_DAYS_MAX);
  await removeServedBefore(env.DB, bounds.totalHours, bounds.servedMessages);
  await removeSpikesBefore(env.DB, bounds.items);
  await removeDeliveriesBefore(env.DB, bounds.deliveries);
  logger.info("counters_rolled_up", { hourly_items: itemHours.length, ...totals, removedDays });
}
