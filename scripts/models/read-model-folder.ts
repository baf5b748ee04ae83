import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import {
  ITEM_EMBEDDINGS_FILE,
  MANIFEST_FILE,
  MODEL_VERSION_PATTERN,
  manifestSchema,
  NEIGHBOURS_FILE,
  USER_EMBEDDINGS_FILE,
} from "../../domain/models/manifest.ts";
import { CommandError } from "../command.ts";

/** A model folder as it is to be uploaded. */
export interface ModelFolder {
  readonly version: string;
  /** By the name that each has in the bucket, in the order of the upload. */
  readonly files: ReadonlyMap<string, { readonly path: string; readonly sha256: string; readonly bytes: number }>;
  /** False for a folder of embeddings by id alone: the runtime makes its manifest. */
  readonly hasManifest: boolean;
}

/** Where the present pipeline puts its embeddings inside the folder that it exports. */
const EMBEDDINGS_FOLDER = "embeddings";
const CONTENT_VERSION_DIGITS = 8;

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function summarize(path: string): Promise<{ path: string; sha256: string; bytes: number }> {
  const content = await readFile(path);
  return { path, sha256: createHash("sha256").update(content).digest("hex"), bytes: content.byteLength };
}

async function readWithManifest(folder: string, version: string | undefined): Promise<ModelFolder> {
  const text = await readFile(join(folder, MANIFEST_FILE), "utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CommandError(`${join(folder, MANIFEST_FILE)} is not JSON.`);
  }
  const manifest = manifestSchema.safeParse(json);
  if (!manifest.success) {
    const problems = manifest.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new CommandError(`${join(folder, MANIFEST_FILE)} is not a manifest: ${problems.join("; ")}`);
  }
  if (version !== undefined && version !== manifest.data.version)
    throw new CommandError(`The manifest names the version "${manifest.data.version}": leave --version out.`);
  const files = new Map<string, Awaited<ReturnType<typeof summarize>>>();
  for (const [name, listed] of Object.entries(manifest.data.files)) {
    const path = join(folder, name);
    if (!(await exists(path))) throw new CommandError(`The manifest lists ${name}, which is not in ${folder}.`);
    const summary = await summarize(path);
    if (summary.sha256 !== listed.sha256)
      throw new CommandError(`${path} has changed since the manifest was written: its checksum differs.`);
    files.set(name, summary);
  }
  // Last: a folder that has its manifest is whole.
  files.set(MANIFEST_FILE, await summarize(join(folder, MANIFEST_FILE)));
  return { version: manifest.data.version, files, hasManifest: true };
}

async function readEmbeddingsOnly(folder: string, version: string | undefined): Promise<ModelFolder> {
  const files = new Map<string, Awaited<ReturnType<typeof summarize>>>();
  for (const name of [ITEM_EMBEDDINGS_FILE, USER_EMBEDDINGS_FILE]) {
    const places = [join(folder, name), join(folder, EMBEDDINGS_FOLDER, name)];
    let path: string | undefined;
    for (const place of places) if (path === undefined && (await exists(place))) path = place;
    if (path === undefined)
      throw new CommandError(
        `${folder} is no model: it needs ${MANIFEST_FILE}, or ${ITEM_EMBEDDINGS_FILE} and ${USER_EMBEDDINGS_FILE}.`,
      );
    files.set(name, await summarize(path));
  }
  const neighbours = join(folder, NEIGHBOURS_FILE);
  if (await exists(neighbours)) files.set(NEIGHBOURS_FILE, await summarize(neighbours));
  const content = createHash("sha256");
  for (const [name, { sha256 }] of files) content.update(`${name}:${sha256}\n`);
  const named = version ?? `csv-${content.digest("hex").slice(0, CONTENT_VERSION_DIGITS)}`;
  return { version: named, files, hasManifest: false };
}

/**
 * Reads a folder that a trainer wrote, or one that holds only `item_embeddings.csv` and `user_embeddings.csv` (at its
 * top or in `embeddings/`, with or without `neighbours.parquet`), whose version is `version` or follows from its content.
 * @throws CommandError for a folder that cannot be a model
 */
export async function readModelFolder(folder: string, version: string | undefined): Promise<ModelFolder> {
  const names = await readdir(folder).catch(() => {
    throw new CommandError(`There is no folder ${folder}.`);
  });
  if (version !== undefined && !MODEL_VERSION_PATTERN.test(version))
    throw new CommandError(`"${version}" is no version name: use 1–32 of a–z, 0–9, dot and hyphen.`);
  return names.includes(MANIFEST_FILE) ? readWithManifest(folder, version) : readEmbeddingsOnly(folder, version);
}
