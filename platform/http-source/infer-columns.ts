import type { ColumnDescription, ColumnKind } from "../../domain/sync/replica.ts";
import { isExactNumber } from "./exact-json.ts";

/** JSON's word for a kind. */
const TYPES = { number: "number", boolean: "boolean", json: "object", text: "string" } as const satisfies Partial<
  Record<ColumnKind, string>
>;
type JsonKind = keyof typeof TYPES;

function kindOf(value: unknown): JsonKind | null {
  if (value === null || value === undefined) return null;
  if (isExactNumber(value)) return "number";
  if (typeof value === "boolean") return "boolean";
  return typeof value === "object" ? "json" : "text";
}

/**
 * Columns as some rows show them, in the order in which they were first seen. A member that is now this and now that,
 * or never anything but null, is text.
 */
export function inferColumns(rows: readonly Readonly<Record<string, unknown>>[]): ColumnDescription[] {
  const kinds = new Map<string, JsonKind | null>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const before = kinds.get(name) ?? null;
      const kind = kindOf(value);
      kinds.set(name, before === null || kind === null || before === kind ? (kind ?? before) : "text");
    }
  }
  return [...kinds].map(([name, seen]) => {
    const kind = seen ?? "text";
    const type = TYPES[kind];
    return { name, type, kind, declared: type, nullable: true, length: null, default: null, characterSet: null };
  });
}
