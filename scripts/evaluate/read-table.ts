import { readFile } from "node:fs/promises";

import { readParquetBytes } from "../../platform/parquet/read-parquet.ts";
import { CommandError } from "../command.ts";
import { parseCsv } from "./csv.ts";

/** A row of a file: texts from CSV, typed values from Parquet. */
export type TableRow = Readonly<Record<string, unknown>>;

/** "PAR1": how every Parquet file begins. */
const PARQUET_MAGIC = [0x50, 0x41, 0x52, 0x31] as const;

/**
 * Reads a CSV or Parquet file, told apart by its content.
 * @throws CommandError when it cannot be read
 */
export async function readTable(path: string): Promise<TableRow[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch {
    throw new CommandError(`${path} cannot be read: check the path.`);
  }
  try {
    const isParquet = PARQUET_MAGIC.every((byte, position) => bytes[position] === byte);
    return isParquet ? await readParquetBytes(bytes) : parseCsv(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new CommandError(
      `${path} is neither CSV nor Parquet: ${error instanceof Error ? error.message : "unreadable"}`,
    );
  }
}
