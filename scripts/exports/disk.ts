import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

import { CommandError } from "../command.ts";

/** What the disk refused, and what to do about it. */
const TROUBLES: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full. Make room, or choose another place with --out; what has arrived is kept",
  EDQUOT: "Your quota on this disk is used up. Make room, or choose another place with --out; what has arrived is kept",
  EFBIG: "Files may not grow so large there (the disk's format, or `ulimit -f`). Choose another place with --out",
  EACCES: "It may not be written there. Choose another place with --out",
  EPERM: "It may not be written there. Choose another place with --out",
  EROFS: "That disk can only be read. Choose another place with --out",
  ENOTDIR: "Something there is a file and should be a folder. Choose another place with --out",
  EEXIST: "Something there is a file and should be a folder. Choose another place with --out",
  EISDIR: "Something there is a folder and should be a file. Move it away, or choose another place with --out",
  ENAMETOOLONG: "The name is too long for this disk. Choose another place with --out",
};

/** The code of an error of the operating system, or null. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/**
 * Does something on the disk.
 * @param path what the message names
 * @throws CommandError for what the person can mend
 */
export async function onDisk<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const trouble = TROUBLES[errorCode(error) ?? ""];
    if (trouble === undefined) throw error;
    throw new CommandError(`${path} cannot be written: ${trouble} (${errorCode(error)}).`, { cause: error });
  }
}

/** A file's size in bytes, or null when it is not there. */
export async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true ? found.size : null;
}

/** SHA-256 over the first bytes of a file, to be continued with what comes behind them. */
export async function hashOfFile(path: string, bytes: number): Promise<Hash> {
  const hash = createHash("sha256");
  if (bytes === 0) return hash;
  // Not piped into it: a hash that was piped into is ended.
  await pipeline(createReadStream(path, { end: bytes - 1 }), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) hash.update(chunk);
  });
  return hash;
}
