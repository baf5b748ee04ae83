import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  EXPORT_MANIFEST_FILE,
  EXPORT_TABLES,
  type ExportManifest,
  type ExportTable,
  filesOf,
} from "../../domain/exports/manifest.ts";
import type { ExportsBucket } from "./bucket.ts";
import { onDisk } from "./disk.ts";
import { fetchFile } from "./fetch-file.ts";
import { inParallel } from "./in-parallel.ts";
import { FILES_AT_ONCE, PATIENCE, type Patience } from "./limits.ts";
import { newestExportId, readManifest } from "./read-manifest.ts";

/** What to fetch, and where to. */
export interface PullRequest {
  /** Null = the newest complete export. */
  readonly id: string | null;
  /** The export lands in a folder of its id in here. */
  readonly out: string;
  /** The tables that `--table` names; null = every table. */
  readonly table: readonly ExportTable[] | null;
}

/** What a pull came to. */
export interface PulledExport {
  readonly id: string;
  readonly folder: string;
  readonly manifest: ExportManifest;
  readonly files: number;
  /** Of these, how many were not here already. */
  readonly fetched: number;
  /** Of all files. */
  readonly bytes: number;
}

/** Told as bytes arrive: those that are here, of all that are to be here. */
export type PullProgress = (done: number, total: number, file: string) => void;

async function writeManifest(folder: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, EXPORT_MANIFEST_FILE);
  // A name of its own, should another command put it there at the same moment.
  const draft = `${path}.${randomUUID()}.partial`;
  await onDisk(path, async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(draft, bytes);
    await rename(draft, path);
  });
}

/**
 * Fetches an export as `<out>/<id>/<table>/part-*.parquet` (and `.csv` where it has them), each file checked against the
 * manifest, and `<out>/<id>/manifest.json` last. What is here already is not fetched again; interrupted at any moment,
 * it goes on where it was when it is run again.
 * @throws CommandError that says what to do, e.g. when there is no such export, no network or no room
 */
export async function pullExport(
  bucket: ExportsBucket,
  request: PullRequest,
  onProgress: PullProgress = () => undefined,
  patience: Patience = PATIENCE,
): Promise<PulledExport> {
  const id = request.id ?? (await newestExportId(bucket));
  const { manifest, bytes: manifestBytes } = await readManifest(bucket, id);
  const folder = join(request.out, id);
  const parts = filesOf(manifest, request.table ?? EXPORT_TABLES);
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  let fetched = 0;
  await inParallel(parts, FILES_AT_ONCE, async (part, signal) => {
    let held = 0;
    const onBytes = (bytes: number): void => {
      done += bytes - held;
      held = bytes;
      onProgress(done, total, part.file);
    };
    const receipt = { bucket, key: `${id}/${part.file}`, path: join(folder, part.file), part, onBytes };
    if (await fetchFile(receipt, signal, patience)) fetched++;
  });
  // Last: whoever finds a manifest finds the files that were asked for.
  await writeManifest(folder, manifestBytes);
  return { id, folder, manifest, files: parts.length, fetched, bytes: total };
}
