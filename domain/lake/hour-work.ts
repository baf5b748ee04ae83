import type { ListedFile } from "./hour-listing.ts";
import { GRACE_MILLISECONDS } from "./limits.ts";
import type { LakeMarker } from "./marker.ts";

/** What an hour needs. */
export type HourWork =
  /** `sources` become large files, with those that an earlier marker names when a small file came late. */
  | { readonly kind: "compact"; readonly sources: readonly ListedFile[] }
  /** No reader can still be at `files`. */
  | { readonly kind: "sweep"; readonly files: readonly string[] }
  /** Something is superseded, but readers may still be at it. */
  | { readonly kind: "wait" }
  /** Nothing but what readers read. */
  | { readonly kind: "nothing" };

/**
 * What a closed hour needs, by what is in its folder.
 * @param marker the content of `_compacted.json` if it is there
 * @param now milliseconds since 1970 UTC
 */
export function hourWork(listing: readonly ListedFile[], marker: LakeMarker | null, now: number): HourWork {
  const small = listing.filter(({ kind }) => kind === "small");
  if (marker === null) return small.length === 0 ? { kind: "nothing" } : { kind: "compact", sources: small };

  const taken = new Map(marker.sources.map(({ file, etag }) => [file, etag]));
  const late = small.filter(({ file, etag }) => taken.get(file) !== etag);
  const named = new Set(marker.files.map(({ file }) => file));
  if (late.length > 0) {
    return { kind: "compact", sources: [...listing.filter(({ file }) => named.has(file)), ...late] };
  }
  const superseded = listing.filter(({ file, kind }) => kind !== "marker" && !named.has(file));
  if (superseded.length === 0) return { kind: "nothing" };
  const until = now - GRACE_MILLISECONDS;
  if (Date.parse(marker.compacted_at) > until) return { kind: "wait" };
  // A large file that no marker names may be of a run that is about to put its marker: it goes by its own age too.
  const over = superseded.filter(({ kind, uploadedAt }) => kind === "small" || uploadedAt <= until);
  return over.length === 0 ? { kind: "wait" } : { kind: "sweep", files: over.map(({ file }) => file) };
}
