import { parquetWriteBuffer } from "hyparquet-writer";

import type { LakeCell, LakeColumn, LakeItem, LakeRow, LakeTable } from "../../domain/lake/lake-table.ts";
import { lakeSchema } from "./lake-schema.ts";

/** DuckDB and Spark read a row group per thread, and want more than 100,000 rows in one; this is DuckDB's own size. */
export const ROW_GROUP_ROWS_MAX = 122_880;
/** Names of the key-value metadata of a lake's file. */
export const TABLE_METADATA_KEY = "endcap.table";
export const VERSION_METADATA_KEY = "endcap.schema_version";
/** Fixed, so that a file's bytes depend on its rows alone. */
const CREATED_BY = "endcap";

type EncodedCell = LakeCell | bigint | readonly Readonly<Record<string, unknown>>[];

function encodeItems(items: readonly LakeItem[], integers: readonly string[]): EncodedCell {
  return items.map((item) => {
    const encoded: Record<string, unknown> = { ...item };
    for (const name of integers) if (typeof item[name] === "number") encoded[name] = BigInt(item[name]);
    return encoded;
  });
}

/** Parquet's 64-bit integers are bigints to the encoder; everything else it takes as it is. */
function columnCells(column: LakeColumn, rows: readonly LakeRow[], position: number): EncodedCell[] {
  if (column.type === "items") {
    const integers = column.fields.filter(({ type }) => type === "integer").map(({ name }) => name);
    return rows.map((row) => encodeItems(itemsIn(row[position]), integers));
  }
  if (column.type !== "integer") return rows.map((row) => row[position] ?? null);
  return rows.map((row) => {
    const cell = row[position];
    return typeof cell === "number" ? BigInt(cell) : null;
  });
}

function itemsIn(cell: LakeCell | undefined): readonly LakeItem[] {
  return Array.isArray(cell) ? (cell as readonly LakeItem[]) : [];
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
    columnData: table.columns.map((column, position) => ({
      name: column.name,
      data: columnCells(column, rows, position),
    })),
    rowGroupSize: ROW_GROUP_ROWS_MAX,
    createdBy: CREATED_BY,
    kvMetadata: [
      { key: TABLE_METADATA_KEY, value: table.name },
      { key: VERSION_METADATA_KEY, value: String(table.version) },
    ],
  });
  return new Uint8Array(buffer);
}
