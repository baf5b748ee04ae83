import { Catalogue } from "../../domain/catalogue/catalogue.ts";
import { ItemNeighbours } from "../../domain/catalogue/item-neighbours.ts";
import { decodeItemVectors, type ItemVectors } from "../../domain/catalogue/item-vectors.ts";
import { type ModelManifest, NEIGHBOURS_FILE } from "../../domain/models/manifest.ts";

const PREFIX = "catalogue/";
/** Snapshots kept: the served one, and those that an isolate or a roll-back may still be reading. */
export const SNAPSHOTS_KEPT = 4;
const DELETE_KEYS_MAX = 1_000;

function itemsKey(version: string): string {
  return `${PREFIX}${version}/items.bin`;
}

function vectorsKey(version: string, model: string): string {
  return `${PREFIX}${version}/vectors-${model}.bin`;
}

function neighboursKey(version: string, model: string): string {
  return `${PREFIX}${version}/neighbours-${model}.bin`;
}

/** Stores a snapshot; `bytes` as made by `encodeCatalogue`. */
export async function putCatalogue(bucket: R2Bucket, version: string, bytes: ArrayBuffer): Promise<void> {
  await bucket.put(itemsKey(version), bytes);
}

/** Stores a model's item embeddings for a snapshot; `bytes` as made by `encodeItemVectors`. */
export async function putItemVectors(
  bucket: R2Bucket,
  version: string,
  model: string,
  bytes: ArrayBuffer,
): Promise<void> {
  await bucket.put(vectorsKey(version, model), bytes);
}

/** Stores a model's item–item weights for a snapshot; `bytes` as made by `encodeItemNeighbours`. */
export async function putItemNeighbours(
  bucket: R2Bucket,
  version: string,
  model: string,
  bytes: ArrayBuffer,
): Promise<void> {
  await bucket.put(neighboursKey(version, model), bytes);
}

/** Loads a snapshot. @throws Error when it is not there or not readable. */
export async function loadCatalogue(bucket: R2Bucket, version: string): Promise<Catalogue> {
  const object = await bucket.get(itemsKey(version));
  if (object === null) throw new Error(`The catalogue snapshot ${version} is not in the bucket.`);
  return new Catalogue(await object.arrayBuffer());
}

/** Loads a model's item embeddings for a snapshot, or null when that snapshot was made without this model. */
export async function loadItemVectors(bucket: R2Bucket, version: string, model: string): Promise<ItemVectors | null> {
  const object = await bucket.get(vectorsKey(version, model));
  return object === null ? null : decodeItemVectors(await object.arrayBuffer());
}

/** Loads a model's item–item weights for a snapshot, or null when it has none or the snapshot was made without it. */
export async function loadItemNeighbours(
  bucket: R2Bucket,
  version: string,
  model: string,
): Promise<ItemNeighbours | null> {
  const object = await bucket.get(neighboursKey(version, model));
  return object === null ? null : new ItemNeighbours(await object.arrayBuffer());
}

/** Deletes what a model has beside any snapshot: it is not to be served any more. */
export async function deleteModelParts(bucket: R2Bucket, model: string): Promise<void> {
  const versions = [...(await listSnapshots(bucket)).keys()];
  const keys = versions.flatMap((version) => [vectorsKey(version, model), neighboursKey(version, model)]);
  for (let start = 0; start < keys.length; start += DELETE_KEYS_MAX)
    await bucket.delete(keys.slice(start, start + DELETE_KEYS_MAX));
}

/** Keys of each snapshot's objects, by its version. */
async function listSnapshots(bucket: R2Bucket): Promise<Map<string, string[]>> {
  const versions = new Map<string, string[]>();
  let cursor: string | undefined;
  do {
    const listed = await bucket.list({ prefix: PREFIX, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key } of listed.objects) {
      const version = key.slice(PREFIX.length, key.indexOf("/", PREFIX.length));
      versions.set(version, [...(versions.get(version) ?? []), key]);
    }
    cursor = listed.truncated ? listed.cursor : undefined;
  } while (cursor !== undefined);
  return versions;
}

/** True when a snapshot has all that serving a model takes: its item embeddings, and its item–item weights if it ships such. */
export async function hasModelParts(
  bucket: R2Bucket,
  snapshot: string,
  { version, files }: Pick<ModelManifest, "version" | "files">,
): Promise<boolean> {
  const keys = [vectorsKey(snapshot, version)];
  if (Object.hasOwn(files, NEIGHBOURS_FILE)) keys.push(neighboursKey(snapshot, version));
  const heads = await Promise.all(keys.map((key) => bucket.head(key)));
  return heads.every((head) => head !== null);
}

/** Deletes all but the newest {@link SNAPSHOTS_KEPT} snapshots. Versions sort by age (see `catalogueVersion`). */
export async function pruneCatalogues(bucket: R2Bucket): Promise<void> {
  const versions = await listSnapshots(bucket);
  const old = [...versions.keys()].sort().slice(0, -SNAPSHOTS_KEPT);
  const keys = old.flatMap((version) => versions.get(version) ?? []);
  for (let start = 0; start < keys.length; start += DELETE_KEYS_MAX)
    await bucket.delete(keys.slice(start, start + DELETE_KEYS_MAX));
}
