import { z } from "zod";

const recordSchema = z.strictObject({
  format: z.literal(1),
  /** Of the folder as it was when it was published last (`uploaded-folder.ts`). */
  fingerprint: z.string(),
  /** ETag of its manifest once it was indexed, null before. */
  manifest_etag: z.string().nullable(),
  /** Of all its files once it was indexed, those that the runtime added included; records of before have none. */
  content: z.string().optional(),
  /** True when the index may hold vectors of this version. */
  vectors: z.boolean(),
});
/** What is remembered of a published folder, beside its row in D1. */
export type FolderRecord = z.infer<typeof recordSchema>;

function recordKey(version: string): string {
  return `models/${version}.json`;
}

/** What is remembered of a folder; null when it was never published, or by an earlier version of the runtime. */
export async function readFolderRecord(bucket: R2Bucket, version: string): Promise<FolderRecord | null> {
  const object = await bucket.get(recordKey(version));
  return object === null ? null : recordSchema.parse(await object.json());
}

/** Remembers it. Only who holds the version's lease writes. */
export async function putFolderRecord(
  bucket: R2Bucket,
  version: string,
  record: Omit<FolderRecord, "format">,
): Promise<void> {
  await bucket.put(recordKey(version), JSON.stringify({ format: 1, ...record }));
}
