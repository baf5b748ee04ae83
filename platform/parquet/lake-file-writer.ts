import { ByteWriter, ParquetWriter } from "hyparquet-writer";

import type { FileTable, LakeColumn } from "../../domain/lake/lake-table.ts";
import { CREATED_BY, lakeMetadata } from "./encode-lake-file.ts";
import { detachBounds, encodedTexts } from "./encoded-texts.ts";
import type { ParquetLakeCell } from "./lake-cells.ts";
import { lakeSchema } from "./lake-schema.ts";

/**
 * Writes a file of the lake or of an export row group by row group, and each of them column by column: in memory is one column of one
 * row group, whatever the file comes to. The same cells give the same bytes.
 */
export class LakeFileWriter {
  readonly #table: FileTable;
  readonly #sink: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly #bytes = new ByteWriter();
  readonly #parquet: ParquetWriter;
  #rows = 0;

  /** @param sink takes the file's bytes, in order; the next are made when it has ended */
  constructor(table: FileTable, sink: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>) {
    this.#table = table;
    this.#sink = sink;
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: lakeSchema(table),
      createdBy: CREATED_BY,
      kvMetadata: lakeMetadata(table),
    });
  }

  /** Rows written so far. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Writes a row group.
   * @param rows at least 1
   * @param cellsOf a column's cells, `rows` of them, as the decoder gives them
   * @throws Error when a column has another number of cells
   */
  async writeGroup(rows: number, cellsOf: (column: LakeColumn) => Promise<ParquetLakeCell[]>): Promise<void> {
    const { row_groups: groups } = this.#parquet;
    const before = groups.length;
    for (const column of this.#table.columns) {
      const data = await cellsOf(column);
      if (data.length !== rows) throw new Error(`${column.name} has ${data.length} cells for ${rows} rows.`);
      const isText = column.type === "string" || column.type === "json";
      const columnData = [{ name: column.name, data: isText ? encodedTexts(data) : data }];
      await this.#parquet.write({ columnData, rowGroupSize: rows });
      detachBounds(groups.at(-1)?.columns[0]?.meta_data?.statistics);
      await this.#drain();
    }
    // The library takes a row group's columns at once, which would have to be in memory together. Given one by one,
    // each became a row group of its own, next to each other in the file: named as one, they are one.
    const written = groups.splice(before);
    groups.push({
      columns: written.flatMap(({ columns }) => columns),
      num_rows: BigInt(rows),
      total_byte_size: written.reduce((sum, group) => sum + group.total_byte_size, 0n),
      total_compressed_size: written.reduce((sum, group) => sum + (group.total_compressed_size ?? 0n), 0n),
    });
    this.#rows += rows;
    this.#parquet.num_rows = BigInt(this.#rows);
  }

  /** Writes the end of the file. */
  async finish(): Promise<void> {
    await this.#parquet.finish();
    await this.#drain();
  }

  async #drain(): Promise<void> {
    const bytes = new Uint8Array(this.#bytes.getBuffer());
    // `offset` goes on counting: it is the place in the file.
    this.#bytes.index = 0;
    await this.#sink(bytes);
  }
}
