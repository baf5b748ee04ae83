import { canHold } from "../../domain/sync/key.ts";
import { columnOf } from "../../domain/sync/map-key.ts";
import type { ColumnDescription, PageRequest, RowKey, TableDescription } from "../../domain/sync/replica.ts";

/** What differs between the dialects when a statement is written. One is made per statement: it gathers parameters. */
export interface StatementWriter {
  /** A column or table name, quoted. */
  name(identifier: string): string;
  /** A value to compare `column` with: a literal or the place of a parameter. */
  value(text: string, column: ColumnDescription): string;
  /** A column in a SELECT list, where it needs more than its name to be read as text. */
  selected(column: ColumnDescription): string;
}

/** A table name, with its schema where the configuration gives one (`shop.products`). Quoted part by part. */
function tableName(writer: StatementWriter, table: TableDescription): string {
  return table.table
    .split(".")
    .map((part) => writer.name(part))
    .join(".");
}

function selectFrom(writer: StatementWriter, table: TableDescription, columns: readonly string[]): string {
  // Only columns that information_schema knows are ever named: a wrong configuration cannot become SQL.
  const list = columns.map((column) => writer.selected(columnOf(table, column)));
  return `SELECT ${list.join(", ")} FROM ${tableName(writer, table)}`;
}

/**
 * "After these values in this order", written so that both planners begin their range at the first column:
 * `a >= x AND (a > x OR b > y)`.
 */
function isAfter(
  writer: StatementWriter,
  table: TableDescription,
  columns: readonly string[],
  values: RowKey,
  comparison: ">" | "<",
): string {
  const [column, ...rest] = columns;
  const [value, ...others] = values;
  if (column === undefined || value === undefined) throw new Error(`Key of ${table.table} has too few values.`);
  const described = columnOf(table, column);
  const compare = (operator: string): string => `${writer.name(column)} ${operator} ${writer.value(value, described)}`;
  if (rest.length === 0) return compare(comparison);
  const inner = isAfter(writer, table, rest, others, comparison);
  return `${compare(`${comparison}=`)} AND (${compare(comparison)} OR (${inner}))`;
}

/** The next page in key order. NULLs are left out: they stand nowhere in an order. */
export function pageStatement(writer: StatementWriter, request: PageRequest): string {
  const { table, order, after, from } = request;
  const conditions = order
    .filter((column) => columnOf(table, column).nullable)
    .map((column) => `${writer.name(column)} IS NOT NULL`);
  const [first] = order;
  if (from !== null && first !== undefined) {
    conditions.push(`${writer.name(first)} >= ${writer.value(from, columnOf(table, first))}`);
  }
  if (after !== null) conditions.push(`(${isAfter(writer, table, order, after, ">")})`);
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const by = order.map((column) => writer.name(column)).join(", ");
  return `${selectFrom(writer, table, request.columns)}${where} ORDER BY ${by} LIMIT ${Math.trunc(request.limit)}`;
}

/** Rows with one of these keys; null when none of the keys can exist. */
export function byKeysStatement(
  writer: StatementWriter,
  table: TableDescription,
  columns: readonly string[],
  keyColumns: readonly string[],
  keys: readonly RowKey[],
  limit: number,
): string | null {
  const described = keyColumns.map((column) => columnOf(table, column));
  const possible = keys.filter((key) =>
    described.every((column, place) => key[place] !== undefined && canHold(column, key[place])),
  );
  if (possible.length === 0) return null;
  const tuple = (parts: readonly string[]): string => (parts.length === 1 ? parts.join("") : `(${parts.join(", ")})`);
  const left = tuple(keyColumns.map((column) => writer.name(column)));
  const right = possible.map((key) => tuple(described.map((column, place) => writer.value(key[place] ?? "", column))));
  return `${selectFrom(writer, table, columns)} WHERE ${left} IN (${right.join(", ")}) LIMIT ${Math.trunc(limit)}`;
}

/** The key `rows` rows before `last`, in one row or none. */
export function keyBeforeStatement(
  writer: StatementWriter,
  table: TableDescription,
  keyColumns: readonly string[],
  last: RowKey,
  rows: number,
): string {
  const by = keyColumns.map((column) => `${writer.name(column)} DESC`).join(", ");
  const where = isAfter(writer, table, keyColumns, last, "<");
  // The row just before `last` is one row before it: hence the offset of one less.
  const offset = Math.max(Math.trunc(rows) - 1, 0);
  return `${selectFrom(writer, table, keyColumns)} WHERE ${where} ORDER BY ${by} LIMIT 1 OFFSET ${offset}`;
}

/** One row with the greatest value of a column. */
export function greatestStatement(writer: StatementWriter, table: TableDescription, column: string): string {
  const name = writer.name(column);
  return `${selectFrom(writer, table, [column])} WHERE ${name} IS NOT NULL ORDER BY ${name} DESC LIMIT 1`;
}

/** How many rows have NULL in one of the columns, as `n`. */
export function countNullsStatement(
  writer: StatementWriter,
  table: TableDescription,
  columns: readonly string[],
): string {
  const where = columns.map((column) => `${writer.name(column)} IS NULL`).join(" OR ");
  return `SELECT count(*) AS n FROM ${tableName(writer, table)} WHERE ${where}`;
}

/** How many rows a table has, as `n`. */
export function countStatement(writer: StatementWriter, table: TableDescription): string {
  return `SELECT count(*) AS n FROM ${tableName(writer, table)}`;
}
