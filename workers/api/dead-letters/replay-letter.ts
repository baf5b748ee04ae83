import { deadLetterSchema, type DeadLetterSource } from "../../../domain/quarantine/dead-letter.ts";
import { closeNotice } from "../../../platform/d1/notice-store.ts";
import { countNotReplayed, type KeptFile, markReplayed } from "../../../platform/d1/kept-file-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { dataSecret, sealerOf } from "../../../platform/quarantine/seal.ts";
import { ApiError } from "../errors.ts";

/** What became of a dead letter that was to be sent again. */
export interface LetterReplay {
  readonly key: string;
  /** `gone`: the bucket does not have it any more. */
  readonly outcome: "sent" | "already_sent" | "gone" | "failed";
  /** Why it could not be sent. */
  readonly error?: string;
}

function queueOf(env: RuntimeEnv, source: DeadLetterSource): Queue {
  switch (source) {
    case "events":
      return env.EVENTS_QUEUE;
    case "served":
      return env.SERVED_QUEUE;
  }
}

async function read(env: RuntimeEnv, key: string): Promise<{ queue: DeadLetterSource; body: unknown } | null> {
  const object = await env.LAKE.get(key);
  if (object === null) return null;
  const { queue, sealed } = deadLetterSchema.parse(JSON.parse(await object.text()));
  const sealer = await sealerOf(dataSecret(env));
  try {
    return { queue, body: JSON.parse(await sealer.unseal(sealed)) };
  } catch {
    throw new ApiError("conflict", `${key} was sealed with another DATA_SECRET, or changed: it cannot be sent.`);
  }
}

/**
 * Sends a dead letter to its own queue again. One that was sent is not sent twice: should it fail again, it comes back
 * as a dead letter of its own.
 * @throws ApiError when it cannot be read
 */
export async function replayLetter(env: RuntimeEnv, file: KeptFile, now: Date): Promise<LetterReplay> {
  const { key, source, replayedAt } = file;
  if (replayedAt !== null) return { key, outcome: "already_sent" };
  const letter = await read(env, key);
  // Sent before it is marked: dying in between sends it twice, and what is appended twice counts once.
  if (letter !== null) await queueOf(env, letter.queue).send(letter.body);
  const outcome = letter === null ? "gone" : "sent";
  await markReplayed(env.DB, key, { [outcome]: 1 }, now);
  if ((await countNotReplayed(env.DB, "dead-letter", source)) === 0) {
    await closeNotice(env.DB, "dead_letters", source, now);
  }
  return { key, outcome };
}

/** The same for one of many: a letter that cannot be read does not keep the others from being sent. */
export async function tryReplayLetter(env: RuntimeEnv, file: KeptFile, now: Date): Promise<LetterReplay> {
  try {
    return await replayLetter(env, file, now);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { key: file.key, outcome: "failed", error: error.message };
  }
}
