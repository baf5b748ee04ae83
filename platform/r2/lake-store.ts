import type { AsyncBuffer } from "hyparquet";

import type { ListedFile } from "../../domain/lake/hour-listing.ts";
import { hourFolder, markerKey, parseLakeKey } from "../../domain/lake/lake-keys.ts";
import type { LakeTableName } from "../../domain/lake/lake-table.ts";
import { type LakeMarker, markerSchema } from "../../domain/lake/marker.ts";

/** R2 deletes at most this many objects at once. */
const DELETED_AT_ONCE_MAX = 1_000;
/** A file up to this size is fetched whole: it is one request instead of one per column. */
const FETCHED_WHOLE_MAX_BYTES = 4 * 1024 * 1024;

/** Puts a file of the lake. Its key and its rows are fixed before, so that putting it again changes nothing. */
export async function putLakeFile(bucket: R2Bucket, key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await bucket.put(key, bytes, { httpMetadata: { contentType: "application/vnd.apache.parquet" } });
}

/** An object is not the one that was listed. */
export class ChangedObjectError extends Error {
  override readonly name = "ChangedObjectError";

  constructor() {
    super("It is gone, or is another than was listed.");
  }
}

/** What was found in an hour's folder. */
export interface HourFound {
  /** In the order of their names; the marker is the first. */
  readonly listing: readonly ListedFile[];
  readonly marker: { readonly content: LakeMarker; readonly etag: string } | null;
}

async function listPrefixes(bucket: R2Bucket, prefix: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page: R2Objects = await bucket.list({ prefix, delimiter: "/", ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.delimitedPrefixes);
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return found.sort();
}

/** The days that a table has folders for, oldest first: `events/date=2026-11-21/`. */
export function listDates(bucket: R2Bucket, table: LakeTableName): Promise<string[]> {
  return listPrefixes(bucket, `${table}/date=`);
}

/** The hours of a day's folder, as their beginnings in milliseconds since 1970 UTC, oldest first. */
export async function listHours(bucket: R2Bucket, dateFolder: string): Promise<number[]> {
  const folders = await listPrefixes(bucket, `${dateFolder}hour=`);
  return folders.flatMap((folder) => parseLakeKey(`${folder}_compacted.json`)?.hourMs ?? []);
}

/**
 * Lists an hour's folder and reads its marker. A folder of several pages is as good as listed at one moment: the
 * marker is on the first, and small files outlast a marker that comes after it by the grace period.
 * @throws Error when the marker is not one
 */
export async function readHour(bucket: R2Bucket, table: LakeTableName, hourMs: number): Promise<HourFound> {
  const listing: ListedFile[] = [];
  let cursor: string | undefined;
  do {
    const page: R2Objects = await bucket.list({
      prefix: hourFolder(table, hourMs),
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { key, size, etag, uploaded } of page.objects) {
      const parsed = parseLakeKey(key);
      if (parsed === null) continue;
      listing.push({ file: parsed.file, kind: parsed.kind, bytes: size, etag, uploadedAt: uploaded.getTime() });
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  if (!listing.some(({ kind }) => kind === "marker")) return { listing, marker: null };
  const object = await bucket.get(markerKey(table, hourMs));
  if (object === null) throw new Error("The hour's marker went away while it was read.");
  return { listing, marker: { content: markerSchema.parse(await object.json()), etag: object.etag } };
}

/**
 * Puts an hour's marker, the switch from small files to large ones.
 * @param replaces etag of the marker that it takes the place of; null where there must be none
 * @returns false when another run was faster: then nothing was put
 */
export async function putMarker(bucket: R2Bucket, marker: LakeMarker, replaces: string | null): Promise<boolean> {
  const put = await bucket.put(
    markerKey(marker.table, Date.parse(marker.hour)),
    JSON.stringify(markerSchema.parse(marker), null, 2),
    {
      onlyIf: replaces === null ? { etagDoesNotMatch: "*" } : { etagMatches: replaces },
      httpMetadata: { contentType: "application/json" },
    },
  );
  return put !== null;
}

/** Deletes files of an hour by their names. */
export async function deleteHourFiles(
  bucket: R2Bucket,
  table: LakeTableName,
  hourMs: number,
  files: readonly string[],
): Promise<void> {
  const keys = files.map((file) => hourFolder(table, hourMs) + file);
  for (let from = 0; from < keys.length; from += DELETED_AT_ONCE_MAX) {
    await bucket.delete(keys.slice(from, from + DELETED_AT_ONCE_MAX));
  }
}

/**
 * An object as the Parquet reader takes it: a small one is fetched at once, a large one range by range.
 * @param object as it was listed: it must be that still
 * @throws Error when it is gone, or is another
 */
export async function openLakeObject(
  bucket: R2Bucket,
  key: string,
  { bytes: byteLength, etag }: { readonly bytes: number; readonly etag: string },
): Promise<AsyncBuffer> {
  const fetchBytes = async (range: R2Range | null): Promise<ArrayBuffer> => {
    const object = await bucket.get(key, range === null ? {} : { range });
    if (object === null || object.etag !== etag) throw new ChangedObjectError();
    return object.arrayBuffer();
  };
  if (byteLength > FETCHED_WHOLE_MAX_BYTES) {
    const slice = (start: number, end: number = byteLength): Promise<ArrayBuffer> =>
      fetchBytes({ offset: start, length: end - start });
    return { byteLength, slice };
  }
  const bytes = await fetchBytes(null);
  return { byteLength, slice: (start, end) => bytes.slice(start, end) };
}
