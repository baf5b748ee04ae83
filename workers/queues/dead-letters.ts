import { type DeadLetterSource, sourceOfDeadLetters } from "../../domain/quarantine/dead-letter.ts";
import { servedMessageSchema } from "../../domain/served/served-message.ts";
import { openNotice } from "../../platform/d1/notice-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { keepDeadLetter } from "../../platform/quarantine/keep-dead-letter.ts";
import { INVALID_MESSAGE, processEventMessages, retryDelaySeconds } from "./events.ts";
import { consumeServed } from "./served.ts";

/** Takes one message as its queue's consumer would. @returns what failed, null when it is done */
type ProcessMessage = (message: Message, env: RuntimeEnv) => Promise<Error | null>;

async function processServed(message: Message, env: RuntimeEnv): Promise<Error | null> {
  const parsed = servedMessageSchema.safeParse(message.body);
  if (!parsed.success) {
    const error = new Error(parsed.error.issues[0]?.message ?? "not understood");
    error.name = INVALID_MESSAGE;
    return error;
  }
  let isTaken = true;
  const refuse = (): void => void (isTaken = false);
  const ignore = (): void => undefined;
  const { id, timestamp, body, attempts } = message;
  await consumeServed(
    {
      queue: "served",
      messages: [{ id, timestamp, body, attempts, ack: ignore, retry: refuse }],
      metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
      ackAll: ignore,
      retryAll: refuse,
    },
    env,
  );
  return isTaken ? null : new Error("It could not be written to the lake: the log says why (served_batch_failed).");
}

const PROCESSORS: Readonly<Record<DeadLetterSource, ProcessMessage>> = {
  events: async (message, env) => (await processEventMessages([message], env))[0] ?? null,
  served: processServed,
};

async function tryOnce(queue: DeadLetterSource, message: Message, env: RuntimeEnv): Promise<Error | null> {
  try {
    return await PROCESSORS[queue](message, env);
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

async function tell(env: RuntimeEnv, queue: DeadLetterSource): Promise<void> {
  const message = `Messages of the queue ${queue} could not be processed and are kept: look at them with endcap dead-letters list, send them again with endcap dead-letters replay --all.`;
  await openNotice(env.DB, { kind: "dead_letters", subject: queue, message, announcementId: null }, new Date());
}

async function settle(queue: DeadLetterSource, message: Message, env: RuntimeEnv): Promise<void> {
  const error = await tryOnce(queue, message, env);
  if (error === null) {
    message.ack();
    return;
  }
  try {
    await keepDeadLetter(env, queue, message, error);
    await tell(env, queue);
    message.ack();
    logger.error("dead_letter_kept", { queue, error: error.name });
  } catch (failure) {
    // Neither processed nor kept: it stays on the queue.
    logger.error("dead_letter_not_kept", { queue, attempts: message.attempts, message: messageOf(failure) });
    message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
  }
}

/**
 * Tries what failed as often as it may once more, one message at a time and alone, so that none can spoil another; what
 * fails again is kept with its error, to be sent again when that is mended.
 */
export async function consumeDeadLetters(batch: MessageBatch, env: RuntimeEnv): Promise<void> {
  const queue = sourceOfDeadLetters(batch.queue);
  for (const message of batch.messages) await settle(queue, message, env);
}
