import { z } from "zod";

import {
  EXPORT_ID_PATTERN,
  EXPORT_LATEST_KEY,
  EXPORT_MANIFEST_FILE,
  EXPORT_MANIFEST_FORMAT,
  type ExportManifest,
  exportManifestSchema,
  latestExportSchema,
} from "../../domain/exports/manifest.ts";

const LATEST_ATTEMPTS_MAX = 10;
const formatSchema = z.object({ format: z.number() });

/** Puts the manifest: from here on the export can be read by its id. */
export async function putExportManifest(bucket: R2Bucket, manifest: ExportManifest): Promise<void> {
  const body = JSON.stringify(exportManifestSchema.parse(manifest), null, 2);
  await bucket.put(`${manifest.id}/${EXPORT_MANIFEST_FILE}`, body, {
    httpMetadata: { contentType: "application/json" },
  });
}

/** The export that `latest.json` names; null before the first. */
export async function readLatestId(bucket: R2Bucket): Promise<string | null> {
  const object = await bucket.get(EXPORT_LATEST_KEY);
  return object === null ? null : latestExportSchema.parse(await object.json()).id;
}

/** Ids of the exports of which any file is there, whatever has become of them. */
export async function exportsWithFiles(bucket: R2Bucket): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page: R2Objects = await bucket.list({ delimiter: "/", ...(cursor === undefined ? {} : { cursor }) });
    const folders = page.delimitedPrefixes.map((prefix) => prefix.slice(0, -1));
    ids.push(...folders.filter((folder) => EXPORT_ID_PATTERN.test(folder)));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return ids;
}

/**
 * Removes an export's files, its manifest first: what has no manifest is no export.
 * @param kept files that stay, relative to the export's folder
 */
export async function removeExportFiles(
  bucket: R2Bucket,
  id: string,
  kept: ReadonlySet<string> | null = null,
): Promise<void> {
  if (kept === null) await bucket.delete(`${id}/${EXPORT_MANIFEST_FILE}`);
  let cursor: string | undefined;
  do {
    const page: R2Objects = await bucket.list({ prefix: `${id}/`, ...(cursor === undefined ? {} : { cursor }) });
    const keys = page.objects.map(({ key }) => key).filter((key) => kept?.has(key.slice(id.length + 1)) !== true);
    // R2 deletes as many at once as it lists.
    if (keys.length > 0) await bucket.delete(keys);
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}

/**
 * An export's manifest, or null while it has none, and for one of an earlier format.
 * @throws Error when what is stored is not a manifest
 */
export async function readExportManifest(bucket: R2Bucket, id: string): Promise<ExportManifest | null> {
  const object = await bucket.get(`${id}/${EXPORT_MANIFEST_FILE}`);
  if (object === null) return null;
  const stored: unknown = await object.json();
  const { format } = formatSchema.parse(stored);
  return format < EXPORT_MANIFEST_FORMAT ? null : exportManifestSchema.parse(stored);
}

/**
 * Points `latest.json` at an export, unless a newer one is there already (two may run at once, and the older may end
 * last). @throws Error when {@link LATEST_ATTEMPTS_MAX} races in a row were lost
 */
export async function pointLatestAt(bucket: R2Bucket, manifest: ExportManifest): Promise<void> {
  for (let attempt = 0; attempt < LATEST_ATTEMPTS_MAX; attempt++) {
    const present = await bucket.get(EXPORT_LATEST_KEY);
    // Ids sort by age.
    if (present !== null && latestExportSchema.parse(await present.json()).id >= manifest.id) return;
    const put = await bucket.put(
      EXPORT_LATEST_KEY,
      JSON.stringify({ id: manifest.id, created_at: manifest.created_at }),
      {
        onlyIf: present === null ? { etagDoesNotMatch: "*" } : { etagMatches: present.etag },
        httpMetadata: { contentType: "application/json" },
      },
    );
    if (put !== null) return;
  }
  throw new Error(`${EXPORT_LATEST_KEY} changed under us ${LATEST_ATTEMPTS_MAX} times in a row.`);
}
