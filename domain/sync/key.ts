import { hash64 } from "../hash.ts";
import { KEY_MAX_LENGTH } from "./limits.ts";
import type { ColumnDescription, RowKey } from "./replica.ts";

const NUMBER_PATTERN = /^-?\d+(\.\d+)?$/;
const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const CUT_PATTERN = /…#[0-9a-f]{16}$/;

/** Names the quarantine entry of all rows whose key is NULL: they cannot be told apart. */
export const NULL_KEY_ENTRY = "(null)";

/** A key as one text: the key itself, or a JSON array for a key of several columns. Longer ones end in a hash. */
export function rowKeyText(key: RowKey): string {
  const [first = ""] = key;
  const text = key.length === 1 ? first : JSON.stringify(key);
  const bound = KEY_MAX_LENGTH * Math.max(2, key.length * 2);
  return text.length <= bound ? text : `${text.slice(0, KEY_MAX_LENGTH)}…#${hash64(text)}`;
}

/** The key that {@link rowKeyText} was made from; null for one that was too long or is no key. */
export function parseRowKey(text: string, columns: number): RowKey | null {
  if (text === NULL_KEY_ENTRY || CUT_PATTERN.test(text)) return null;
  if (columns === 1) return [text];
  try {
    const parsed: unknown = JSON.parse(text);
    if (!Array.isArray(parsed) || parsed.length !== columns) return null;
    return parsed.map(String);
  } catch {
    return null;
  }
}

/** False for a value that a column of this kind can never hold: asking the source for it would be an error. */
export function canHold(column: ColumnDescription, value: string): boolean {
  if (column.kind === "number") return NUMBER_PATTERN.test(value);
  if (column.kind === "uuid") return UUID_PATTERN.test(value);
  return !value.includes("\0");
}
