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
 * Where the beginning of a file is kept. The object's entity tag is in its name, so that a process that is killed
 * leaves no beginning without saying of what.
 */
export function partialPath(path: string, etag: string): string {
  return `${path}.${encodeURIComponent(etag.replaceAll('"', ""))}${SUFFIX}`;
}

async function partialsOf(path: string): Promise<string[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  return names.filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith(SUFFIX));
}

function etagIn(name: string, path: string): string | null {
  const tag = name.slice(basename(path).length + 1, -SUFFIX.length);
  try {
    return tag === "" ? null : `"${decodeURIComponent(tag)}"`;
  } catch {
    return null;
  }
}

/** What an earlier attempt left of a file, the most if there are several; null when there is nothing. */
export async function findPartial(path: string): Promise<Partial | null> {
  let most: Partial | null = null;
  for (const name of await partialsOf(path)) {
    const etag = etagIn(name, path);
    const bytes = await sizeOf(join(dirname(path), name));
    // Without a tag it was left by something else: nothing says what it is the beginning of.
    if (etag === null || bytes === null || bytes <= (most?.bytes ?? -1)) continue;
    most = { path: join(dirname(path), name), etag, bytes };
  }
  return most;
}

/** Throws away every beginning of a file. */
export async function removePartials(path: string): Promise<void> {
  for (const name of await partialsOf(path)) {
    const partial = join(dirname(path), name);
    await onDisk(partial, () => rm(partial, { force: true }));
  }
}
