import { CatalogueBuilder } from "../../domain/catalogue/encode-catalogue.ts";
import { itemFeatures } from "../../domain/catalogue/features.ts";
import { ItemVectorsBuilder } from "../../domain/catalogue/item-vectors-builder.ts";
import type { ItemRecord } from "../../domain/catalogue/records.ts";
import { SalesStatistics } from "../../domain/catalogue/sales-statistics.ts";
import type { EndcapConfig } from "../../domain/config/schema.ts";
import { newestOrderAt, readItems, readOrders, readRatings } from "../../platform/d1/catalogue-reader.ts";
import { noteSnapshot } from "../../platform/d1/live-item-reader.ts";
import { readPushSeq } from "../../platform/d1/push-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { pruneCatalogues, putCatalogue, putItemVectors } from "../../platform/r2/catalogue-store.ts";
import { readControl, updateControl } from "../../platform/r2/control-store.ts";
import { writeLiveItems } from "../../platform/r2/live-items-store.ts";
import { loadModel, type Model } from "../../platform/r2/model-store.ts";

const RUN_DIGITS = 10;

/** Names sort by age; a run that is repeated after a crash makes another name, so that no isolate sees one change. */
function catalogueVersion(run: number, now: Date): string {
  return `${String(run).padStart(RUN_DIGITS, "0")}-${now.getTime().toString(36)}`;
}

/** A model whose item embeddings come along with the snapshot. */
class FollowingModel {
  readonly #model: Model;
  readonly #vectors: ItemVectorsBuilder;
  #failed = false;

  constructor(model: Model) {
    this.#model = model;
    this.#vectors = new ItemVectorsBuilder(model.manifest.dimension);
  }

  add(item: ItemRecord): void {
    if (this.#failed) return;
    try {
      this.#vectors.add(this.#model.embedItem(item.itemId, itemFeatures(item)));
    } catch (error) {
      this.#failed = true;
      logFailure(this.#model.manifest.version, error);
    }
  }

  async put(bucket: R2Bucket, snapshot: string): Promise<void> {
    if (this.#failed) return;
    const { version } = this.#model.manifest;
    try {
      await putItemVectors(bucket, snapshot, version, this.#vectors.encode(snapshot, version));
    } catch (error) {
      logFailure(version, error);
    }
  }
}

/** Serving goes on without them (no variety, no taste from the past); the next run tries again. */
function logFailure(model: string, error: unknown): void {
  logger.error("item_vectors_failed", { model, message: messageOf(error) });
}

async function followingModels(env: RuntimeEnv): Promise<FollowingModel[]> {
  const read = await readControl(env.RUNTIME);
  const names = read === null || read === "unchanged" ? null : read.control.model;
  const models: FollowingModel[] = [];
  for (const name of new Set([names?.active, names?.previous])) {
    if (name === undefined || name === null) continue;
    try {
      models.push(new FollowingModel(await loadModel(env.MODELS, name)));
    } catch (error) {
      logFailure(name, error);
    }
  }
  return models;
}

/**
 * Reads the items once. Each leaves behind what the snapshot and the models' embeddings hold of it, and nothing else.
 * The embeddings are put at once and let go of: counting sales, which comes next, takes room of its own.
 */
async function readAndEmbed(env: RuntimeEnv, snapshot: string, builder: CatalogueBuilder): Promise<void> {
  const models = await followingModels(env);
  for await (const item of readItems(env.DB)) {
    builder.add(item);
    for (const model of models) model.add(item);
  }
  for (const model of models) await model.put(env.RUNTIME, snapshot);
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
  const version = catalogueVersion(throughRun, now);
  // Read before the items: every push up to it is among them. Later ones may be, and isolates put them over it again.
  const pushSeq = await readPushSeq(env.DB);
  const builder = new CatalogueBuilder(config.shop.currency);
  await readAndEmbed(env, version, builder);
  const statistics = new SalesStatistics(
    builder.size,
    (itemId) => builder.placeOf(itemId),
    await newestOrderAt(env.DB),
  );
  for await (const { order, country } of readOrders(env.DB)) statistics.addOrder(order, country);
  for await (const rating of readRatings(env.DB)) statistics.addRating(rating);
  await putCatalogue(env.RUNTIME, version, builder.encode(version, statistics, pushSeq));
  await updateControl(env.RUNTIME, now, (control) => ({ ...control, catalogue: { version } }));
  // Only now: an isolate on the snapshot before needs what was pushed since that one.
  await shortenLiveItems(env, pushSeq);
  await pruneCatalogues(env.RUNTIME);
  return { version };
}
