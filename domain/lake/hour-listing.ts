import type { LakeKey } from "./lake-keys.ts";
import type { LakeMarker } from "./marker.ts";

/** An object of an hour's folder. */
export interface ListedFile {
  readonly file: string;
  readonly kind: LakeKey["kind"];
  readonly bytes: number;
  readonly etag: string;
  /** Milliseconds since 1970 UTC. */
  readonly uploadedAt: number;
}

/**
 * The rule for readers: what one listing of an hour's folder says is to be read. With a marker, the files that it
 * names; without one, every small file. Never a large file that no marker names: compaction may be at work on it.
 * @param marker the content of `_compacted.json` if it is in the listing, else null
 */
export function filesToRead(listing: readonly ListedFile[], marker: LakeMarker | null): string[] {
  if (marker !== null) return marker.files.map(({ file }) => file);
  return listing.filter(({ kind }) => kind === "small").map(({ file }) => file);
}
