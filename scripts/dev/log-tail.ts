import { readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

const TAIL_LINES = 12;

/** The last lines of a log that say something, for a message about why its writer ended. */
export function logTail(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return "(nothing)";
  }
  const lines = stripVTControlCharacters(text)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== "");
  return lines
    .slice(-TAIL_LINES)
    .map((line) => `  ${line}`)
    .join("\n");
}
