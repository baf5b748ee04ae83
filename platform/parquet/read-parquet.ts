import { type AsyncBuffer, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

/** A row as hyparquet gives it: 64-bit integers are bigints, timestamps are Dates. */
export type ParquetRow = Record<string, unknown>;

/** Reads every row of a Parquet file, whatever its compression. @throws Error when it is not one. */
export async function readParquet(file: AsyncBuffer): Promise<ParquetRow[]> {
  return parquetReadObjects({ file, compressors });
}

/** Reads every row of a Parquet file that is in memory. @throws Error when it is not one. */
export function readParquetBytes(bytes: Uint8Array): Promise<ParquetRow[]> {
  const buffer = new Uint8Array(bytes).buffer;
  return readParquet({ byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) });
}
