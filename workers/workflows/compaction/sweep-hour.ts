import { hourWork } from "../../../domain/lake/hour-work.ts";
import { deleteHourFiles, readHour } from "../../../platform/r2/lake-store.ts";
import type { LakeHourPlace } from "./source-files.ts";

/** What is left of an hour after a sweep. */
export interface SweptHour {
  readonly deleted: number;
  /** True when nothing is there but what readers read. */
  readonly isClean: boolean;
  readonly rows: number;
  readonly sources: number;
  readonly largeFiles: number;
}

/**
 * Deletes what an hour's marker supersedes, once no reader can still be at it. Looks anew first: what came since
 * somebody said that the hour can be swept stays.
 * @param now milliseconds since 1970 UTC
 */
export async function sweepHour({ bucket, traits, hourMs }: LakeHourPlace, now: number): Promise<SweptHour> {
  const { listing, marker } = await readHour(bucket, traits.table.name, hourMs);
  const work = hourWork(listing, marker?.content ?? null, now);
  const files = work.kind === "sweep" ? work.files : [];
  await deleteHourFiles(bucket, traits.table.name, hourMs, files);
  const { rows = 0, sources = [], files: large = [] } = marker?.content ?? {};
  const left = listing.length - files.length;
  return {
    deleted: files.length,
    isClean: marker !== null && left === large.length + 1,
    rows,
    sources: sources.length,
    largeFiles: large.length,
  };
}
