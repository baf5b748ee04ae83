import {
  chunksOf,
  TRENDING_SUMS_KEPT_MILLISECONDS,
  TRENDING_WINDOW_DAYS,
  TrendingSums,
} from "../../domain/analytics/trending.ts";
import type { RecentDemand } from "../../domain/catalogue/sales-statistics.ts";
import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../domain/ledger/limits.ts";
import { newestCountedHour, readCountedChunk } from "../../platform/d1/analytics/trending-counts.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { readTrendingSums, writeTrendingSums } from "../../platform/r2/trending-store.ts";

/** D1 does one thing at a time: a walk over weeks is many short ones. */
async function addCounted(db: D1Database, sums: TrendingSums, from: number, to: number): Promise<void> {
  for (const [start, end] of chunksOf(from, to)) sums.addChunk(start, end, await readCountedChunk(db, start, end));
}

/** What was done up to the beginning of a day: summed once a day, for all the snapshots of that day. */
async function sumsBefore(env: RuntimeEnv, day: number, now: number): Promise<RecentDemand> {
  const kept = await readTrendingSums(env.RUNTIME);
  if (kept !== null && kept.through === day && now - kept.madeAt < TRENDING_SUMS_KEPT_MILLISECONDS) return kept.sums;
  const sums = new TrendingSums(day);
  await addCounted(env.DB, sums, day - TRENDING_WINDOW_DAYS * DAY_MILLISECONDS, day);
  await writeTrendingSums(env.RUNTIME, { sums, through: day, madeAt: now });
  return sums;
}

/**
 * What shoppers did with each item in the weeks up to the newest hour that was counted, so that an old data set trends
 * too. Null where nothing was.
 */
export async function readRecentDemand(env: RuntimeEnv, now: Date): Promise<RecentDemand | null> {
  const newest = await newestCountedHour(env.DB, now.getTime());
  if (newest === null) return null;
  const day = newest - (newest % DAY_MILLISECONDS);
  const sums = new TrendingSums(newest + HOUR_MILLISECONDS);
  sums.addAll(await sumsBefore(env, day, now.getTime()));
  await addCounted(env.DB, sums, day, newest + HOUR_MILLISECONDS);
  return sums;
}
