import { z } from "zod";

import { hash32 } from "../../../domain/hash.ts";
import type { ListedFile } from "../../../domain/lake/hour-listing.ts";
import { hourFolder, repeatsName } from "../../../domain/lake/lake-keys.ts";
import type { LakeColumn } from "../../../domain/lake/lake-table.ts";
import { REPEATS_PASS_BYTES } from "../../../domain/lake/limits.ts";
import { NumberSet } from "../../../domain/lake/number-set.ts";
import { cellText, type ParquetLakeCell } from "../../../platform/parquet/lake-cells.ts";
import { type LakeHourPlace, openSources } from "./source-files.ts";

const LOW_BITS = 21;
const repeatsSchema = z.array(z.number().int().nonnegative());

function noteKey({ traits, hourMs }: LakeHourPlace, planId: string): string {
  return hourFolder(traits.table.name, hourMs) + repeatsName(planId);
}

/** 53 bits of an id's hash. Two ids that share them are looked at more closely, and that is all. */
export function idHash(id: string): number {
  return hash32(id) * 2 ** LOW_BITS + (hash32(id, 1) >>> (32 - LOW_BITS));
}

/** The column by that name. @throws Error for a name that the table does not have */
export function columnNamed({ traits }: LakeHourPlace, name: string): LakeColumn {
  const column = traits.table.columns.find((one) => one.name === name);
  if (column === undefined) throw new Error(`${traits.table.name} has no column ${name}.`);
  return column;
}

/** Tells runs of rows with one id apart, and whether a row is in its run twice. */
class RunReader {
  #id: unknown;
  readonly #rows = new Set<string>();

  /** @returns what the row is to the run: its first, one of it, or one that it had */
  read(cells: readonly ParquetLakeCell[]): "first" | "further" | "again" {
    const [id, ...rest] = cells;
    const isFirst = id !== this.#id;
    if (isFirst) this.#rows.clear();
    this.#id = id;
    const key = rest.map(cellText).join("\n");
    if (this.#rows.has(key)) return "again";
    this.#rows.add(key);
    return isFirst ? "first" : "further";
  }
}

/**
 * Hashes of the ids that begin more than one run of rows, or have a row twice in one: what was delivered twice is among
 * them. An answer's rows stand together in a file, so that what is held in memory is an id per answer; and of those only
 * the share that belongs to a pass.
 */
async function repeatedIds(
  place: LakeHourPlace,
  sources: readonly ListedFile[],
  identity: readonly string[],
  passBytes: number,
): Promise<number[]> {
  const columns = identity.map((name) => columnNamed(place, name));
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
  const passes = Math.max(1, Math.ceil(bytes / passBytes));
  const repeated = new Set<number>();
  for (let pass = 0; pass < passes; pass++) {
    const seen = new NumberSet();
    for await (const file of openSources(place, sources)) {
      const run = new RunReader();
      for (const [group, { rows }] of file.rowGroups.entries()) {
        const cells: ParquetLakeCell[][] = [];
        for (const column of columns) cells.push(await file.readColumn(column, group));
        for (let row = 0; row < rows; row++) {
          const what = run.read(cells.map((column) => column[row]));
          if (what === "further") continue;
          const hash = idHash(cellText(cells[0]?.[row]));
          if (hash % passes === pass && (what === "again" || !seen.add(hash))) repeated.add(hash);
        }
      }
    }
  }
  return [...repeated].sort((left, right) => left - right);
}

/**
 * Finds what was delivered more than once in an hour, and notes it beside the hour's files (it may be more than a
 * workflow's step can hand on).
 * @param identity columns in which rows that are one agree; the first names what is delivered together
 * @param passBytes of files that are compared at once
 * @returns how many ids there are
 */
export async function findRepeats(
  place: LakeHourPlace,
  planId: string,
  sources: readonly ListedFile[],
  identity: readonly string[],
  passBytes: number = REPEATS_PASS_BYTES,
): Promise<number> {
  const repeated = await repeatedIds(place, sources, identity, passBytes);
  if (repeated.length > 0) {
    await place.bucket.put(noteKey(place, planId), JSON.stringify(repeated));
  }
  return repeated.length;
}

/** Forgets what {@link findRepeats} noted. */
export async function forgetRepeats(place: LakeHourPlace, planId: string): Promise<void> {
  await place.bucket.delete(noteKey(place, planId));
}

/**
 * What {@link findRepeats} noted, as hashes in ascending order.
 * @throws Error when nothing was
 */
export async function readRepeats(place: LakeHourPlace, planId: string): Promise<number[]> {
  const object = await place.bucket.get(noteKey(place, planId));
  if (object === null) throw new Error("The note of repeated ids is gone.");
  return repeatsSchema.parse(await object.json());
}
