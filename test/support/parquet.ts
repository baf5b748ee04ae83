import { parquetReadObjects } from "hyparquet";

/** The rows of a Parquet file. */
export async function parquetRows(file: ArrayBuffer | undefined): Promise<Record<string, unknown>[]> {
  return file === undefined ? [] : parquetReadObjects({ file });
}
