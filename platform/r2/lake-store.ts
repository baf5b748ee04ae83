/** Puts a file of the lake. Its key and its rows are fixed before, so that putting it again changes nothing. */
export async function putLakeFile(bucket: R2Bucket, key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await bucket.put(key, bytes, { httpMetadata: { contentType: "application/vnd.apache.parquet" } });
}
