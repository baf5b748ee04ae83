import { modelFileKey } from "../../../platform/r2/model-store.ts";

/** A file of a model folder as a manifest lists it. */
export interface FileSummary {
  /** SHA-256 in hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Reads a file once, in bounded memory. @returns null when the folder does not have it */
export async function summarizeFile(bucket: R2Bucket, version: string, file: string): Promise<FileSummary | null> {
  const object = await bucket.get(modelFileKey(version, file));
  if (object === null) return null;
  const digest = new crypto.DigestStream("SHA-256");
  await object.body.pipeTo(digest);
  return { sha256: Buffer.from(await digest.digest).toString("hex"), bytes: object.size };
}
