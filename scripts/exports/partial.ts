import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { onDisk, sizeOf } from "./disk.ts";

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
 * beginning without saying of what; and something random, so that no name ever stands for two files: what a command puts
 * in place is what it has checked, whatever another one does beside it.
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

/** What an earlier attempt left of a file, the most if there are several; null when there is nothing. */
export async function findPartial(path: string): Promise<Partial | null> {
  let most: Partial | null = null;
  for (const partial of await partialsOf(path)) {
    const etag = etagIn(partial, path);
    const bytes = await sizeOf(partial);
    if (etag === null || bytes === null || bytes <= (most?.bytes ?? -1)) continue;
    most = { path: partial, etag, bytes };
  }
  return most;
}

/** Throws away every beginning of a file. */
export async function removePartials(path: string): Promise<void> {
  for (const partial of await partialsOf(path)) await onDisk(partial, () => rm(partial, { force: true }));
}
