import type { PersonMatcher } from "../../../domain/erasure/person.ts";
import { PERSONAL_COLUMNS } from "../../../domain/erasure/lake-columns.ts";
import type { ParquetLakeCell } from "../../../platform/parquet/lake-cells.ts";
import type { LakeFileReader } from "../../../platform/parquet/lake-file-reader.ts";
import { columnNamed } from "../compaction/find-repeats.ts";
import type { LakeHourPlace } from "../compaction/source-files.ts";

/** Which rows of a row group are an erased person's, by their places. */
export interface PersonalRows {
  /** Rows of what the person did. */
  readonly theirs: ReadonlySet<number>;
  /** Rows of somebody else that name a browser which was the person's then. */
  readonly naming: ReadonlySet<number>;
}

const NONE: PersonalRows = { theirs: new Set(), naming: new Set() };

function isAmong(pseudonyms: ReadonlySet<string>, cell: ParquetLakeCell): boolean {
  return typeof cell === "string" && pseudonyms.has(cell);
}

/** Finds an erased person's rows in a row group. Where none of their pseudonyms is, one or two columns were read. */
export async function personalRows(
  place: LakeHourPlace,
  file: LakeFileReader,
  group: number,
  person: PersonMatcher,
): Promise<PersonalRows> {
  const { shopper, times, alias } = PERSONAL_COLUMNS[place.traits.table.name];
  const read = (name: string): Promise<ParquetLakeCell[]> => file.readColumn(columnNamed(place, name), group);
  const { pseudonyms } = person;
  const shoppers = await read(shopper);
  const aliases = alias === null ? [] : await read(alias);
  const named = (cell: ParquetLakeCell): boolean => isAmong(pseudonyms, cell);
  if (!shoppers.some(named) && !aliases.some(named)) return NONE;
  const timeCells: ParquetLakeCell[][] = [];
  for (const name of times) timeCells.push(await read(name));
  const theirs = new Set<number>();
  const naming = new Set<number>();
  for (const [row, cell] of shoppers.entries()) {
    const at = timeCells.map((cells) => Number(cells[row]));
    if (person.isTheirs(cell, at)) theirs.add(row);
    else if (person.isTheirs(aliases[row], at)) naming.add(row);
  }
  return { theirs, naming };
}

/** Whether a file holds a row of an erased person, or one that names them. */
export async function holdsPerson(place: LakeHourPlace, file: LakeFileReader, person: PersonMatcher): Promise<boolean> {
  for (const group of file.rowGroups.keys()) {
    const { theirs, naming } = await personalRows(place, file, group, person);
    if (theirs.size > 0 || naming.size > 0) return true;
  }
  return false;
}
