import { z } from "zod";

import { EXACT_COUNT_MAX_ROWS } from "../../domain/sync/limits.ts";
import type { ColumnDescription, TableDescription } from "../../domain/sync/replica.ts";
import { mysqlKind } from "./mysql-types.ts";
import { hexLiteral } from "./mysql-writer.ts";
import { countRows, type Statement } from "./reader.ts";

const columnsSchema = z.array(
  z.object({
    name: z.string(),
    type: z.string(),
    declared: z.string(),
    nullable: z.string(),
    length: z.string().nullable(),
    initial: z.string().nullable(),
    charset: z.string().nullable(),
    collation: z.string().nullable(),
  }),
);
const namesSchema = z.array(z.object({ name: z.string() }));
const estimateSchema = z.array(z.object({ estimate: z.string().nullable() }));

function describeColumn(row: z.infer<typeof columnsSchema>[number], mariadb: boolean): ColumnDescription {
  return {
    name: row.name,
    type: row.type,
    kind: mysqlKind(row.type, row.declared),
    declared: row.declared,
    nullable: row.nullable === "YES",
    length: row.length === null ? null : Number(row.length),
    // MariaDB writes defaults as expressions ('red', NULL), MySQL as bare text.
    default: mariadb && row.initial === "NULL" ? null : row.initial,
    characterSet: row.charset === null ? null : `${row.charset}/${row.collation ?? ""}`,
  };
}

/**
 * Describes one table from information_schema.
 * @param query runs a statement and gives its rows as text
 * @returns null when there is no such table, or none that the user may read
 */
export async function describeMysqlTable(
  table: string,
  mariadb: boolean,
  query: (sql: string) => Promise<unknown>,
  statement: Statement,
): Promise<TableDescription | null> {
  const [name = "", schema] = table.split(".").reverse();
  const where = `TABLE_SCHEMA = ${schema === undefined ? "DATABASE()" : hexLiteral(schema)} AND TABLE_NAME = ${hexLiteral(name)}`;
  const columns = columnsSchema.parse(
    await query(
      `SELECT COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS declared, IS_NULLABLE AS nullable,
         CHARACTER_MAXIMUM_LENGTH AS length, COLUMN_DEFAULT AS initial, CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation
       FROM information_schema.COLUMNS WHERE ${where} ORDER BY ORDINAL_POSITION`,
    ),
  );
  if (columns.length === 0) return null;
  // From the index, which shows itself to a user who may only read.
  const key = namesSchema.parse(
    await query(
      `SELECT COLUMN_NAME AS name FROM information_schema.STATISTICS
       WHERE ${where} AND INDEX_NAME = 'PRIMARY' ORDER BY SEQ_IN_INDEX`,
    ),
  );
  const [size] = estimateSchema.parse(
    await query(`SELECT TABLE_ROWS AS estimate FROM information_schema.TABLES WHERE ${where}`),
  );
  const described: TableDescription = {
    table,
    columns: columns.map((row) => describeColumn(row, mariadb)),
    primaryKey: key.map((row) => row.name),
    rows: Number(size?.estimate ?? 0),
  };
  if (described.rows >= EXACT_COUNT_MAX_ROWS) return described;
  return { ...described, rows: await countRows(statement, described) };
}
