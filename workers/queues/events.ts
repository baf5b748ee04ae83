import {
  type Interaction,
  type InteractionMessage,
  interactionMessageSchema,
} from "../../domain/events/interaction.ts";
import { groupByLedger } from "../../domain/ledger/routing.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";

/** A failed message comes again after this long, twice as long each time … */
const RETRY_SECONDS = 2;
/** … up to this. */
const RETRY_MAX_SECONDS = 600;

/** How long a message waits that was tried `attempts` times. */
export function retryDelaySeconds(attempts: number): number {
  return Math.min(RETRY_SECONDS * 2 ** (attempts - 1), RETRY_MAX_SECONDS);
}

async function appendTo(env: RuntimeEnv, name: string, interactions: readonly Interaction[]): Promise<boolean> {
  try {
    await env.INTERACTION_LEDGER.getByName(name).append(interactions);
    return true;
  } catch (error) {
    logger.warn("ledger_append_failed", { ledger: name, events: interactions.length, message: messageOf(error) });
    return false;
  }
}

/**
 * Hands a batch of the `events` queue to the ledger, one call per shard. A message is acknowledged when every shard
 * that it has events for has them; one that was half appended may come again, since appending twice counts once. A
 * message that is not of our making goes the way of all failures, to the dead letter queue, and blocks nothing.
 */
export async function consumeEvents(batch: MessageBatch<InteractionMessage>, env: RuntimeEnv): Promise<void> {
  const shards = Number(env.LEDGER_SHARDS);
  const byLedger = new Map<string, Interaction[]>();
  const ledgersOf = new Map<Message, readonly string[]>();
  for (const message of batch.messages) {
    const parsed = interactionMessageSchema.safeParse(message.body);
    if (!parsed.success) {
      logger.error("event_message_invalid", { id: message.id, attempts: message.attempts });
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
      continue;
    }
    const groups = groupByLedger(parsed.data.interactions, shards);
    ledgersOf.set(message, [...groups.keys()]);
    for (const [name, interactions] of groups) {
      const present = byLedger.get(name);
      if (present === undefined) byLedger.set(name, interactions);
      else present.push(...interactions);
    }
  }
  const outcomes = await Promise.all(
    [...byLedger].map(async ([name, interactions]) => [name, await appendTo(env, name, interactions)] as const),
  );
  const failed = new Set(outcomes.filter(([, done]) => !done).map(([name]) => name));
  for (const [message, names] of ledgersOf) {
    if (names.some((name) => failed.has(name))) {
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
    } else {
      message.ack();
    }
  }
}
