import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { z } from "zod";

import { CommandError } from "../command.ts";
import { stateFolder } from "./state-folder.ts";

/** `.endcap/dev.json`: where the local runtime is and how to speak to it, written by `npm start`. */
const devFileSchema = z.strictObject({
  url: z.url(),
  publishable_key: z.string().startsWith("pk_"),
  secret_key: z.string().startsWith("sk_"),
  /** Null until the shop's rows can be read. */
  sample_user_id: z.string().nullable(),
  sample_item_id: z.string().nullable(),
  /** For any S3 client: region `auto`, path-style addressing. */
  s3: z.strictObject({
    endpoint: z.url(),
    access_key_id: z.string(),
    secret_access_key: z.string(),
    buckets: z.strictObject({ lake: z.string(), exports: z.string(), models: z.string() }),
  }),
});
export type DevFile = z.infer<typeof devFileSchema>;

function devFilePath(folder = stateFolder()): string {
  return join(folder, "dev.json");
}

/**
 * Reads what the last `npm start` wrote.
 * @param folder the state folder of a runtime other than this process's own
 * @throws CommandError that says what to do when there is no such file or it cannot be understood
 */
export function readDevFile(folder?: string): DevFile {
  const path = devFilePath(folder);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new CommandError(
      `There is no ${path} yet. Run \`npm start\` first, or set ENDCAP_URL and ENDCAP_SECRET_KEY for another deployment.`,
    );
  }
  try {
    return devFileSchema.parse(JSON.parse(text));
  } catch {
    throw new CommandError(`${path} cannot be understood. Run \`npm start\` again: it writes the file anew.`);
  }
}

/** Writes `dev.json`, whole or not at all, readable by its owner only (it holds a secret key). */
export function writeDevFile(file: DevFile): void {
  const path = devFilePath();
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(devFileSchema.parse(file), null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}
