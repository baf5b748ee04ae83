import { csvLine } from "../../../domain/exports/csv.ts";
import { EXPORT_TABLE_VERSIONS } from "../../../domain/exports/columns.ts";
import { type ExportColumn, type ExportPart, type ExportTable, partFile } from "../../../domain/exports/manifest.ts";
import type { FileTable } from "../../../domain/lake/lake-table.ts";
import { LakeFileWriter } from "../../../platform/parquet/lake-file-writer.ts";
import { LargeFileUpload } from "../../../platform/r2/large-file-upload.ts";

/** A cell as a file is given it: whole numbers and times (milliseconds since 1970 UTC) are bigints. */
export type ExportCell = string | number | bigint | boolean | null;
/** A column's cells of the row group that is being written. */
export type CellsOf = (column: ExportColumn) => ExportCell[];

/** A part that was put, in each of its forms. */
export interface WrittenFiles {
  readonly part: ExportPart;
  readonly csv: ExportPart | null;
}

/** Lines of CSV that are put together before they are handed on. */
const CSV_CHUNK_LINES = 4_096;

class CsvFile {
  readonly #upload: LargeFileUpload;
  readonly #columns: readonly ExportColumn[];
  readonly #encoder = new TextEncoder();
  #begun = false;

  constructor(upload: LargeFileUpload, columns: readonly ExportColumn[]) {
    this.#upload = upload;
    this.#columns = columns;
  }

  async writeGroup(rows: number, cellsOf: CellsOf): Promise<void> {
    await this.#begin();
    const cells = this.#columns.map((column) => {
      const own = cellsOf(column);
      if (column.type !== "timestamp") return own;
      return own.map((cell) => (typeof cell === "bigint" ? new Date(Number(cell)).toISOString() : cell));
    });
    for (let first = 0; first < rows; first += CSV_CHUNK_LINES) {
      const lines: string[] = [];
      for (let row = first; row < Math.min(rows, first + CSV_CHUNK_LINES); row++) {
        lines.push(csvLine(cells.map((own) => own[row] ?? null)));
      }
      await this.#upload.write(new Uint8Array(this.#encoder.encode(lines.join(""))));
    }
  }

  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.#begin();
    return this.#upload.finish();
  }

  async #begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    await this.#upload.write(new Uint8Array(this.#encoder.encode(csvLine(this.#columns.map(({ name }) => name)))));
  }
}

/** One part of a table, written row group by row group; the same cells give the same bytes. */
export class PartFile {
  readonly #table: ExportTable;
  readonly #number: number;
  readonly #upload: LargeFileUpload;
  readonly #parquet: LakeFileWriter;
  readonly #csv: CsvFile | null;

  constructor(
    target: { readonly bucket: R2Bucket; readonly id: string; readonly csv: boolean },
    table: ExportTable,
    columns: readonly ExportColumn[],
    number: number,
  ) {
    this.#table = table;
    this.#number = number;
    const keyOf = (format: "parquet" | "csv"): string => `${target.id}/${partFile(table, number, format)}`;
    this.#upload = new LargeFileUpload(target.bucket, keyOf("parquet"));
    const file: FileTable = { name: table, version: EXPORT_TABLE_VERSIONS[table], columns };
    this.#parquet = new LakeFileWriter(file, (bytes) => this.#upload.write(bytes));
    this.#csv = target.csv
      ? new CsvFile(new LargeFileUpload(target.bucket, keyOf("csv"), "text/csv; charset=utf-8"), columns)
      : null;
  }

  get rows(): number {
    return this.#parquet.rows;
  }

  /** Writes a row group. @param rows nothing happens for 0 */
  async writeGroup(rows: number, cellsOf: CellsOf): Promise<void> {
    if (rows === 0) return;
    await this.#parquet.writeGroup(rows, (column) => Promise.resolve(cellsOf(column as ExportColumn)));
    await this.#csv?.writeGroup(rows, cellsOf);
  }

  /** Ends the file: it is there from now on. */
  async finish(): Promise<WrittenFiles> {
    const { rows } = this;
    await this.#parquet.finish();
    const part = { file: partFile(this.#table, this.#number), rows, ...(await this.#upload.finish()) };
    if (this.#csv === null) return { part, csv: null };
    return { part, csv: { file: partFile(this.#table, this.#number, "csv"), rows, ...(await this.#csv.finish()) } };
  }
}
