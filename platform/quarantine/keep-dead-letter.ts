import type { DeadLetter, DeadLetterSource } from "../../domain/quarantine/dead-letter.ts";
import { maskRecord } from "../../domain/quarantine/mask.ts";
import { noteKeptFile } from "../d1/kept-file-store.ts";
import type { RuntimeEnv } from "../env.ts";
import { pseudonymizer } from "../pseudonym.ts";
import { dataSecret, sealerOf } from "./seal.ts";

/** Length of the date in an ISO 8601 time. */
const DATE_LENGTH = 10;

/**
 * Keeps a message that could not be processed, as a file of its own in the lake and a row of D1. The same message again
 * is the same file and row.
 * @throws what R2 or D1 throws
 */
export async function keepDeadLetter(
  env: Pick<RuntimeEnv, "DB" | "LAKE" | "DATA_SECRET">,
  queue: DeadLetterSource,
  message: Pick<Message, "id" | "timestamp" | "attempts" | "body">,
  error: Error,
): Promise<void> {
  const secret = dataSecret(env);
  const sealer = await sealerOf(secret);
  const { body } = message;
  const time = message.timestamp.toISOString();
  const { detail, payload } = maskRecord({ detail: error.message, payload: body }, pseudonymizer(secret));
  const line: DeadLetter = {
    error: error.name,
    detail,
    attempts: message.attempts,
    time,
    queue,
    payload,
    sealed: await sealer.seal(JSON.stringify(body ?? null)),
  };
  const key = `dead-letters/queue=${queue}/date=${time.slice(0, DATE_LENGTH)}/${await sealer.nameOf(message.id)}.jsonl`;
  await env.LAKE.put(key, `${JSON.stringify(line)}\n`, { httpMetadata: { contentType: "application/x-ndjson" } });
  await noteKeptFile(env.DB, {
    key,
    kind: "dead-letter",
    source: queue,
    writtenAt: Date.now(),
    records: 1,
    reasons: { [line.error]: 1 },
  });
}
