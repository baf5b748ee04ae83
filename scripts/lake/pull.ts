import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { hourFolder, parseLakeKey } from "../../domain/lake/lake-keys.ts";
import { CommandError } from "../command.ts";
import { type LakeBucket, type LakeObject, readLakeObject } from "./bucket.ts";
import { type ReadableHour, readableHours } from "./hours.ts";
import type { LakeRange } from "./range.ts";

/** Files fetched at once. */
const FETCHED_AT_ONCE = 4;
const PARTIAL_SUFFIX = ".partial";

/** What a pull came to, in files. */
export interface PulledLake {
  readonly files: number;
  readonly fetched: number;
  readonly removed: number;
  readonly bytes: number;
}

/** Told after each file, in bytes of everything that is to be there. */
export type PullProgress = (done: number, total: number, key: string) => void;

/** The same size and time say the same file, as with rsync: keys of the lake are not written twice with other rows. */
async function isThere(path: string, object: LakeObject): Promise<boolean> {
  try {
    const found = await stat(path);
    return found.size === object.bytes && Math.abs(found.mtimeMs - object.uploadedAt) < 1_000;
  } catch {
    return false;
  }
}

async function fetchPartial(lake: LakeBucket, path: string, object: LakeObject): Promise<void> {
  const bytes = await readLakeObject(lake, object.key);
  if (bytes === null) throw new CommandError(`${object.key} is gone from the bucket: pull again.`);
  if (bytes.byteLength !== object.bytes) throw new CommandError(`${object.key} changed meanwhile: pull again.`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path + PARTIAL_SUFFIX, bytes);
  await utimes(path + PARTIAL_SUFFIX, new Date(object.uploadedAt), new Date(object.uploadedAt));
}

/** What an earlier pull left in the hour's folder that readers must not read any more. */
async function superseded(out: string, hour: ReadableHour): Promise<string[]> {
  const folder = hourFolder(hour.table, hour.hourMs);
  const wanted = new Set(hour.files.map(({ key }) => key));
  const names = await readdir(join(out, folder)).catch(() => []);
  return names
    .filter((name) => {
      const key = folder + name;
      if (name.endsWith(PARTIAL_SUFFIX)) return !wanted.has(key.slice(0, -PARTIAL_SUFFIX.length));
      // Only what has the name of a file of the lake: the folder is the caller's.
      return parseLakeKey(key) !== null && !wanted.has(key);
    })
    .map((name) => join(out, folder, name));
}

async function pullHour(
  lake: LakeBucket,
  out: string,
  hour: ReadableHour,
  onFile: (object: LakeObject) => void,
): Promise<{ fetched: number; removed: number }> {
  const fetched: string[] = [];
  for (let from = 0; from < hour.files.length; from += FETCHED_AT_ONCE) {
    await Promise.all(
      hour.files.slice(from, from + FETCHED_AT_ONCE).map(async (object) => {
        const path = join(out, object.key);
        if (!(await isThere(path, object))) {
          await fetchPartial(lake, path, object);
          fetched.push(path);
        }
        onFile(object);
      }),
    );
  }
  // Everything of the hour is here: now the old goes and the new takes its name, within a moment of each other.
  const old = await superseded(out, hour);
  for (const path of old) await rm(path);
  for (const path of fetched) await rename(path + PARTIAL_SUFFIX, path);
  return { fetched: fetched.length, removed: old.length };
}

/**
 * Makes a folder hold exactly what readers should read, under the lake's own keys: what is there stays, what is missing
 * is fetched, what compaction superseded is removed. Interrupted, it goes on where it was when it is run again.
 * @throws CommandError when the lake changes faster than it can be fetched
 */
export async function pullLake(
  lake: LakeBucket,
  range: LakeRange,
  out: string,
  onProgress: PullProgress = () => undefined,
): Promise<PulledLake> {
  const hours: ReadableHour[] = [];
  for await (const hour of readableHours(lake, range)) hours.push(hour);
  const total = hours.flatMap(({ files }) => files).reduce((sum, { bytes }) => sum + bytes, 0);
  let bytes = 0;
  let fetched = 0;
  let removed = 0;
  for (const hour of hours) {
    const pulled = await pullHour(lake, out, hour, (object) => {
      bytes += object.bytes;
      onProgress(bytes, total, object.key);
    });
    fetched += pulled.fetched;
    removed += pulled.removed;
  }
  return { files: hours.flatMap(({ files }) => files).length, fetched, removed, bytes };
}
