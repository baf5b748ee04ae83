import { type ErasedCell, PERSONAL_COLUMNS } from "../../../domain/erasure/lake-columns.ts";
import type { PersonMatcher } from "../../../domain/erasure/person.ts";
import { hash32 } from "../../../domain/hash.ts";
import { hourFolder } from "../../../domain/lake/lake-keys.ts";
import type { LargeFile } from "../../../domain/lake/marker.ts";
import { cellText, type ParquetLakeCell } from "../../../platform/parquet/lake-cells.ts";
import { LakeFileReader } from "../../../platform/parquet/lake-file-reader.ts";
import { LakeFileWriter } from "../../../platform/parquet/lake-file-writer.ts";
import { LargeFileUpload } from "../../../platform/r2/large-file-upload.ts";
import { openLakeObject } from "../../../platform/r2/lake-store.ts";
import { columnNamed } from "../compaction/find-repeats.ts";
import { CompactionRefusal } from "../compaction/refusal.ts";
import type { LakeHourPlace } from "../compaction/source-files.ts";
import { holdsPerson, type PersonalRows, personalRows } from "./find-person.ts";

/** Far below 2⁵³, so that a sum of 32-bit hashes stays exact. */
const PROOF_MODULUS = 2 ** 50;
const ONE_OFF_BYTES = 16;

/** A file of the lake without the person, and how many of its rows were theirs. */
export interface RewrittenFile {
  readonly file: LargeFile;
  readonly rows: number;
}

/** A text of the form of a pseudonym that is nobody's. */
function oneOff(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(ONE_OFF_BYTES))).toString("hex");
}

function erasedCell(cell: ErasedCell): string | null {
  switch (cell.kind) {
    case "text":
      return cell.text;
    case "nothing":
      return null;
    case "one_off":
      return oneOff();
  }
}

function withoutPerson(
  cells: ParquetLakeCell[],
  { theirs, naming }: PersonalRows,
  erased: ErasedCell | undefined,
  isAlias: boolean,
): ParquetLakeCell[] {
  if (erased !== undefined) for (const row of theirs) cells[row] = erasedCell(erased);
  if (isAlias) for (const row of naming) cells[row] = null;
  return cells;
}

function addProof(proof: number, cell: ParquetLakeCell): number {
  return (proof + hash32(cellText(cell))) % PROOF_MODULUS;
}

/** Reads the file back as a reader would. @throws CompactionRefusal when it is not what was written */
async function verify(
  place: LakeHourPlace,
  key: string,
  written: { readonly rows: number; readonly proof: number; readonly bytes: number },
  person: PersonMatcher,
): Promise<void> {
  const head = await place.bucket.head(key);
  if (head === null) throw new Error(`${key} is not there after it was put.`);
  const buffer = await openLakeObject(place.bucket, key, { bytes: head.size, etag: head.etag });
  const file = await LakeFileReader.open(place.traits.table, buffer);
  const column = columnNamed(place, place.traits.proofColumn);
  let proof = 0;
  for (const group of file.rowGroups.keys()) proof = (await file.readColumn(column, group)).reduce(addProof, proof);
  const isSame = file.rows === written.rows && head.size === written.bytes && proof === written.proof;
  if (!isSame || (await holdsPerson(place, file, person))) {
    throw new CompactionRefusal(`${key} is not what was written without the person.`);
  }
}

/**
 * Writes a file anew without the person: as many rows, in the same order, with all that is counted. One column of one
 * row group is in memory; then the file is read back and compared.
 * @param name of the new file, within the hour's folder: one that no attempt before has used, since one-off texts are
 * never the same twice
 * @throws CompactionRefusal when what was read back is not what was written
 */
export async function rewriteFile(
  place: LakeHourPlace,
  source: LakeFileReader,
  name: string,
  person: PersonMatcher,
): Promise<RewrittenFile> {
  const { traits, bucket, hourMs } = place;
  const { erased, alias } = PERSONAL_COLUMNS[traits.table.name];
  const key = hourFolder(traits.table.name, hourMs) + name;
  const upload = new LargeFileUpload(bucket, key);
  const writer = new LakeFileWriter(traits.table, (bytes) => upload.write(bytes));
  let proof = 0;
  let rows = 0;
  for (const [group, size] of source.rowGroups.entries()) {
    if (size.rows === 0) continue;
    const found = await personalRows(place, source, group, person);
    rows += found.theirs.size;
    await writer.writeGroup(size.rows, async (column) => {
      const read = await source.readColumn(column, group);
      const cells = withoutPerson(read, found, erased[column.name], column.name === alias);
      if (column.name === traits.proofColumn) proof = cells.reduce(addProof, proof);
      return cells;
    });
  }
  await writer.finish();
  const { bytes, sha256 } = await upload.finish();
  await verify(place, key, { rows: writer.rows, proof, bytes }, person);
  return { file: { file: name, rows: writer.rows, bytes, sha256 }, rows };
}
