import { columnOf } from "../../domain/sync/map-key.ts";
import type { PageRequest, RowKey, TableDescription } from "../../domain/sync/replica.ts";
import { cutLength } from "./cut.ts";
import { beyond, rangeConditions } from "./key-range.ts";
import type { Cell, StatementWriter } from "./statement-writer.ts";

/** A table name, with its schema where the configuration gives one (`shop.products`). Quoted part by part. */
export function tableName(writer: StatementWriter, table: TableDescription): string {
  return table.table
    .split(".")
    .map((part) => writer.name(part))
    .join(".");
}

/**
 * Columns as they are read. Only columns that information_schema knows are ever named: a wrong configuration cannot
 * become SQL.
 * @param whole columns that are never cut
 */
export function cellsOf(table: TableDescription, columns: readonly string[], whole: readonly string[]): Cell[] {
  return columns.map((name) => {
    const column = columnOf(table, name);
    return { column, maxLength: cutLength(column, whole) };
  });
}

/** ` WHERE …`, or nothing. */
export function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}

function selectFrom(
  writer: StatementWriter,
  table: TableDescription,
  columns: readonly string[],
  whole: readonly string[],
): string {
  const list = cellsOf(table, columns, whole).map((cell) => {
    const name = writer.name(cell.column.name);
    const read = writer.read(cell);
    return read === name ? name : `${read} AS ${name}`;
  });
  return `SELECT ${list.join(", ")} FROM ${tableName(writer, table)}`;
}

/** Columns of a page: those asked for, and those of its order, from which the next page goes on. */
export function pageColumns({ columns, order }: PageRequest): string[] {
  return [...new Set([...columns, ...order])];
}

/** The next page in key order. */
export function pageStatement(writer: StatementWriter, request: PageRequest): string {
  const { table, order, from } = request;
  const conditions = rangeConditions(writer, table, order, request);
  const [first] = order;
  if (from !== null && first !== undefined) {
    conditions.push(`${writer.name(first)} >= ${writer.value(from, columnOf(table, first))}`);
  }
  const by = order.map((column) => writer.name(column)).join(", ");
  const select = selectFrom(writer, table, pageColumns(request), order);
  return `${select}${whereAll(conditions)} ORDER BY ${by} LIMIT ${Math.trunc(request.limit)}`;
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
    described.every((column, place) => key[place] !== undefined && writer.canHold(key[place], column)),
  );
  if (possible.length === 0) return null;
  const tuple = (parts: readonly string[]): string => (parts.length === 1 ? parts.join("") : `(${parts.join(", ")})`);
  const left = tuple(keyColumns.map((column) => writer.name(column)));
  const right = possible.map((key) => tuple(described.map((column, place) => writer.key(key[place] ?? "", column))));
  const select = selectFrom(writer, table, columns, keyColumns);
  return `${select} WHERE ${left} IN (${right.join(", ")}) LIMIT ${Math.trunc(limit)}`;
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
  const where = beyond(writer, table, keyColumns, last, "<");
  // The row just before `last` is one row before it: hence the offset of one less.
  const offset = Math.max(Math.trunc(rows) - 1, 0);
  const select = selectFrom(writer, table, keyColumns, keyColumns);
  return `${select} WHERE ${where} ORDER BY ${by} LIMIT 1 OFFSET ${offset}`;
}

/** One row with the greatest value of a column. */
export function greatestStatement(writer: StatementWriter, table: TableDescription, column: string): string {
  const name = writer.name(column);
  const select = selectFrom(writer, table, [column], [column]);
  return `${select} WHERE ${name} IS NOT NULL ORDER BY ${name} DESC LIMIT 1`;
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
