import { z } from "zod";

import {
  EXPORT_ID_PATTERN,
  EXPORT_MANIFEST_FILE,
  EXPORT_MANIFEST_FORMAT,
  type ExportManifest,
  exportManifestSchema,
} from "../../../domain/exports/manifest.ts";
import { type ExportRecord, readExport } from "../../../platform/d1/export-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { ApiError } from "../errors.ts";

/** A manifest, and the bytes that it is stored as. */
export interface StoredManifest {
  readonly manifest: ExportManifest;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const formatSchema = z.object({ format: z.number() });

/** An export's row. @throws ApiError 404 */
export async function findExport(env: RuntimeEnv, id: string): Promise<ExportRecord> {
  const record = EXPORT_ID_PATTERN.test(id) ? await readExport(env.DB, id) : null;
  if (record === null) throw new ApiError("not_found", "There is no export of that id. List them: GET /v1/exports.");
  return record;
}

/** The refusal for an export whose files there are not, or not yet. */
export function withoutFiles(state: Exclude<ExportRecord["state"], "complete">): ApiError {
  const messages = {
    running: "This export is running: its files are given once its `state` is complete.",
    failed: "This export failed: GET /v1/exports/:id says why. It has no files.",
    removed: "This export was removed, its files are gone. Take a newer one (GET /v1/exports), or make one.",
  } as const satisfies Record<typeof state, string>;
  return new ApiError("not_found", messages[state]);
}

/**
 * A complete export's manifest.
 * @returns null for an export of an older format, which this version does not give out
 * @throws ApiError 404 when it is gone, Error when what is stored is no manifest
 */
export async function readStoredManifest(bucket: R2Bucket, id: string): Promise<StoredManifest | null> {
  const object = await bucket.get(`${id}/${EXPORT_MANIFEST_FILE}`);
  // Removed since its row was read.
  if (object === null) throw withoutFiles("removed");
  const bytes = new Uint8Array(await object.arrayBuffer());
  const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const stated = formatSchema.safeParse(json);
  if (stated.success && stated.data.format < EXPORT_MANIFEST_FORMAT) return null;
  return { manifest: exportManifestSchema.parse(json), bytes };
}
