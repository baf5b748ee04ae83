import { err, ok, type Result } from "../result.ts";
import { KEY_MAX_LENGTH } from "./limits.ts";
import type { SourceRow, TableDescription } from "./replica.ts";
import { quoted, type RowFault } from "./row-fault.ts";
import { toText } from "./values.ts";

/** The description of a column that the schema check has already found. @throws Error when it was not */
export function columnOf(table: TableDescription, name: string): TableDescription["columns"][number] {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`Table ${table.table} has no column ${name}.`);
  return column;
}

/** One part of a row's key, as the id that Endcap knows it by. */
export function mapKey(row: SourceRow, table: TableDescription, column: string): Result<string, RowFault> {
  const raw = row[column] ?? null;
  const text = raw === null ? "" : toText(raw, columnOf(table, column));
  if (text === "") return err({ kind: "key_missing", detail: `${table.table}.${column} is ${quoted(raw)}.` });
  if (text.length > KEY_MAX_LENGTH) {
    return err({
      kind: "key_too_long",
      detail: `${table.table}.${column} is ${text.length} characters long; at most ${KEY_MAX_LENGTH} can be used.`,
    });
  }
  return ok(text);
}
