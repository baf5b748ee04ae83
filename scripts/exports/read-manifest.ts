import { z } from "zod";

import {
  EXPORT_LATEST_KEY,
  EXPORT_MANIFEST_FILE,
  EXPORT_MANIFEST_FORMAT,
  type ExportManifest,
  exportManifestSchema,
  latestExportSchema,
} from "../../domain/exports/manifest.ts";
import { CommandError } from "../command.ts";
import { type ExportsBucket, readObject } from "./bucket.ts";

const formatSchema = z.object({ format: z.number() });

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** The newest complete export's id. @throws CommandError when there is none yet */
export async function newestExportId(bucket: ExportsBucket): Promise<string> {
  const bytes = await readObject(bucket, EXPORT_LATEST_KEY);
  if (bytes === null) throw new CommandError("There is no export yet: make one with `endcap exports create`.");
  const latest = latestExportSchema.safeParse(parseJson(bytes));
  if (latest.success) return latest.data.id;
  throw new CommandError(`${EXPORT_LATEST_KEY} cannot be understood. Name the export with --id.`);
}

/** What a manifest of another format means for whoever wants its files. */
function otherFormat(id: string, format: number): CommandError {
  return new CommandError(
    format < EXPORT_MANIFEST_FORMAT
      ? `Export ${id} was made by an older version (its manifest has format ${format}, this version reads ` +
          `${EXPORT_MANIFEST_FORMAT}). Make a new one with \`endcap exports create\`.`
      : `Export ${id} was made by a newer version (its manifest has format ${format}, this version reads ` +
          `${EXPORT_MANIFEST_FORMAT}). Bring this checkout up to date.`,
  );
}

/**
 * Reads an export's manifest.
 * @returns it, and the bytes that it is stored as
 * @throws CommandError when there is no such export, or this version cannot read it
 */
export async function readManifest(
  bucket: ExportsBucket,
  id: string,
): Promise<{ manifest: ExportManifest; bytes: Uint8Array }> {
  const bytes = await readObject(bucket, `${id}/${EXPORT_MANIFEST_FILE}`);
  if (bytes === null) {
    throw new CommandError(
      `There is no complete export ${id} in the bucket ${bucket.bucket}: \`endcap exports list\` shows those that there are.`,
    );
  }
  const json = parseJson(bytes);
  const stated = formatSchema.safeParse(json);
  if (stated.success && stated.data.format !== EXPORT_MANIFEST_FORMAT) throw otherFormat(id, stated.data.format);
  const manifest = exportManifestSchema.safeParse(json);
  if (manifest.success && manifest.data.id === id) return { manifest: manifest.data, bytes };
  throw new CommandError(`The manifest of export ${id} is damaged. Make a new export with \`endcap exports create\`.`);
}
