import { NumberSet } from "../../../domain/lake/number-set.ts";
import { cellText, type ParquetLakeCell } from "../../../platform/parquet/lake-cells.ts";
import type { LakeFileReader } from "../../../platform/parquet/lake-file-reader.ts";
import { columnNamed, idHash } from "./find-repeats.ts";
import type { LakeHourPlace } from "./source-files.ts";

/** A row group of a source that waits to be written. */
export interface SourceGroup {
  readonly file: LakeFileReader;
  readonly group: number;
  readonly rows: number;
  readonly items: number;
}

/** Says which rows of a row group go into the file that is being written. */
export interface RowFilter {
  /** Positions of the rows that go in, ascending, and how many belong here but are there already. */
  select(source: SourceGroup): Promise<{ positions: number[]; repeated: number }>;
}

/** Every row. */
export const EVERY_ROW: RowFilter = {
  select: async ({ rows }) => ({ positions: Array.from({ length: rows }, (_, position) => position), repeated: 0 }),
};

function setOf(ids: readonly number[]): NumberSet {
  const set = new NumberSet();
  for (const id of ids) set.add(id);
  return set;
}

function isIn(set: NumberSet, id: ParquetLakeCell): boolean {
  return typeof id === "string" && set.has(idHash(id));
}

/** The rows whose ids came once. */
export function withoutRepeats(place: LakeHourPlace, idColumn: string, repeats: readonly number[]): RowFilter {
  const repeated = setOf(repeats);
  const column = columnNamed(place, idColumn);
  return {
    async select({ file, group }) {
      const ids = await file.readColumn(column, group);
      return { positions: [...ids.keys()].filter((position) => !isIn(repeated, ids[position])), repeated: 0 };
    },
  };
}

/**
 * The rows whose ids came more than once, each row once: those that agree in all columns of `identity` are one.
 * @param repeats the ids that belong to this file; what is kept in memory is their rows' identities
 * @param others what is done with the rows of all other ids
 */
export function repeatsOnce(
  place: LakeHourPlace,
  identity: readonly string[],
  repeats: readonly number[],
  others: "taken" | "left",
): RowFilter {
  const repeated = setOf(repeats);
  const columns = identity.map((name) => columnNamed(place, name));
  const seen = new Set<string>();
  return {
    async select({ file, group, rows }) {
      const cells: ParquetLakeCell[][] = [];
      for (const column of columns) cells.push(await file.readColumn(column, group));
      const positions: number[] = [];
      let again = 0;
      for (let row = 0; row < rows; row++) {
        if (!isIn(repeated, cells[0]?.[row])) {
          if (others === "taken") positions.push(row);
          continue;
        }
        const key = cells.map((column) => cellText(column[row])).join("\n");
        if (seen.has(key)) again++;
        else positions.push(row);
        seen.add(key);
      }
      return { positions, repeated: again };
    },
  };
}
