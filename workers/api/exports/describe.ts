import { type ExportPart, filesOf } from "../../../domain/exports/manifest.ts";
import type { ExportManifest } from "../../../domain/exports/manifest.ts";
import type { ExportRecord } from "../../../platform/d1/export-store.ts";
import type { PathSigner } from "../../../platform/signed-path.ts";
import { isoTime } from "../list.ts";
import { filePath, signedUrl } from "./signed-urls.ts";

/** A file of an export, and where to get it; `url` is null for a caller who may not read it. */
type DescribedFile = ExportPart & { readonly url: string | null };

/** An export as lists show it. */
export function describeExport(record: ExportRecord): object {
  return {
    id: record.exportId,
    state: record.state,
    trigger: record.trigger,
    // What was asked for, until it is complete and read.
    as_of: isoTime(record.asOf ?? record.params.asOf),
    rows: record.rows,
    bytes: record.bytes,
    user_ids: record.params.userIds,
    started_at: isoTime(record.startedAt),
    finished_at: isoTime(record.finishedAt),
    error: record.error,
  };
}

/**
 * Every file of an export, each with a URL that needs no key.
 * @param signer null for a caller who may not read the files, or while nothing can be signed
 * @param now milliseconds since 1970 UTC
 */
export async function describeFiles(
  manifest: ExportManifest,
  signer: PathSigner | null,
  origin: string,
  now: number,
): Promise<DescribedFile[]> {
  return Promise.all(
    filesOf(manifest).map(async (part) => ({
      ...part,
      url: signer === null ? null : await signedUrl(signer, origin, filePath(manifest.id, part.file), now),
    })),
  );
}
