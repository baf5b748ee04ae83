import { hash64 } from "../../domain/hash.ts";
import { batchFileKey, hourBeginning, HOUR_MILLISECONDS } from "../../domain/lake/lake-keys.ts";
import { USER_PREFIX } from "../../domain/ledger/routing.ts";
import { RECOMMENDATIONS_TABLE, recommendationRows } from "../../domain/lake/recommendations-table.ts";
import { SERVED_LOOK_BACK_MAX_HOURS } from "../../domain/served/limits.ts";
import { countServed } from "../../domain/served/served-counts.ts";
import { servedFiles } from "../../domain/served/served-files.ts";
import { type ServedAnswer, type ServedMessage, servedMessageSchema } from "../../domain/served/served-message.ts";
import { erasedAmong } from "../../platform/d1/erased-user-store.ts";
import { addServed, countedMessages } from "../../platform/d1/served-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { encodeLakeFile } from "../../platform/parquet/encode-lake-file.ts";
import { rememberingPseudonymizer } from "../../platform/pseudonym.ts";
import { retryDelaySeconds } from "./events.ts";

interface TakenMessage {
  readonly message: Message;
  readonly content: ServedMessage;
}

function retry(message: Message): void {
  message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
}

/** Those of a batch that are of our making, always in the same order; the others go the way of all failures. */
function takeMessages(batch: MessageBatch): TakenMessage[] {
  const taken: TakenMessage[] = [];
  for (const message of batch.messages) {
    const parsed = servedMessageSchema.safeParse(message.body);
    if (parsed.success) {
      taken.push({ message, content: parsed.data });
    } else {
      logger.error("served_message_invalid", { id: message.id, attempts: message.attempts });
      retry(message);
    }
  }
  return taken.toSorted((left, right) => (left.message.id < right.message.id ? -1 : 1));
}

/**
 * The hour in which a batch stands. It is the hour of writing, but a batch that comes again when the hour has turned
 * keeps the one in which its first file already stands.
 */
async function hourOfBatch(env: RuntimeEnv, name: string, sentAt: number, now: number): Promise<number> {
  const newest = hourBeginning(now);
  const oldest = Math.max(hourBeginning(sentAt), newest - SERVED_LOOK_BACK_MAX_HOURS * HOUR_MILLISECONDS);
  for (let hour = oldest; hour < newest; hour += HOUR_MILLISECONDS) {
    if ((await env.LAKE.head(batchFileKey("recommendations", hour, name))) !== null) return hour;
  }
  return newest;
}

function fileName(batchName: string, part: number): string {
  return part === 0 ? batchName : `${batchName}-${part + 1}`;
}

/** How the lake names whoever was served. */
interface Naming {
  readonly pseudonym: (id: string) => string;
  /** Pseudonyms of users who were erased: what is left of their rows is nobody's. */
  readonly erased: ReadonlySet<string>;
}

/** A message may have waited where no erasure finds it, on a dead letter queue, and come after it. */
async function namingOf(
  env: RuntimeEnv,
  taken: readonly TakenMessage[],
  pseudonym: (id: string) => string,
): Promise<Naming> {
  const shoppers = taken.flatMap(({ content }) => content.answers.map(({ shopper }) => shopper ?? ""));
  const users = new Set(shoppers.filter((shopper) => shopper.startsWith(USER_PREFIX)));
  return { pseudonym, erased: await erasedAmong(env.DB, [...users].map(pseudonym)) };
}

async function putFile(
  env: RuntimeEnv,
  key: string,
  answers: readonly ServedAnswer[],
  { pseudonym, erased }: Naming,
): Promise<void> {
  const rows = answers.flatMap((answer) => {
    const isErased = answer.shopper !== null && erased.has(pseudonym(answer.shopper));
    return recommendationRows(isErased ? { ...answer, shopper: null } : answer, pseudonym);
  });
  await env.LAKE.put(key, encodeLakeFile(RECOMMENDATIONS_TABLE, rows));
}

/** Whether a batch is in the counters; null when D1 cannot be asked. */
async function isCounted(env: RuntimeEnv, ids: readonly string[]): Promise<boolean | null> {
  try {
    return (await countedMessages(env.DB, ids)).size === ids.length;
  } catch {
    return null;
  }
}

async function writeBatch(env: RuntimeEnv, taken: readonly TakenMessage[], now: number): Promise<void> {
  const pseudonym = rememberingPseudonymizer(env.DATA_SECRET ?? "");
  const ids = taken.map(({ message }) => message.id);
  const contents = taken.map(({ content }) => content);
  const name = hash64(ids.join("\n"));
  const sentAt = Math.max(...taken.map(({ message }) => message.timestamp.getTime()));
  const hour = await hourOfBatch(env, name, sentAt, now);
  const files = servedFiles(contents).map((answers, part) => ({
    answers,
    key: batchFileKey("recommendations", hour, fileName(name, part)),
  }));
  try {
    const naming = await namingOf(env, taken, pseudonym);
    for (const { answers, key } of files) await putFile(env, key, answers, naming);
    await addServed(env.DB, ids, countServed(contents, now), now);
  } catch (error) {
    const counted = await isCounted(env, ids);
    if (counted === true) return;
    // The messages come again in whatever company the queue gives them then, hence as another file: this one would
    // double them. Where nobody can tell, it stays: compaction takes out what is there twice, and nothing brings back
    // what is gone.
    if (counted === false) await env.LAKE.delete(files.map(({ key }) => key));
    throw error;
  }
}

/**
 * Writes a batch of served answers to the lake as one file (several when it is very large), named after its messages,
 * and counts them. A message that comes again, in whatever company, is told by its id and changes nothing.
 */
export async function consumeServed(batch: MessageBatch, env: RuntimeEnv): Promise<void> {
  const taken = takeMessages(batch);
  if (taken.length === 0) return;
  try {
    const counted = await countedMessages(
      env.DB,
      taken.map(({ message }) => message.id),
    );
    const fresh = taken.filter(({ message }) => !counted.has(message.id));
    if (fresh.length > 0) await writeBatch(env, fresh, Date.now());
  } catch (error) {
    logger.warn("served_batch_failed", { messages: taken.length, message: messageOf(error) });
    for (const { message } of taken) retry(message);
    return;
  }
  for (const { message } of taken) message.ack();
}
