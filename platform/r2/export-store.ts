import {
  EXPORT_LATEST_KEY,
  EXPORT_MANIFEST_FILE,
  type ExportManifest,
  exportManifestSchema,
  type ExportPart,
  latestExportSchema,
} from "../../domain/exports/manifest.ts";

const LATEST_ATTEMPTS_MAX = 10;

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
}

/** Puts a part file; putting it again (a step that runs twice) writes the same object. */
export async function putExportPart(
  bucket: R2Bucket,
  id: string,
  file: string,
  bytes: Uint8Array<ArrayBuffer>,
  rows: number,
): Promise<ExportPart> {
  const sha256 = await sha256Hex(bytes);
  await bucket.put(`${id}/${file}`, bytes, {
    sha256,
    httpMetadata: { contentType: "application/vnd.apache.parquet" },
  });
  return { file, rows, bytes: bytes.byteLength, sha256 };
}

/** Puts the manifest: from here on the export can be read by its id. */
export async function putExportManifest(bucket: R2Bucket, manifest: ExportManifest): Promise<void> {
  const body = JSON.stringify(exportManifestSchema.parse(manifest), null, 2);
  await bucket.put(`${manifest.id}/${EXPORT_MANIFEST_FILE}`, body, {
    httpMetadata: { contentType: "application/json" },
  });
}

/** An export's manifest, or null while it has none. @throws Error when what is stored is not a manifest */
export async function readExportManifest(bucket: R2Bucket, id: string): Promise<ExportManifest | null> {
  const object = await bucket.get(`${id}/${EXPORT_MANIFEST_FILE}`);
  return object === null ? null : exportManifestSchema.parse(await object.json());
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
