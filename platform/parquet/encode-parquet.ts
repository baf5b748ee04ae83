import { parquetWriteBuffer } from "hyparquet-writer";

import type { ExportColumn } from "../../domain/exports/manifest.ts";

/** A cell of a row: `Date` in timestamp columns. */
export type ParquetCell = string | number | boolean | Date | null;

const PARQUET_TYPES = {
  string: "STRING",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
} as const satisfies Record<ExportColumn["type"], string>;

/**
 * Encodes rows as one Parquet file (Snappy), every column with the type that it was given, whatever its values.
 * @param rows cells in the order of `columns`
 */
export function encodeParquet(
  columns: readonly ExportColumn[],
  rows: readonly (readonly ParquetCell[])[],
): Uint8Array<ArrayBuffer> {
  const buffer = parquetWriteBuffer({
    columnData: columns.map((column, position) => ({
      name: column.name,
      type: PARQUET_TYPES[column.type],
      data: rows.map((row) => row[position] ?? null),
    })),
  });
  return new Uint8Array(buffer);
}
