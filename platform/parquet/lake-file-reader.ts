import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";

import type { LakeColumn, LakeTable } from "../../domain/lake/lake-table.ts";
import { TABLE_METADATA_KEY, VERSION_METADATA_KEY } from "./encode-lake-file.ts";
import type { ParquetLakeCell } from "./lake-cells.ts";

/** A row group of a file, as far as its metadata tells. */
export interface LakeRowGroup {
  readonly rows: number;
  /** Entries of its `items` lists, an empty list counted as one; 0 in tables without. */
  readonly items: number;
}

/** A file of the lake that was written by this or an earlier version of the table. */
export class LakeFileReader {
  readonly #buffer: AsyncBuffer;
  readonly #metadata: FileMetaData;

  private constructor(buffer: AsyncBuffer, metadata: FileMetaData) {
    this.#buffer = buffer;
    this.#metadata = metadata;
  }

  /**
   * Reads a file's end.
   * @throws Error when it is not a whole file of this table, or of a later version of it: columns would be lost
   */
  static async open(table: LakeTable, buffer: AsyncBuffer): Promise<LakeFileReader> {
    const metadata = await parquetMetadataAsync(buffer);
    const said = new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value]));
    const version = Number(said.get(VERSION_METADATA_KEY));
    if (said.get(TABLE_METADATA_KEY) !== table.name) throw new Error(`It is not a file of ${table.name}.`);
    if (!(version <= table.version)) {
      throw new Error(`It has version ${version} of ${table.name}; this runtime knows ${table.version}.`);
    }
    return new LakeFileReader(buffer, metadata);
  }

  get rows(): number {
    return Number(this.#metadata.num_rows);
  }

  get rowGroups(): LakeRowGroup[] {
    return this.#metadata.row_groups.map(({ num_rows: rows, columns }) => ({
      rows: Number(rows),
      items: Number(
        columns.find(({ meta_data: chunk }) => chunk?.path_in_schema[0] === "items")?.meta_data?.num_values ?? 0,
      ),
    }));
  }

  /**
   * A column's cells in one row group. A column that was added to the table later is null there, or an empty list.
   * @throws Error when it has other than as many cells as the row group has rows
   */
  async readColumn(column: LakeColumn, group: number): Promise<ParquetLakeCell[]> {
    const groups = this.#metadata.row_groups;
    const rowGroup = groups[group];
    if (rowGroup === undefined) throw new Error(`There is no row group ${group}.`);
    const rows = Number(rowGroup.num_rows);
    if (!rowGroup.columns.some(({ meta_data: chunk }) => chunk?.path_in_schema[0] === column.name)) {
      return Array.from({ length: rows }, () => (column.type === "items" ? [] : null));
    }
    const rowStart = groups.slice(0, group).reduce((sum, { num_rows: before }) => sum + Number(before), 0);
    const chunks: { start: number; cells: ArrayLike<unknown> }[] = [];
    await parquetRead({
      file: this.#buffer,
      metadata: this.#metadata,
      compressors,
      columns: [column.name],
      rowStart,
      rowEnd: rowStart + rows,
      onChunk: ({ columnData, rowStart: start }) => chunks.push({ start, cells: columnData }),
    });
    chunks.sort((left, right) => left.start - right.start);
    const cells = chunks.flatMap((chunk) => Array.from(chunk.cells)) as ParquetLakeCell[];
    if (cells.length !== rows) throw new Error(`${column.name} has ${cells.length} cells for ${rows} rows.`);
    return cells;
  }
}
