import { GetObjectCommand, NoSuchKey, type S3Client } from "@aws-sdk/client-s3";

import { explain } from "./trouble.ts";

/** Where exports lie, as S3 sees it. */
export interface ExportsBucket {
  readonly client: S3Client;
  readonly bucket: string;
}

/**
 * A small object's bytes, or null when there is no such object.
 * @throws CommandError when bucket, credentials or network are not in order
 */
export async function readObject(bucket: ExportsBucket, key: string): Promise<Uint8Array | null> {
  try {
    const object = await bucket.client.send(new GetObjectCommand({ Bucket: bucket.bucket, Key: key }));
    return (await object.Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw await explain(error, bucket);
  }
}
