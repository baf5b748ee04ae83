import { columnOf } from "../../domain/sync/map-key.ts";
import type { KeyRange, RowKey, TableDescription } from "../../domain/sync/replica.ts";
import type { StatementWriter } from "./statement-writer.ts";

/** `<=` is met by the values themselves, the others are not. */
type Comparison = ">" | "<" | "<=";

/**
 * "After (before, at most) these values in this order", written so that both planners begin their range at the first
 * column, which they do not for `(a, b) > (x, y)`: `a >= x AND (a > x OR (b > y))`.
 */
export function beyond(
  writer: StatementWriter,
  table: TableDescription,
  columns: readonly string[],
  values: RowKey,
  comparison: Comparison,
): string {
  const [column, ...rest] = columns;
  const [value, ...others] = values;
  if (column === undefined || value === undefined) throw new Error(`Key of ${table.table} has too few values.`);
  const described = columnOf(table, column);
  const compare = (operator: string): string => `${writer.name(column)} ${operator} ${writer.value(value, described)}`;
  if (rest.length === 0) return compare(comparison);
  const strict = comparison === ">" ? ">" : "<";
  const inner = beyond(writer, table, rest, others, comparison);
  return `${compare(`${strict}=`)} AND (${compare(strict)} OR (${inner}))`;
}

/** Conditions of the rows of a range. NULLs are left out: they stand nowhere in an order. */
export function rangeConditions(
  writer: StatementWriter,
  table: TableDescription,
  columns: readonly string[],
  { after, upto }: KeyRange,
): string[] {
  const conditions = columns
    .filter((column) => columnOf(table, column).nullable)
    .map((column) => `${writer.name(column)} IS NOT NULL`);
  if (after !== null) conditions.push(`(${beyond(writer, table, columns, after, ">")})`);
  if (upto !== null) conditions.push(`(${beyond(writer, table, columns, upto, "<=")})`);
  return conditions;
}
