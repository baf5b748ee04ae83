import { hash64 } from "../hash.ts";
import type { ListedFile } from "./hour-listing.ts";
import { LARGE_FILE_SOURCE_BYTES_MAX, LARGE_FILE_SOURCES_MAX } from "./limits.ts";

/** How an hour's files become large ones. */
export interface HourPlan {
  /** Names the plan in the large files' keys: the same sources, cut the same way, give the same name. */
  readonly id: string;
  /** Names of the files that go into each large file. */
  readonly parts: readonly (readonly string[])[];
}

/** The bounds of one large file, in bytes and number of its sources. */
export interface PlanBounds {
  readonly bytes: number;
  readonly sources: number;
}
const BOUNDS: PlanBounds = { bytes: LARGE_FILE_SOURCE_BYTES_MAX, sources: LARGE_FILE_SOURCES_MAX };

/** Cuts an hour's files, in the order of their names, into large files within the bounds. */
export function planHour(sources: readonly ListedFile[], bounds: PlanBounds = BOUNDS): HourPlan {
  const sorted = sources.toSorted((left, right) => (left.file < right.file ? -1 : 1));
  const parts: string[][] = [];
  let part: string[] = [];
  let bytes = 0;
  for (const source of sorted) {
    if (part.length > 0 && (bytes + source.bytes > bounds.bytes || part.length === bounds.sources)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(source.file);
    bytes += source.bytes;
  }
  if (part.length > 0) parts.push(part);
  return { id: hash64(JSON.stringify([parts, sorted.map(({ etag }) => etag)])), parts };
}
