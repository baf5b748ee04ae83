import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CommandError } from "../command.ts";
import { takeLock } from "../process-lock.ts";
import { HEADER } from "./rows.ts";
import { findWrittenUsers, type WrittenUsers } from "./written-users.ts";

const TROUBLES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  EISDIR: "it is a folder",
  EACCES: "it may not be written there",
  EPERM: "it may not be written there",
  EROFS: "that disk can only be read",
  ENOSPC: "the disk is full",
  EDQUOT: "your quota on this disk is used up",
};

async function onDisk<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw new CommandError(`${path} cannot be written: ${TROUBLES[String(error.code)] ?? error.message}.`);
  }
}

function busy(path: string): CommandError {
  return new CommandError(
    `Something else writes to ${path}. One command at a time may: run it again when the other has ended.`,
  );
}

/**
 * Takes a list for this process. The lock stands among temporary files, so that none is left beside the list: what it
 * cannot see, another user or machine on the same disk, is seen by the file's growth.
 * @throws CommandError when another process of this user has it
 */
async function lockList(path: string): Promise<() => void> {
  const name = createHash("sha256")
    .update(await realpath(path))
    .digest("hex");
  // A user's own: a file that another has made could not be opened.
  const lock = join(tmpdir(), `endcap-${process.getuid?.() ?? ""}-${name}.lock`);
  try {
    const unlock = takeLock(lock);
    if (unlock !== null) return unlock;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${lock} cannot be locked: ${why}. Let TMPDIR name a folder that can be written to.`);
  }
  throw busy(path);
}

/** A list on its way: a CSV file that grows by whole users. */
export class ListFile {
  readonly path: string;
  /** Who was in the file when it was opened. */
  readonly found: ReadonlySet<string>;
  readonly #file: FileHandle;
  readonly #unlock: () => void;
  #bytes: number;

  private constructor(path: string, file: FileHandle, unlock: () => void, found: WrittenUsers) {
    this.path = path;
    this.found = found.users;
    this.#file = file;
    this.#unlock = unlock;
    this.#bytes = found.bytes;
  }

  /**
   * Opens a list to go on with, or begins it. What is left of a user who is not whole is cut off.
   * @throws CommandError when the file is something else, holds another placement, is written by another command or
   *   cannot be written
   */
  static async open(path: string, placement: string): Promise<ListFile> {
    // Opened for writing before it is read: what cannot be written is told at once.
    const file = await onDisk(path, () => open(path, "a"));
    let unlock: (() => void) | undefined;
    try {
      unlock = await lockList(path);
      const written = await findWrittenUsers(path, createReadStream(path));
      if (written.placement !== null && written.placement !== placement) {
        throw new CommandError(
          `${path} holds recommendations for ${written.placement}, not for ${placement}. Choose another --out.`,
        );
      }
      await onDisk(path, () => file.truncate(written.bytes));
      const list = new ListFile(path, file, unlock, written);
      if (written.bytes === 0) await list.append([HEADER]);
      return list;
    } catch (error) {
      await file.close();
      unlock?.();
      throw error;
    }
  }

  /**
   * Adds the lines of one user, all or none: a disk that takes a part of them only is rid of that part.
   * @throws CommandError when the disk refuses them, or something else has written to the file meanwhile
   */
  async append(lines: readonly string[]): Promise<void> {
    const block = Buffer.from(lines.join(""));
    if ((await this.#file.stat()).size !== this.#bytes) throw busy(this.path);
    try {
      await onDisk(this.path, () => this.#file.appendFile(block));
    } catch (error) {
      await this.#file.truncate(this.#bytes).catch(() => undefined);
      throw error;
    }
    this.#bytes += block.byteLength;
  }

  async close(): Promise<void> {
    await this.#file.close();
    this.#unlock();
  }
}
