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
import { readItemIds } from "../../platform/d1/item-ids.ts";
import { type ItemChange, readItemChanges, readModel, updateModel } from "../../platform/d1/models.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { loadModel } from "../../platform/r2/model-store.ts";
import type { AwaitedWrite } from "../../platform/vector-index/wait-until-visible.ts";
import { followedVersions } from "./model/followed-versions.ts";

/** What became of the items. */
export interface IndexedItems {
  /** Vectors written. */
  readonly written: number;
  /** Vectors deleted, or already gone. */
  readonly deleted: number;
}

/** Before the first run: every item was written after it. */
const BEFORE_ALL_RUNS = -1;

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
  // An item without an embedding may have had one: under a publication that this one replaces.
  const gone: string[] = [];
  const vectors: { id: string; values: number[]; namespace: string }[] = [];
  for (const item of page) {
    const id = vectorId(version, item.itemId);
    const features = itemFeatures(item, config.source.items.columns);
    const embedding = item.deleted ? null : model.embedItem(item.itemId, features);
    if (embedding === null) gone.push(id);
    else vectors.push({ id, values: [...padToIndex(embedding)], namespace: version });
  }
  await deleteVectors(index, gone);
  const probe = vectors.at(-1);
  const lastWrite = probe === undefined ? null : { ...(await index.upsert(vectors)), probe };
  return { written: vectors.length, deleted: gone.length, lastWrite };
}

/**
 * Brings the index up to date with items written by runs after `afterRun`. Repeating it changes nothing: ids follow
 * from items.
 * @param onPage called before each page: what keeps a lease while this takes its time
 */
async function indexItems(
  env: RuntimeEnv,
  version: string,
  afterRun: number,
  onPage: () => Promise<void> = async () => {},
): Promise<IndexedItems & { lastWrite: AwaitedWrite | null }> {
  let model: Model | undefined;
  const total = { written: 0, deleted: 0 };
  let lastWrite: AwaitedWrite | null = null;
  for await (const page of readItemChanges(env.DB, afterRun, VECTOR_UPSERT_MAX_VECTORS)) {
    if (page.length === 0) break;
    await onPage();
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
 * Embeds with one model what runs changed since it was indexed: new and changed items are written to the index,
 * deleted ones leave it.
 * @param throughRun number of the run whose rows are all written
 * @param onPage called before each page of items
 * @returns the last write too, for whoever waits until queries can see it; null when there was none
 */
export async function indexChangesFor(
  env: RuntimeEnv,
  version: string,
  throughRun: number,
  onPage?: () => Promise<void>,
): Promise<IndexedItems & { readonly lastWrite: AwaitedWrite | null }> {
  const model = await readModel(env.DB, version);
  if (model === null || model.indexedThroughRun >= throughRun) return { written: 0, deleted: 0, lastWrite: null };
  const done = await indexItems(env, version, model.indexedThroughRun, onPage);
  await updateModel(env.DB, version, { indexedThroughRun: throughRun });
  return done;
}

/**
 * Embeds what a sync run changed with every model that has to be ready: the active one, the previous one, so that a
 * roll-back finds new items too, and the shadow. Without one there is nothing to do.
 * @returns vectors of all of them
 * @throws what keeps the active model from being followed; the next run makes up for the others
 */
export async function indexChangedItems(env: RuntimeEnv, throughRun: number): Promise<IndexedItems> {
  const total = { written: 0, deleted: 0 };
  const [first, ...others] = await followedVersions(env);
  if (first === undefined) return total;
  const add = ({ written, deleted }: IndexedItems): void => {
    total.written += written;
    total.deleted += deleted;
  };
  add(await indexChangesFor(env, first, throughRun));
  for (const version of others) {
    try {
      add(await indexChangesFor(env, version, throughRun));
    } catch (error) {
      logger.error("model_not_followed", { version, message: messageOf(error) });
    }
  }
  return total;
}

/**
 * Embeds every item with a model that is new.
 * @param throughRun number of the last complete run: what later ones write follows when the model is in use
 * @param onPage called before each page of items
 * @returns the last write too, for whoever waits until queries can see it; null when there were no items
 */
export async function indexModel(
  env: RuntimeEnv,
  version: string,
  throughRun: number,
  onPage: () => Promise<void>,
): Promise<IndexedItems & { readonly lastWrite: AwaitedWrite | null }> {
  const done = await indexItems(env, version, BEFORE_ALL_RUNS, onPage);
  await updateModel(env.DB, version, { indexedThroughRun: throughRun });
  return done;
}

/** Items whose vectors one step removes: 500 calls of the index, of the 1,000 requests that it may make. */
const REMOVED_AT_ONCE = 50_000;

/**
 * Takes vectors of a version out of the index: of items that the shop has or had, in the order of their ids.
 * @param after the item to go on after, empty for the first
 * @returns the item to go on after, null when that was all
 */
export async function removeVectors(
  env: RuntimeEnv,
  version: string,
  after: string,
  onPage: () => Promise<void>,
): Promise<string | null> {
  let last = after;
  for (let removed = 0; removed < REMOVED_AT_ONCE; removed += VECTOR_UPSERT_MAX_VECTORS) {
    await onPage();
    const ids = await readItemIds(env.DB, last, VECTOR_UPSERT_MAX_VECTORS);
    await deleteVectors(
      env.VECTOR_INDEX,
      ids.map((itemId) => vectorId(version, itemId)),
    );
    if (ids.length < VECTOR_UPSERT_MAX_VECTORS) return null;
    last = ids.at(-1) ?? last;
  }
  return last;
}
