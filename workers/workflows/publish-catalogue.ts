import { CatalogueBuilder } from "../../domain/catalogue/encode-catalogue.ts";
import { SalesStatistics } from "../../domain/catalogue/sales-statistics.ts";
import type { EndcapConfig } from "../../domain/config/schema.ts";
import { newestOrderAt, readItems, readOrders, readRatings } from "../../platform/d1/catalogue-reader.ts";
import { noteSnapshot } from "../../platform/d1/live-item-reader.ts";
import { readPushSeq } from "../../platform/d1/push-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { pruneCatalogues, putCatalogue } from "../../platform/r2/catalogue-store.ts";
import { updateControl } from "../../platform/r2/control-store.ts";
import { writeLiveItems } from "../../platform/r2/live-items-store.ts";
import { followedVersions } from "./model/followed-versions.ts";
import { readRecentDemand } from "./recent-demand.ts";
import { type SnapshotPlaces, writeModelParts } from "./publish-model-parts.ts";

const RUN_DIGITS = 10;

/** Names sort by age; a run that is repeated after a crash makes another name, so that no isolate sees one change. */
function catalogueVersion(run: number, now: Date): string {
  return `${String(run).padStart(RUN_DIGITS, "0")}-${now.getTime().toString(36)}`;
}

/** Serving goes on without them (no variety, no taste from the past); the next run tries again. */
function logFailure(model: string, error: unknown): void {
  logger.error("model_parts_failed", { model, message: messageOf(error) });
}

/**
 * Writes the parts of each followed model that has none yet. One model at a time, each with a reading of its own: two
 * models and their embeddings beside the snapshot would be more than an isolate has.
 */
async function followWithModels(env: RuntimeEnv, snapshot: SnapshotPlaces, done: Set<string>): Promise<void> {
  for (const model of await followedVersions(env)) {
    if (done.has(model)) continue;
    done.add(model);
    try {
      await writeModelParts(env, snapshot, model);
    } catch (error) {
      logFailure(model, error);
    }
  }
}

/** From here on `live-items.json` need not name what the snapshot holds. If this fails it is only larger than it must be. */
async function shortenLiveItems(env: RuntimeEnv, pushSeq: number): Promise<void> {
  try {
    await noteSnapshot(env.DB, pushSeq);
    await writeLiveItems(env.DB, env.RUNTIME, null);
  } catch (error) {
    logger.warn("live_items_not_shortened", { message: messageOf(error) });
  }
}

/**
 * Writes a new catalogue snapshot from what D1 knows, with the parts of the active, the previous and the shadow model
 * (so that a roll-back finds its own), and points control.json at it.
 * @param throughRun number of the sync run whose rows are in it
 * @returns the snapshot's version
 */
export async function publishCatalogue(
  env: RuntimeEnv,
  config: EndcapConfig,
  throughRun: number,
  now: Date,
): Promise<{ version: string }> {
  const version = catalogueVersion(throughRun, now);
  // Read before the items: every push up to it is among them. Later ones may be, and isolates put them over it again.
  const pushSeq = await readPushSeq(env.DB);
  const builder = new CatalogueBuilder(config.shop.currency);
  for await (const item of readItems(env.DB)) builder.add(item);
  const places: SnapshotPlaces = { version, size: builder.size, placeOf: (itemId) => builder.placeOf(itemId) };
  const followed = new Set<string>();
  // Before the sales are counted, which takes room of its own.
  await followWithModels(env, places, followed);
  const statistics = new SalesStatistics(
    builder.size,
    (itemId) => builder.placeOf(itemId),
    await newestOrderAt(env.DB),
  );
  for await (const { order, country } of readOrders(env.DB)) statistics.addOrder(order, country);
  for await (const rating of readRatings(env.DB)) statistics.addRating(rating);
  const recent = await readRecentDemand(env, now);
  if (recent !== null) statistics.setRecentDemand(recent);
  await putCatalogue(env.RUNTIME, version, builder.encode(version, statistics, pushSeq));
  await updateControl(env.RUNTIME, now, (control) => ({ ...control, catalogue: { version } }));
  // What was activated meanwhile looked for its parts beside the snapshot before.
  await followWithModels(env, places, followed);
  // Only now: an isolate on the snapshot before needs what was pushed since that one.
  await shortenLiveItems(env, pushSeq);
  await pruneCatalogues(env.RUNTIME);
  return { version };
}
