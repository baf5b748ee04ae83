import { canHold } from "../../domain/sync/key.ts";
import { fitsInteger } from "./postgres-types.ts";
import type { Cell, StatementWriter } from "./statement-writer.ts";

function quoteName(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function readCell({ column, maxLength }: Cell): string {
  const name = quoteName(column.name);
  // Enums, arrays and whatever else is read as text has no left() of its own.
  return maxLength === null ? name : `left(${name}::text, ${maxLength})`;
}

function checksum(cells: readonly Cell[], from: string): string {
  // A row's own text quotes what needs it and tells NULL from ''. Byte by byte ("C"), whatever the database collates by.
  const row = `ROW(${cells.map(readCell).join(", ")})::text COLLATE "C"`;
  // One hash per row: the planner takes a row's text again for every aggregate that uses it.
  return `count(*) AS n, sum(hashtextextended(${row}, 0)::numeric) AS total ${from}`;
}

/** PostgreSQL's SQL (11 and later). @param values gathers the parameters of one statement */
export function postgresWriter(values: string[]): StatementWriter {
  // A parameter takes the type of the column that it is compared with.
  const value = (text: string): string => `$${values.push(text)}`;
  return {
    name: quoteName,
    value,
    canHold: (text, column) => canHold(column, text) && fitsInteger(column.type, text),
    key: value,
    read: readCell,
    checksum,
  };
}
