import { readFile } from "node:fs/promises";

import { CommandError } from "../command.ts";
import { parseCsv } from "../evaluate/csv.ts";

const COLUMN = "user_id";

async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch {
    throw new CommandError(`${path} cannot be read: check the path of --users.`);
  }
  try {
    // Without its byte order mark, if it has one.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new CommandError(`${path} is no text in UTF-8. Save it as CSV in UTF-8.`);
  }
}

/** Ids from a column of that name, if the first line is a header that has one. */
function columnOf(path: string, text: string): string[] | null {
  const [header = ""] = text.split(/\r?\n/, 1);
  let rows: Record<string, string>[];
  try {
    rows = parseCsv(`${header}\n${header}`);
  } catch {
    rows = [];
  }
  const columns = Object.keys(rows[0] ?? {});
  if (!columns.includes(COLUMN)) {
    if (columns.length < 2) return null;
    throw new CommandError(`${path} has no column ${COLUMN}. Its columns: ${columns.join(", ")}.`);
  }
  try {
    return parseCsv(text).map((row) => row[COLUMN] ?? "");
  } catch (error) {
    throw new CommandError(`${path} is no CSV: ${error instanceof Error ? error.message : "it cannot be read"}`);
  }
}

/**
 * Reads whom to recommend to: CSV with a column `user_id`, or one id a line.
 * @returns each id once, in the file's order
 * @throws CommandError when the file cannot be read or names nobody
 */
export async function readUserList(path: string): Promise<readonly string[]> {
  const text = await readText(path);
  const ids = columnOf(path, text) ?? text.split(/\r?\n/).map((line) => line.trim());
  const users = [...new Set(ids)].filter((id) => id !== "");
  if (users.length === 0) throw new CommandError(`${path} names no user.`);
  return users;
}
