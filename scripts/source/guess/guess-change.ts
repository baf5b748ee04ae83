import { type Finding, found, notFound } from "./finding.ts";
import type { NamedColumn, NamedTable } from "./named-tables.ts";
import { rankColumns } from "./rank-columns.ts";
import { UPDATED } from "./rules/row-rules.ts";

const NULLABLE_POINTS = -20;
const SELF_UPDATING_POINTS = 2;
const INDEXED_POINTS = 2;

function pointsOf(column: NamedColumn): number {
  return (
    (column.nullable ? NULLABLE_POINTS : 0) +
    (column.selfUpdating ? SELF_UPDATING_POINTS : 0) +
    (column.indexed ? INDEXED_POINTS : 0)
  );
}

/** How changes of a table are found. */
export interface ChangeGuess {
  readonly finding: Finding;
  /** The column with the time of the last change, where it is used. */
  readonly column: string | null;
}

/**
 * How changes of a table are found: by a column with the time of the last one, else by comparing all rows.
 * A column that may be NULL does not do: rows without a time would never be read.
 */
export function guessChange(table: NamedTable, own: ReadonlySet<string>): ChangeGuess {
  const [best] = rankColumns(table, UPDATED, own)
    .map(({ column }) => column)
    .toSorted((a, b) => pointsOf(b) - pointsOf(a));
  if (best === undefined) {
    const why = "all rows are compared: no column is named like the time of a row's last change";
    return { finding: notFound("change", why), column: null };
  }
  if (best.nullable) {
    const why = `all rows are compared: ${best.name} may be NULL, and such rows would be missed`;
    return { finding: notFound("change", why), column: null };
  }
  const sets = best.selfUpdating ? "the database sets it" : "by its name: make sure that every change sets it";
  const index = best.indexed ? "indexed" : "no index begins with it: add one, or each run reads the whole table";
  return { finding: found("change", { kind: "cursor", column: best.name }, `${sets}; ${index}`), column: best.name };
}
