import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import {
  EXPORT_LATEST_KEY,
  EXPORT_MANIFEST_FILE,
  EXPORT_TABLES,
  type ExportManifest,
  exportManifestSchema,
  type ExportPart,
  type ExportTable,
  latestExportSchema,
} from "../../domain/exports/manifest.ts";
import { CommandError } from "../command.ts";
import { type ExportsBucket, readObject } from "./bucket.ts";

/** What to fetch, and where to. */
export interface PullRequest {
  /** Null = the newest complete export. */
  readonly id: string | null;
  /** The export lands in a folder of its id in here. */
  readonly out: string;
  /** Null = every table. */
  readonly table: ExportTable | null;
}

/** Told after each file, in bytes. */
export type PullProgress = (done: number, total: number, file: string) => void;

function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

async function newestId(bucket: ExportsBucket): Promise<string> {
  const latest = await readObject(bucket, EXPORT_LATEST_KEY);
  if (latest === null) throw new CommandError("There is no export yet: make one with `endcap exports create`.");
  return latestExportSchema.parse(parseJson(latest)).id;
}

function matches(bytes: Uint8Array, part: ExportPart): boolean {
  return createHash("sha256").update(bytes).digest("hex") === part.sha256;
}

async function isThere(path: string, part: ExportPart): Promise<boolean> {
  try {
    return matches(await readFile(path), part);
  } catch {
    // Not there, or not readable: it is fetched.
    return false;
  }
}

async function fetchPart(bucket: ExportsBucket, id: string, folder: string, part: ExportPart): Promise<void> {
  const path = join(folder, part.file);
  if (await isThere(path, part)) return;
  const bytes = await readObject(bucket, `${id}/${part.file}`);
  if (bytes === null) throw new CommandError(`${part.file} of export ${id} is gone from the bucket.`);
  if (!matches(bytes, part)) {
    throw new CommandError(`${part.file} is not what the manifest says (its SHA-256 differs): pull again.`);
  }
  await mkdir(dirname(path), { recursive: true });
  // Renamed into place, so that a file of the final name is always whole.
  await writeFile(`${path}.partial`, bytes);
  await rename(`${path}.partial`, path);
}

/**
 * Fetches an export as `<out>/<id>/<table>/part-*.parquet` and `<out>/<id>/manifest.json`, every file checked against
 * the manifest. What is there already is not fetched again.
 * @throws CommandError when there is no such export or a file is damaged
 */
export async function pullExport(
  bucket: ExportsBucket,
  request: PullRequest,
  onProgress: PullProgress = () => undefined,
): Promise<{ id: string; folder: string; manifest: ExportManifest }> {
  const id = request.id ?? (await newestId(bucket));
  const bytes = await readObject(bucket, `${id}/${EXPORT_MANIFEST_FILE}`);
  if (bytes === null) {
    throw new CommandError(`There is no complete export ${id}: \`endcap exports list\` shows those that there are.`);
  }
  const manifest = exportManifestSchema.parse(parseJson(bytes));
  const folder = join(request.out, id);
  const tables = request.table === null ? EXPORT_TABLES : [request.table];
  const parts = tables.flatMap((table) => manifest.tables[table].parts);
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  let done = 0;
  for (const part of parts) {
    await fetchPart(bucket, id, folder, part);
    done += part.bytes;
    onProgress(done, total, part.file);
  }
  // Last: whoever finds a manifest finds its files.
  await writeFile(join(folder, EXPORT_MANIFEST_FILE), bytes);
  return { id, folder, manifest };
}
