import { type ColumnType, EXPORT_TABLES, type ExportTable } from "../../domain/exports/manifest.ts";
import { queryDuckDb } from "../lake/duckdb.ts";
import type { PulledExport } from "./export-shop.ts";

/** The types of columns, as DuckDB calls them. */
export const DUCKDB_TYPES = {
  string: "VARCHAR",
  double: "DOUBLE",
  integer: "BIGINT",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
} as const satisfies Record<ColumnType, string>;

/** Columns by name. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** The files of a table in several exports, as something to select from: columns are told apart by their names. */
export function unionOf(exports: readonly PulledExport[], table: ExportTable): string {
  const files = exports.map(({ folder }) => `'${folder}/${table}/part-*.parquet'`);
  return `read_parquet([${files.join(", ")}], union_by_name = true)`;
}

/** The columns of some query, and their types. */
export async function describeColumns(from: string): Promise<ColumnTypes> {
  const rows = await queryDuckDb(`DESCRIBE SELECT * FROM ${from}`);
  return Object.fromEntries(rows.map((row) => [String(row["column_name"]), String(row["column_type"])]));
}

/**
 * The columns of a table that manifests name, with the type of each.
 * @throws Error when one name has two types
 */
export function manifestColumns(exports: readonly PulledExport[], table: ExportTable): ColumnTypes {
  const types = new Map<string, string>();
  for (const { manifest } of exports) {
    for (const { name, type } of manifest.tables[table].columns) {
      const known = types.get(name);
      if (known !== undefined && known !== DUCKDB_TYPES[type]) throw new Error(`${name} is ${known} and ${type}.`);
      types.set(name, DUCKDB_TYPES[type]);
    }
  }
  return Object.fromEntries(types);
}

/** What DuckDB makes of each table of several exports together, and what their manifests say. */
export async function unionColumns(
  exports: readonly PulledExport[],
): Promise<{ readonly found: Record<string, ColumnTypes>; readonly told: Record<string, ColumnTypes> }> {
  // One query for all: DuckDB is started for each.
  const described = EXPORT_TABLES.map(
    (table) => `SELECT '${table}' AS name, * FROM (DESCRIBE SELECT * FROM ${unionOf(exports, table)})`,
  );
  const found: Record<string, Record<string, string>> = {};
  for (const row of await queryDuckDb(described.join(" UNION ALL "))) {
    (found[String(row["name"])] ??= {})[String(row["column_name"])] = String(row["column_type"]);
  }
  const told = Object.fromEntries(EXPORT_TABLES.map((table) => [table, manifestColumns(exports, table)]));
  // Every cell is read, not only the files' columns.
  const read = EXPORT_TABLES.map(
    (table) => `(SELECT count(*) FROM (SELECT DISTINCT * FROM ${unionOf(exports, table)}))`,
  );
  await queryDuckDb(`SELECT ${read.join(" + ")}`);
  return { found, told };
}
