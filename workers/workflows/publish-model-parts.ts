import config from "#shop-config";
import { itemFeatures } from "../../domain/catalogue/features.ts";
import { ItemNeighboursBuilder } from "../../domain/catalogue/item-neighbours-builder.ts";
import { ItemVectorsBuilder } from "../../domain/catalogue/item-vectors-builder.ts";
import { NEIGHBOURS_FILE } from "../../domain/models/manifest.ts";
import { readItems } from "../../platform/d1/catalogue-reader.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { readNeighbours } from "../../platform/parquet/neighbours-file.ts";
import { loadCatalogue, putItemNeighbours, putItemVectors } from "../../platform/r2/catalogue-store.ts";
import { readControl } from "../../platform/r2/control-store.ts";
import { loadModel, openModelFile } from "../../platform/r2/model-store.ts";

/** A catalogue snapshot, as far as a model's parts need it. Places are in the order of item ids. */
export interface SnapshotPlaces {
  readonly version: string;
  readonly size: number;
  placeOf(itemId: string): number | undefined;
}

/** A sync may put another snapshot in place while the parts for one are made: so often it is looked again. */
const SNAPSHOTS_FOLLOWED_MAX = 3;

/** Rows between two calls of what keeps a lease. */
const ROWS_BETWEEN = 4096;

async function writeVectors(
  env: RuntimeEnv,
  snapshot: SnapshotPlaces,
  modelVersion: string,
  keep: () => Promise<void>,
): Promise<void> {
  const model = await loadModel(env.MODELS, modelVersion);
  const vectors = new ItemVectorsBuilder(model.manifest.dimension);
  let next = 0;
  for await (const item of readItems(env.DB)) {
    const place = snapshot.placeOf(item.itemId);
    // Written since the snapshot: it has no place before the next one.
    if (place === undefined) continue;
    if (next % ROWS_BETWEEN === 0) await keep();
    for (; next < place; next++) vectors.add(null);
    vectors.add(model.embedItem(item.itemId, itemFeatures(item, config.source.items.columns)));
    next++;
  }
  for (; next < snapshot.size; next++) vectors.add(null);
  await putItemVectors(env.RUNTIME, snapshot.version, modelVersion, vectors.encode(snapshot.version, modelVersion));
}

async function writeNeighbours(
  env: RuntimeEnv,
  snapshot: SnapshotPlaces,
  modelVersion: string,
  keep: () => Promise<void>,
): Promise<void> {
  const file = await openModelFile(env.MODELS, modelVersion, NEIGHBOURS_FILE);
  if (file === null) return;
  const builder = new ItemNeighboursBuilder(snapshot.size);
  let rows = 0;
  for await (const { itemId, neighbourId, weight } of readNeighbours(file)) {
    if (rows++ % ROWS_BETWEEN === 0) await keep();
    const from = snapshot.placeOf(itemId);
    const to = snapshot.placeOf(neighbourId);
    if (from !== undefined && to !== undefined) builder.add(from, to, weight);
  }
  await putItemNeighbours(env.RUNTIME, snapshot.version, modelVersion, builder.encode(snapshot.version, modelVersion));
}

/**
 * Writes what serving needs of a model beside a snapshot: its item embeddings and, if it ships such, its item–item
 * weights, by place. One after the other, so that only one of them is in memory.
 * @param keep called again and again on the way
 * @throws Error when the model cannot be used
 */
export async function writeModelParts(
  env: RuntimeEnv,
  snapshot: SnapshotPlaces,
  modelVersion: string,
  keep: () => Promise<void> = async () => {},
): Promise<void> {
  await writeVectors(env, snapshot, modelVersion, keep);
  await writeNeighbours(env, snapshot, modelVersion, keep);
}

async function presentSnapshot(env: RuntimeEnv): Promise<string | null> {
  const read = await readControl(env.RUNTIME);
  return read === null || read === "unchanged" ? null : (read.control.catalogue?.version ?? null);
}

/**
 * Writes a model's parts for the present snapshot, so that an activation finds them at once. Before the first snapshot
 * there is nothing to do; repeating it changes nothing.
 * @param keep called again and again on the way
 * @throws Error when the model cannot be used
 */
export async function putModelParts(env: RuntimeEnv, modelVersion: string, keep: () => Promise<void>): Promise<void> {
  let done: string | null = null;
  for (let round = 0; round < SNAPSHOTS_FOLLOWED_MAX; round++) {
    const version = await presentSnapshot(env);
    if (version === null || version === done) return;
    await writeModelParts(env, await loadCatalogue(env.RUNTIME, version), modelVersion, keep);
    done = version;
  }
}
