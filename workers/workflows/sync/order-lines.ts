import { z } from "zod";

import { err, ok, type Result } from "../../../domain/result.ts";
import type { SourceRow, TableDescription } from "../../../domain/sync/replica.ts";
import { quoted, type RowFault } from "../../../domain/sync/row-fault.ts";
import { cellText, parseExactJson } from "../../../platform/http-source/exact-json.ts";

const linesSchema = z.array(z.record(z.string(), z.unknown())).nullable();

function parsed(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/**
 * The lines of an order that is read by HTTP: a member of the order with a list of objects. No member means no lines.
 * @returns a fault for anything else: an order that lost its lines would be a wrong one
 */
export function memberLines(row: SourceRow, member: string, table: string): Result<readonly SourceRow[], RowFault> {
  const text = row[member] ?? null;
  const lines = linesSchema.safeParse(text === null || text === "" ? null : parsed(text));
  if (!lines.success) {
    return err({ kind: "lines_not_readable", detail: `${table}.${member} is ${quoted(text)}, not a list of lines.` });
  }
  return ok(
    (lines.data ?? []).map((line) =>
      Object.fromEntries(Object.entries(line).map(([name, value]) => [name, cellText(value)])),
    ),
  );
}

/** Lines that are a member of an order have no table: their columns are whatever the configuration calls them. */
export function describeLines(member: string, columns: readonly string[]): TableDescription {
  const described = columns.map((name) => ({
    name,
    type: "json",
    kind: "text" as const,
    declared: "json",
    nullable: true,
    length: null,
    default: null,
    characterSet: null,
  }));
  return { table: member, columns: described, primaryKey: [], rows: 0 };
}
