import config from "#shop-config";
import { itemFeatures } from "../../domain/catalogue/features.ts";
import type { Model } from "../../domain/models/model.ts";
import { vectorId } from "../../domain/models/vector-id.ts";
import {
  padToIndex,
  VECTOR_DELETE_MAX_IDS,
  VECTOR_UPSERT_MAX_VECTORS,
  type VectorIndex,
} from "../../domain/models/vector-index.ts";
import { type ItemChange, readItemChanges, readModel, updateModel } from "../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { readControl } from "../../platform/r2/control-store.ts";
import { loadModel } from "../../platform/r2/model-store.ts";
import type { AwaitedWrite } from "../../platform/vector-index/wait-until-visible.ts";

/** What became of the items. */
export interface IndexedItems {
  /** Vectors written. */
  readonly written: number;
  /** Vectors deleted, or already gone. */
  readonly deleted: number;
}

async function deleteVectors(index: VectorIndex, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += VECTOR_DELETE_MAX_IDS)
    await index.deleteByIds(ids.slice(start, start + VECTOR_DELETE_MAX_IDS));
}

async function indexPage(
  index: VectorIndex,
  model: Model,
  page: readonly ItemChange[],
): Promise<IndexedItems & { lastWrite: AwaitedWrite | null }> {
  const { version } = model.manifest;
  const gone = page.filter((item) => item.deleted).map((item) => vectorId(version, item.itemId));
  const vectors = page.flatMap((item) => {
    const embedding = item.deleted
      ? null
      : model.embedItem(item.itemId, itemFeatures(item, config.source.items.columns));
    if (embedding === null) return [];
    return [{ id: vectorId(version, item.itemId), values: [...padToIndex(embedding)], namespace: version }];
  });
  await deleteVectors(index, gone);
  const probe = vectors.at(-1);
  const lastWrite = probe === undefined ? null : { ...(await index.upsert(vectors)), probe };
  return { written: vectors.length, deleted: gone.length, lastWrite };
}

/**
 * Brings the index up to date with items written by runs after `afterRun`. Repeating it changes nothing: ids follow
 * from items.
 */
async function indexItems(
  env: RuntimeEnv,
  version: string,
  afterRun: number,
): Promise<IndexedItems & { lastWrite: AwaitedWrite | null }> {
  let model: Model | undefined;
  const total = { written: 0, deleted: 0 };
  let lastWrite: AwaitedWrite | null = null;
  for await (const page of readItemChanges(env.DB, afterRun, VECTOR_UPSERT_MAX_VECTORS)) {
    if (page.length === 0) break;
    // Most runs change no item: then the model is not even loaded.
    model ??= await loadModel(env.MODELS, version);
    const done = await indexPage(env.VECTOR_INDEX, model, page);
    total.written += done.written;
    total.deleted += done.deleted;
    lastWrite = done.lastWrite ?? lastWrite;
  }
  return { ...total, lastWrite };
}

/**
 * Embeds what a sync run changed with the active model: new and changed items are written to the index, deleted ones
 * leave it. Without an active model there is nothing to do.
 * @param throughRun number of the run whose rows are all written
 */
export async function indexChangedItems(env: RuntimeEnv, throughRun: number): Promise<IndexedItems> {
  const nothing = { written: 0, deleted: 0 };
  const read = await readControl(env.RUNTIME);
  const version = read === null || read === "unchanged" ? null : read.control.model.active;
  const model = version === null ? null : await readModel(env.DB, version);
  if (model === null || model.indexedThroughRun >= throughRun) return nothing;
  const { written, deleted } = await indexItems(env, model.version, model.indexedThroughRun);
  await updateModel(env.DB, model.version, { indexedThroughRun: throughRun });
  return { written, deleted };
}

/**
 * Embeds every item with a model that is new.
 * @param throughRun number of the last complete run: what later ones write follows when the model is active
 * @returns the last write too, for whoever waits until queries can see it; null when there were no items
 */
export async function indexModel(
  env: RuntimeEnv,
  version: string,
  throughRun: number,
): Promise<IndexedItems & { readonly lastWrite: AwaitedWrite | null }> {
  const done = await indexItems(env, version, 0);
  await updateModel(env.DB, version, { indexedThroughRun: throughRun });
  return done;
}
