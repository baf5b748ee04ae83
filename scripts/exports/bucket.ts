import { GetObjectCommand, NoSuchKey, type S3Client } from "@aws-sdk/client-s3";

/** Where exports lie, as S3 sees it. */
export interface ExportsBucket {
  readonly client: S3Client;
  readonly bucket: string;
}

/** An object's bytes, or null when there is no such object. @throws what the network or the service throws */
export async function readObject({ client, bucket }: ExportsBucket, key: string): Promise<Uint8Array | null> {
  try {
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await object.Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}
