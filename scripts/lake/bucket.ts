import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, type S3Client } from "@aws-sdk/client-s3";

/** Where the lake lies, as S3 sees it. */
export interface LakeBucket {
  readonly client: S3Client;
  readonly bucket: string;
}

/** An object as a listing tells of it. */
export interface LakeObject {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  /** Milliseconds since 1970 UTC. */
  readonly uploadedAt: number;
}

/** Objects of a folder, in the order of their keys, page by page. @param startAfter only keys that sort behind it */
export async function* listObjects(
  { client, bucket }: LakeBucket,
  prefix: string,
  startAfter: string,
): AsyncGenerator<LakeObject> {
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token === undefined ? { StartAfter: startAfter } : { ContinuationToken: token }),
      }),
    );
    for (const { Key: key, Size: bytes = 0, ETag: etag = "", LastModified: uploaded } of page.Contents ?? []) {
      if (key !== undefined) yield { key, bytes, etag: etag.replaceAll('"', ""), uploadedAt: uploaded?.getTime() ?? 0 };
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** An object's bytes, or null when there is no such object. @throws what the network or the service throws */
export async function readLakeObject({ client, bucket }: LakeBucket, key: string): Promise<Uint8Array | null> {
  try {
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await object.Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}
