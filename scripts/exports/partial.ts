import { randomUUID } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { errorCode, onDisk, sizeOf } from "./disk.ts";

const SUFFIX = ".partial";

/** What has arrived of a file. */
export interface Partial {
  readonly path: string;
  /** Of the object that it is the beginning of. */
  readonly etag: string;
  readonly bytes: number;
}

/**
 * A new name for the beginning of a file. The object's entity tag is in it, so that a process that is killed leaves no
 * beginning without saying of what; and something random, so that of two commands each puts its own in place.
 */
export function newPartialPath(path: string, etag: string): string {
  return `${path}.${encodeURIComponent(etag.replaceAll('"', ""))}.${randomUUID()}${SUFFIX}`;
}

async function partialsOf(path: string): Promise<string[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith(SUFFIX))
    .map((name) => join(dirname(path), name));
}

function etagIn(partial: string, path: string): string | null {
  const [tag = "", random] = partial.slice(path.length + 1, -SUFFIX.length).split(".");
  // Without both it was left by something else: nothing says what it is the beginning of.
  if (tag === "" || random === undefined) return null;
  try {
    return `"${decodeURIComponent(tag)}"`;
  } catch {
    return null;
  }
}

async function largestPartial(path: string): Promise<Partial | null> {
  let largest: Partial | null = null;
  for (const partial of await partialsOf(path)) {
    const etag = etagIn(partial, path);
    const bytes = await sizeOf(partial);
    if (etag === null || bytes === null || bytes <= (largest?.bytes ?? -1)) continue;
    largest = { path: partial, etag, bytes };
  }
  return largest;
}

/**
 * Takes over what an earlier attempt left of a file, the most if there are several, under a new name: another command
 * that is at it finds its own gone when it is through, and cannot put in place what we are still at.
 * @returns null when there is nothing
 */
export async function takePartial(path: string): Promise<Partial | null> {
  for (;;) {
    const found = await largestPartial(path);
    if (found === null) return null;
    const taken = newPartialPath(path, found.etag);
    try {
      await onDisk(taken, () => rename(found.path, taken));
      return { ...found, path: taken };
    } catch (error) {
      // Another command took it first.
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }
}

/** Throws away every beginning of a file. */
export async function removePartials(path: string): Promise<void> {
  for (const partial of await partialsOf(path)) await onDisk(partial, () => rm(partial, { force: true }));
}
