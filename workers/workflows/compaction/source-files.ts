import type { ListedFile } from "../../../domain/lake/hour-listing.ts";
import { hourFolder } from "../../../domain/lake/lake-keys.ts";
import type { LakeTableTraits } from "../../../domain/lake/tables.ts";
import { messageOf } from "../../../platform/logger.ts";
import { LakeFileReader } from "../../../platform/parquet/lake-file-reader.ts";
import { ChangedObjectError, openLakeObject } from "../../../platform/r2/lake-store.ts";
import { CompactionRefusal } from "./refusal.ts";

/** Files fetched at once: a Worker has six connections. */
const FETCHED_AT_ONCE = 4;

/** An hour of a table, and where it lies. */
export interface LakeHourPlace {
  readonly bucket: R2Bucket;
  readonly traits: LakeTableTraits;
  /** Beginning of the hour of ingest, milliseconds since 1970 UTC. */
  readonly hourMs: number;
}

async function openSource({ bucket, traits, hourMs }: LakeHourPlace, source: ListedFile): Promise<LakeFileReader> {
  const key = hourFolder(traits.table.name, hourMs) + source.file;
  try {
    const buffer = await openLakeObject(bucket, key, source);
    return await LakeFileReader.open(traits.table, buffer).catch((error: unknown) => {
      // What R2 gave is what there is: it would be the same next time.
      throw new CompactionRefusal(messageOf(error));
    });
  } catch (error) {
    if (error instanceof ChangedObjectError || error instanceof CompactionRefusal) {
      throw new CompactionRefusal(`${key}: ${error.message}`);
    }
    throw error;
  }
}

/**
 * Opens files one after another, some ahead.
 * @throws CompactionRefusal when one is changed, damaged, or of a later version of the table
 */
export async function* openSources(
  place: LakeHourPlace,
  sources: readonly ListedFile[],
): AsyncGenerator<LakeFileReader> {
  for (let from = 0; from < sources.length; from += FETCHED_AT_ONCE) {
    yield* await Promise.all(sources.slice(from, from + FETCHED_AT_ONCE).map((source) => openSource(place, source)));
  }
}
