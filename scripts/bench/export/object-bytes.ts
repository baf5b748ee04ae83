import type { AsyncBuffer } from "hyparquet";

/** An object of a bucket, read piece by piece. @throws Error when there is none */
export async function bytesOf(bucket: R2Bucket, key: string): Promise<AsyncBuffer> {
  const head = await bucket.head(key);
  if (head === null) throw new Error(`${key} is not there.`);
  return {
    byteLength: head.size,
    async slice(start, end = head.size) {
      const part = await bucket.get(key, { range: { offset: start, length: end - start } });
      if (part === null) throw new Error(`${key} is gone.`);
      return part.arrayBuffer();
    },
  };
}
