import { createHash } from "node:crypto";

import { ITEM_EMBEDDINGS_FILE, MANIFEST_FILE, USER_EMBEDDINGS_FILE } from "../../../domain/models/manifest.ts";
import { modelFileKey } from "../../../platform/r2/model-store.ts";

/** Where the present pipeline puts its embeddings inside the folder that it exports. */
export const EMBEDDINGS_FOLDER = "embeddings";
/** What marks the files that the runtime adds to a folder: they are made anew whenever it is published. */
export const MADE_BY_RUNTIME = { "made-by": "endcap" } as const;

/** A model folder as it was uploaded: what the runtime added to it counts for `content` alone. */
export interface UploadedFolder {
  /** Follows from names, lengths and contents of the files. */
  readonly fingerprint: string;
  /** The same of all files, whoever put them there: what is served. */
  readonly content: string;
  /** Length of each file by its name in the folder. */
  readonly files: ReadonlyMap<string, number>;
  /** Milliseconds since 1970 UTC; 0 for an empty folder. */
  readonly newestAt: number;
}

/** True for a file that was added by the runtime. */
export function isMadeByRuntime({ customMetadata }: R2Object): boolean {
  return customMetadata?.["made-by"] === MADE_BY_RUNTIME["made-by"];
}

function fingerprintOf(objects: readonly R2Object[]): string {
  const hash = createHash("sha256");
  for (const { key, etag, size } of objects) hash.update(`${key}:${etag}:${size}\n`);
  return hash.digest("hex");
}

/** Lists a folder of the MODELS bucket, its first thousand files. */
export async function listFolder(bucket: R2Bucket, version: string): Promise<UploadedFolder> {
  const prefix = modelFileKey(version, "");
  const { objects } = await bucket.list({ prefix, include: ["customMetadata"] });
  const uploaded = objects.filter((object) => !isMadeByRuntime(object));
  return {
    fingerprint: fingerprintOf(uploaded),
    content: fingerprintOf(objects),
    files: new Map(uploaded.map(({ key, size }) => [key.slice(prefix.length), size])),
    newestAt: uploaded.reduce((newest, { uploaded: at }) => Math.max(newest, at.getTime()), 0),
  };
}

/** True for a folder that says by itself what it is, or holds the embeddings from which that is made. */
export function isModelFolder({ files }: UploadedFolder): boolean {
  const hasEmbeddings = (file: string): boolean => files.has(file) || files.has(`${EMBEDDINGS_FOLDER}/${file}`);
  return files.has(MANIFEST_FILE) || (hasEmbeddings(ITEM_EMBEDDINGS_FILE) && hasEmbeddings(USER_EMBEDDINGS_FILE));
}
