import { encodeCatalogue } from "../../domain/catalogue/encode-catalogue.ts";
import { encodeItemVectors } from "../../domain/catalogue/item-vectors.ts";
import { itemFeatures } from "../../domain/catalogue/features.ts";
import type { ItemRecord } from "../../domain/catalogue/records.ts";
import { SalesStatistics } from "../../domain/catalogue/sales-statistics.ts";
import type { EndcapConfig } from "../../domain/config/schema.ts";
import { newestOrderAt, readItems, readOrders, readRatings } from "../../platform/d1/catalogue-reader.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { pruneCatalogues, putCatalogue, putItemVectors } from "../../platform/r2/catalogue-store.ts";
import { readControl, updateControl } from "../../platform/r2/control-store.ts";
import { loadModel } from "../../platform/r2/model-store.ts";

const RUN_DIGITS = 10;

/** Names sort by age; a run that is repeated after a crash makes another name, so that no isolate sees one change. */
function catalogueVersion(run: number, now: Date): string {
  return `${String(run).padStart(RUN_DIGITS, "0")}-${now.getTime().toString(36)}`;
}

async function putVectors(
  env: RuntimeEnv,
  version: string,
  model: string,
  items: readonly ItemRecord[],
): Promise<void> {
  const loaded = await loadModel(env.MODELS, model);
  const embeddings = items.map((item) => loaded.embedItem(item.itemId, itemFeatures(item)));
  await putItemVectors(
    env.RUNTIME,
    version,
    model,
    encodeItemVectors(version, model, loaded.manifest.dimension, embeddings),
  );
}

/**
 * Writes a new catalogue snapshot from what D1 knows, with the item embeddings of the active and the previous model
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
  const items: ItemRecord[] = [];
  for await (const item of readItems(env.DB)) items.push(item);
  const places = new Map(items.map((item, place) => [item.itemId, place]));
  const statistics = new SalesStatistics(items.length, (itemId) => places.get(itemId), await newestOrderAt(env.DB));
  for await (const { order, country } of readOrders(env.DB)) statistics.addOrder(order, country);
  for await (const rating of readRatings(env.DB)) statistics.addRating(rating);

  const version = catalogueVersion(throughRun, now);
  await putCatalogue(env.RUNTIME, version, encodeCatalogue(version, items, statistics, config.shop.currency));
  const read = await readControl(env.RUNTIME);
  const models = read === null || read === "unchanged" ? null : read.control.model;
  for (const model of new Set([models?.active, models?.previous])) {
    if (model === undefined || model === null) continue;
    try {
      await putVectors(env, version, model, items);
    } catch (error) {
      // Serving goes on without them (no variety, no taste from the past); the next run tries again.
      logger.error("item_vectors_failed", { model, message: messageOf(error) });
    }
  }
  await updateControl(env.RUNTIME, now, (control) => ({ ...control, catalogue: { version } }));
  await pruneCatalogues(env.RUNTIME);
  return { version };
}
