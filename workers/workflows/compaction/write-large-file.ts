import { hash32 } from "../../../domain/hash.ts";
import type { ListedFile } from "../../../domain/lake/hour-listing.ts";
import { hourFolder } from "../../../domain/lake/lake-keys.ts";
import { ROW_GROUP_ITEMS_MAX } from "../../../domain/lake/limits.ts";
import type { LargeFile } from "../../../domain/lake/marker.ts";
import { ROW_GROUP_ROWS_MAX } from "../../../platform/parquet/encode-lake-file.ts";
import { cellText, type ParquetLakeCell } from "../../../platform/parquet/lake-cells.ts";
import { LakeFileReader } from "../../../platform/parquet/lake-file-reader.ts";
import { LakeFileWriter } from "../../../platform/parquet/lake-file-writer.ts";
import { LargeFileUpload } from "../../../platform/r2/large-file-upload.ts";
import { openLakeObject } from "../../../platform/r2/lake-store.ts";
import { columnNamed } from "./find-repeats.ts";
import { CompactionRefusal } from "./refusal.ts";
import type { RowFilter, SourceGroup } from "./row-filter.ts";
import { type LakeHourPlace, openSources } from "./source-files.ts";

/** What came of writing a large file. */
export interface WrittenFile {
  /** Null where no row went in: then there is no file. */
  readonly file: LargeFile | null;
  /** Rows of the sources. */
  readonly sourceRows: number;
  /** Of these, rows that belong in this file but were in it already. */
  readonly repeatedRows: number;
}

/** Far below 2⁵³, so that a sum of 32-bit hashes stays exact. */
const PROOF_MODULUS = 2 ** 50;

function addProof(proof: number, cell: ParquetLakeCell): number {
  return (proof + hash32(cellText(cell))) % PROOF_MODULUS;
}

/** Row groups in the order of the files, gathered until one more would be too much for one row group. */
async function* gather(
  files: AsyncIterable<LakeFileReader>,
  onFile: (rows: number) => void,
): AsyncGenerator<SourceGroup[]> {
  let gathered: SourceGroup[] = [];
  let rows = 0;
  let items = 0;
  for await (const file of files) {
    onFile(file.rows);
    for (const [group, size] of file.rowGroups.entries()) {
      if (gathered.length > 0 && (rows + size.rows > ROW_GROUP_ROWS_MAX || items + size.items > ROW_GROUP_ITEMS_MAX)) {
        yield gathered;
        gathered = [];
        rows = 0;
        items = 0;
      }
      gathered.push({ file, group, ...size });
      rows += size.rows;
      items += size.items;
    }
  }
  if (gathered.length > 0) yield gathered;
}

/** Cells of a column of the selected rows, in the order of their sources. */
async function selectedCells(
  place: LakeHourPlace,
  name: string,
  sources: readonly SourceGroup[],
  selections: readonly (readonly number[])[],
): Promise<ParquetLakeCell[]> {
  const column = columnNamed(place, name);
  const selected: ParquetLakeCell[] = [];
  for (const [position, { file, group }] of sources.entries()) {
    const cells = await file.readColumn(column, group);
    for (const row of selections[position] ?? []) selected.push(cells[row]);
  }
  return selected;
}

/** The places of the cells in ascending order; equal ones stay in theirs, so that the bytes are always the same. */
function sortedOrder(times: readonly ParquetLakeCell[]): Uint32Array {
  const numbers = Float64Array.from(times, Number);
  return Uint32Array.from(numbers.keys()).sort(
    (left, right) => (numbers[left] ?? 0) - (numbers[right] ?? 0) || left - right,
  );
}

/** Reads a file back as a reader would, and sums the hashes of its proof column. */
async function readProof(place: LakeHourPlace, key: string): Promise<{ rows: number; proof: number; bytes: number }> {
  const head = await place.bucket.head(key);
  if (head === null) throw new Error(`${key} is not there after it was put.`);
  const buffer = await openLakeObject(place.bucket, key, { bytes: head.size, etag: head.etag });
  const file = await LakeFileReader.open(place.traits.table, buffer);
  const column = columnNamed(place, place.traits.proofColumn);
  let proof = 0;
  let rows = 0;
  for (const group of file.rowGroups.keys()) {
    for (const cell of await file.readColumn(column, group)) {
      proof = addProof(proof, cell);
      rows++;
    }
  }
  return { rows, proof, bytes: head.size };
}

/**
 * Writes a large file from small ones, row group by row group, each sorted by time; then reads it back and compares.
 * Doing it again writes the same bytes.
 * @param name of the large file, within the hour's folder
 * @throws CompactionRefusal when a source is damaged, or what was read back is not what was written
 */
export async function writeLargeFile(
  place: LakeHourPlace,
  name: string,
  sources: readonly ListedFile[],
  filter: RowFilter,
): Promise<WrittenFile> {
  const { traits, bucket, hourMs } = place;
  const key = hourFolder(traits.table.name, hourMs) + name;
  const upload = new LargeFileUpload(bucket, key);
  const writer = new LakeFileWriter(traits.table, (bytes) => upload.write(bytes));
  let sourceRows = 0;
  let repeatedRows = 0;
  let proof = 0;
  for await (const group of gather(openSources(place, sources), (rows) => (sourceRows += rows))) {
    const selections: (readonly number[])[] = [];
    for (const source of group) {
      const { positions, repeated } = await filter.select(source);
      selections.push(positions);
      repeatedRows += repeated;
    }
    const order = sortedOrder(await selectedCells(place, traits.sortColumn, group, selections));
    if (order.length === 0) continue;
    await writer.writeGroup(order.length, async (column) => {
      const cells = await selectedCells(place, column.name, group, selections);
      if (column.name === traits.proofColumn) proof = cells.reduce(addProof, proof);
      return Array.from(order, (position) => cells[position]);
    });
  }
  if (writer.rows === 0) return { file: null, sourceRows, repeatedRows };
  await writer.finish();
  const { bytes, sha256 } = await upload.finish();

  const found = await readProof(place, key);
  if (found.rows !== writer.rows || found.proof !== proof || found.bytes !== bytes) {
    throw new CompactionRefusal(
      `${key} has ${found.rows} rows in ${found.bytes} bytes where ${writer.rows} in ${bytes} were written, or other values.`,
    );
  }
  return { file: { file: name, rows: writer.rows, bytes, sha256 }, sourceRows, repeatedRows };
}
