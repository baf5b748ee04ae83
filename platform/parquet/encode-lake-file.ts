import { parquetWriteBuffer } from "hyparquet-writer";

import type { FileTable, LakeRow, LakeTable } from "../../domain/lake/lake-table.ts";
import { cellEncoder } from "./lake-cells.ts";
import { lakeSchema } from "./lake-schema.ts";

/** DuckDB and Spark read a row group per thread, and want more than 100,000 rows in one; this is DuckDB's own size. */
export const ROW_GROUP_ROWS_MAX = 122_880;
/** Names of the key-value metadata of a lake's file. */
export const TABLE_METADATA_KEY = "endcap.table";
export const VERSION_METADATA_KEY = "endcap.schema_version";
/** Fixed, so that a file's bytes depend on its rows alone. */
export const CREATED_BY = "endcap";

/** What a lake's file says of itself. */
export function lakeMetadata(table: FileTable): { key: string; value: string }[] {
  return [
    { key: TABLE_METADATA_KEY, value: table.name },
    { key: VERSION_METADATA_KEY, value: String(table.version) },
  ];
}

/**
 * Encodes rows as one Parquet file: Snappy, row groups of {@link ROW_GROUP_ROWS_MAX}, every column with the type and
 * nullability that the table declares, whatever its values, and the table's name and version as key-value metadata.
 * The same rows give the same bytes, so a file that is put twice is one object.
 * @param rows cells in the order of `table.columns`
 * @throws Error when a column that may not hold null does
 */
export function encodeLakeFile(table: LakeTable, rows: readonly LakeRow[]): Uint8Array<ArrayBuffer> {
  for (const [position, column] of table.columns.entries()) {
    if (!column.nullable && rows.some((row) => (row[position] ?? null) === null)) {
      throw new Error(`${table.name}.${column.name} must not be null.`);
    }
  }
  const buffer = parquetWriteBuffer({
    schema: lakeSchema(table),
    columnData: table.columns.map((column, position) => {
      const encode = cellEncoder(column);
      return { name: column.name, data: rows.map((row) => encode(row[position])) };
    }),
    rowGroupSize: ROW_GROUP_ROWS_MAX,
    createdBy: CREATED_BY,
    kvMetadata: lakeMetadata(table),
  });
  return new Uint8Array(buffer);
}
