import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";

import { CONTROL_OBJECT_KEY, type Control, controlSchema, emptyControl } from "../../domain/control/control.ts";

/** How often a lost race for `control.json` is run again before giving up. */
const UPDATE_ATTEMPTS_MAX = 10;

interface Versioned {
  readonly control: Control;
  readonly etag: string | undefined;
}

async function read(client: S3Client, bucket: string): Promise<Versioned | null> {
  try {
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: CONTROL_OBJECT_KEY }));
    const text = (await object.Body?.transformToString()) ?? "";
    return { control: controlSchema.parse(JSON.parse(text)), etag: object.ETag };
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}

function lostRace(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === "PreconditionFailed";
}

/** `control.json` as it is, null before there is one. */
export async function readControlDocument(client: S3Client, bucket: string): Promise<Control | null> {
  return (await read(client, bucket))?.control ?? null;
}

/**
 * Changes `control.json` from outside the Worker, by the compare-and-swap that platform/r2/control-store.ts uses from
 * within: the Worker's own writers and this one both take effect.
 * @param change a pure function of the present document; may be called again when another writer was faster
 * @throws Error when {@link UPDATE_ATTEMPTS_MAX} races in a row were lost, or the bucket cannot be reached
 */
export async function updateControlDocument(
  client: S3Client,
  bucket: string,
  now: Date,
  change: (control: Control) => Control,
): Promise<void> {
  for (let attempt = 0; attempt < UPDATE_ATTEMPTS_MAX; attempt++) {
    const present = await read(client, bucket);
    const before = present?.control ?? emptyControl(now);
    const after = change(before);
    if (after === before && present !== null) return;
    const body = JSON.stringify(controlSchema.parse({ ...after, updated_at: now.toISOString() }));
    try {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: CONTROL_OBJECT_KEY,
          Body: body,
          ContentType: "application/json",
          ...(present === null ? { IfNoneMatch: "*" } : { IfMatch: present.etag }),
        }),
      );
      return;
    } catch (error) {
      if (!lostRace(error)) throw error;
    }
  }
  throw new Error(`control.json changed under us ${UPDATE_ATTEMPTS_MAX} times in a row; try again.`);
}
