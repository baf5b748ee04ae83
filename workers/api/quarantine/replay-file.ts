import type { KeptFile } from "../../../platform/d1/kept-file-store.ts";
import { markReplayed } from "../../../platform/d1/kept-file-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { readQuarantineFile } from "../../../platform/quarantine/read-file.ts";
import { dataSecret, sealerOf } from "../../../platform/quarantine/seal.ts";
import { ApiError } from "../errors.ts";
import { replayEvents } from "./replay-events.ts";
import { replayRows } from "./replay-rows.ts";

/** What a replay of one file came to. */
export interface FileReplay {
  readonly key: string;
  readonly outcome: Readonly<Record<string, number>>;
  /** Why it could not be replayed. */
  readonly error?: string;
}

async function unsealAll(env: RuntimeEnv, key: string): Promise<unknown[]> {
  const lines = await readQuarantineFile(env.LAKE, key);
  if (lines === null) throw new ApiError("not_found", `The file ${key} is not in the bucket any more.`);
  const sealer = await sealerOf(dataSecret(env));
  const originals: unknown[] = [];
  for (const { sealed } of lines) {
    if (sealed === null) continue;
    try {
      originals.push(JSON.parse(await sealer.unseal(sealed)));
    } catch {
      throw new ApiError("conflict", `${key} was sealed with another DATA_SECRET, or changed: it cannot be replayed.`);
    }
  }
  return originals;
}

/** Replays a file, as often as one likes, and notes what came of it. @throws ApiError when that cannot be */
export async function replayFile(env: RuntimeEnv, file: KeptFile, now: Date): Promise<FileReplay> {
  const originals = await unsealAll(env, file.key);
  const outcome = file.source === "events" ? await replayEvents(env, originals) : await replayRows(env.DB, originals);
  await markReplayed(env.DB, file.key, outcome, now);
  return { key: file.key, outcome };
}
