import { HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { FOLLOWERS_LEASE_SECONDS } from "../../../domain/sync/limits.ts";
import { NO_COUNTS } from "../../../domain/sync/run.ts";
import { hasCountedSince } from "../../../platform/d1/analytics/trending-counts.ts";
import { acquireLease } from "../../../platform/d1/lease-store.ts";
import { readRunCounts, runCountsStatement } from "../../../platform/d1/sync-run-store.ts";
import { readChangedRun, readFollowers, writeFollowers } from "../../../platform/d1/sync-state-store.ts";
import type { EndcapConfig } from "../../../domain/config/schema.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { readControl } from "../../../platform/r2/control-store.ts";
import { indexChangedItems } from "../index-items.ts";
import { publishCatalogue } from "../publish-catalogue.ts";
import { SYNC_LEASE } from "./context.ts";

/** Vectors and snapshot renew no lease on their way: the run takes a long one before each. */
async function holdLease(db: D1Database, runId: string, now: Date): Promise<void> {
  if (await acquireLease(db, SYNC_LEASE, runId, now, FOLLOWERS_LEASE_SECONDS)) return;
  throw new Error("Another run took over, since this one was silent too long.");
}

async function activeModel(env: RuntimeEnv): Promise<{ model: string | null; hasCatalogue: boolean }> {
  const read = await readControl(env.RUNTIME);
  if (read === null || read === "unchanged") return { model: null, hasCatalogue: false };
  return { model: read.control.model.active, hasCatalogue: read.control.catalogue !== null };
}

/** What trends follows the shop's hours, even where nothing changes in its catalogue. */
async function trendingLags(env: RuntimeEnv, madeAt: number, now: Date): Promise<boolean> {
  return (
    now.getTime() - madeAt >= HOUR_MILLISECONDS &&
    (await hasCountedSince(env.DB, madeAt - (madeAt % HOUR_MILLISECONDS)))
  );
}

/**
 * Whether vectors and the snapshot are behind: rows changed since they were made (by this run, or by one that died
 * before its followers), there is no snapshot yet, it was made for another model, or it is an hour old and shoppers
 * have done something since.
 */
export async function followersLag(env: RuntimeEnv, now: Date): Promise<boolean> {
  const followers = await readFollowers(env.DB);
  if (followers === null || followers.run < (await readChangedRun(env.DB))) return true;
  if (await trendingLags(env, followers.at, now)) return true;
  const { model, hasCatalogue } = await activeModel(env);
  return !hasCatalogue || followers.model !== model;
}

/** Writes the vectors of changed items and counts them under `vectors`. Repeating it changes nothing. */
export async function followWithVectors(env: RuntimeEnv, run: number, runId: string, now: Date): Promise<void> {
  await holdLease(env.DB, runId, now);
  const { written, deleted } = await indexChangedItems(env, run);
  const counts = await readRunCounts(env.DB, run);
  const vectors = { ...NO_COUNTS, changed: written + deleted, written, deleted };
  await runCountsStatement(env.DB, run, { ...counts, vectors }).run();
}

/** Publishes a snapshot of everything that runs up to this one have written. */
export async function followWithCatalogue(
  env: RuntimeEnv,
  config: EndcapConfig,
  run: number,
  runId: string,
  now: Date,
): Promise<void> {
  await holdLease(env.DB, runId, now);
  // Read before: a model that becomes active meanwhile makes the next run publish again.
  const { model } = await activeModel(env);
  await publishCatalogue(env, config, run, now);
  await writeFollowers(env.DB, { run, model, at: now.getTime() });
}
