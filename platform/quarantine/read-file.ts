import { type QuarantineLine, quarantineLineSchema } from "../../domain/quarantine/record.ts";

/** The lines of a file under `quarantine/`, null when there is none of that key. */
export async function readQuarantineFile(bucket: R2Bucket, key: string): Promise<QuarantineLine[] | null> {
  const object = await bucket.get(key);
  if (object === null) return null;
  const text = await object.text();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => quarantineLineSchema.parse(JSON.parse(line)));
}
