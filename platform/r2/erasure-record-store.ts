import { type ErasureRecord, erasureRecordSchema } from "../../domain/erasure/record.ts";

function keyOf(id: string): string {
  return `erasures/${id}.json`;
}

/** How an erasure is; null when nothing was written of it yet. */
export async function readErasureRecord(bucket: R2Bucket, id: string): Promise<ErasureRecord | null> {
  const object = await bucket.get(keyOf(id));
  return object === null ? null : erasureRecordSchema.parse(await object.json());
}

/** Writes how an erasure is now. */
export async function putErasureRecord(bucket: R2Bucket, id: string, record: ErasureRecord): Promise<void> {
  await bucket.put(keyOf(id), JSON.stringify(erasureRecordSchema.parse(record), null, 2), {
    httpMetadata: { contentType: "application/json" },
  });
}
