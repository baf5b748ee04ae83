import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  MANIFEST_FILE,
  type ModelManifest,
  type ModelManifestInput,
  manifestSchema,
  WEIGHTS_FILE,
} from "../../domain/models/manifest.ts";
import { writeSafetensors } from "../../domain/models/safetensors.ts";
import type { Tensor } from "../../domain/models/tensor.ts";

/** What a trainer says about its model; the checksums of the files are added here. */
export type ModelDescription = Omit<ModelManifestInput, "files">;

/**
 * Writes a model folder that `endcap models publish` accepts: weights, further files, and last the manifest that holds
 * their checksums.
 * @param folder made when it is not there
 * @param extra further files by name, such as `item_embeddings.csv`
 * @returns the manifest as written
 * @throws ZodError when the description is not a valid manifest
 */
export async function writeModelFolder(
  folder: string,
  description: ModelDescription,
  tensors: ReadonlyMap<string, Tensor>,
  extra: ReadonlyMap<string, Uint8Array | string> = new Map(),
): Promise<ModelManifest> {
  const contents = new Map<string, Uint8Array>([[WEIGHTS_FILE, writeSafetensors(tensors)]]);
  for (const [name, content] of extra)
    contents.set(name, typeof content === "string" ? new TextEncoder().encode(content) : content);
  const files = Object.fromEntries(
    [...contents].map(([name, bytes]) => [
      name,
      { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.byteLength },
    ]),
  );
  const manifest = manifestSchema.parse({ ...description, files });
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of contents) await writeFile(join(folder, name), bytes);
  await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
