import { type ModelManifest, NEIGHBOURS_FILE } from "../../domain/models/manifest.ts";

/** True when a snapshot has all that serving a model takes: its item embeddings, and its item–item weights if it ships such. */
export async function hasModelParts(
  bucket: R2Bucket,
  snapshot: string,
  { version, files }: Pick<ModelManifest, "version" | "files">,
): Promise<boolean> {
  const parts = Object.hasOwn(files, NEIGHBOURS_FILE) ? ["vectors", "neighbours"] : ["vectors"];
  const heads = await Promise.all(parts.map((part) => bucket.head(`catalogue/${snapshot}/${part}-${version}.bin`)));
  return heads.every((head) => head !== null);
}
