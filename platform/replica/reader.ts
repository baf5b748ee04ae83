import { z } from "zod";

import { columnOf } from "../../domain/sync/map-key.ts";
import {
  type DatabaseReader,
  type Page,
  type PageRequest,
  ReplicaError,
  type SourceRow,
  type TableDescription,
} from "../../domain/sync/replica.ts";
import { readChecksums } from "./checksums.ts";
import {
  byKeysStatement,
  countNullsStatement,
  countStatement,
  greatestStatement,
  keyBeforeStatement,
  pageColumns,
  pageStatement,
} from "./queries.ts";
import type { StatementWriter } from "./statement-writer.ts";

/** Both adapters ask their driver for the text of every value; anything else would be a change of the driver. */
const rowsSchema = z.array(z.record(z.string(), z.string().nullable()));

/** A statement being written, and a way to run it: what a dialect contributes. */
export interface Statement {
  readonly writer: StatementWriter;
  run(sql: string): Promise<unknown>;
}

async function rowsOf(statement: Statement, sql: string): Promise<SourceRow[]> {
  return rowsSchema.parse(await statement.run(sql));
}

function countOf(rows: readonly SourceRow[]): number {
  return Number(rows[0]?.["n"] ?? 0);
}

/**
 * The exact number of rows of a table. Its own estimate where it cannot be counted: somebody may have locked it, which
 * is no reason not to describe the others.
 */
export async function countRows(statement: Statement, table: TableDescription): Promise<number> {
  try {
    return countOf(await rowsOf(statement, countStatement(statement.writer, table)));
  } catch (error) {
    if (!(error instanceof ReplicaError)) throw error;
    return table.rows;
  }
}

function pageOf(rows: readonly SourceRow[], request: PageRequest): Page {
  const { columns, order, limit } = request;
  const last = rows.at(-1);
  const next = last === undefined || rows.length < limit ? null : order.map((column) => last[column] ?? "");
  if (pageColumns(request).length === columns.length) return { rows, next };
  // Columns that only the position needed are not what the caller asked for.
  const asked = rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null])));
  return { rows: asked, next };
}

/** The reader of either dialect. @param open begins a statement */
export function readerOf(open: () => Statement): DatabaseReader {
  return {
    async readPage(request) {
      const statement = open();
      return pageOf(await rowsOf(statement, pageStatement(statement.writer, request)), request);
    },
    async readByKeys(table, columns, keyColumns, keys, limit) {
      const statement = open();
      const sql = byKeysStatement(statement.writer, table, columns, keyColumns, keys, limit);
      return sql === null ? [] : rowsOf(statement, sql);
    },
    checksums(request, ranges) {
      const run = (write: (writer: StatementWriter) => string): Promise<unknown> => {
        const statement = open();
        return statement.run(write(statement.writer));
      };
      return readChecksums(run, request, ranges);
    },
    async keyBefore(table, keyColumns, last, rows) {
      const statement = open();
      const [row] = await rowsOf(statement, keyBeforeStatement(statement.writer, table, keyColumns, last, rows));
      return row === undefined ? null : keyColumns.map((column) => row[column] ?? "");
    },
    async greatest(table, column) {
      const statement = open();
      const [row] = await rowsOf(statement, greatestStatement(statement.writer, table, column));
      return row?.[column] ?? null;
    },
    async countNulls(table, columns) {
      const nullable = columns.filter((column) => columnOf(table, column).nullable);
      if (nullable.length === 0) return 0;
      const statement = open();
      return countOf(await rowsOf(statement, countNullsStatement(statement.writer, table, nullable)));
    },
  };
}
