import { type InteractionMessage, interactionMessageSchema } from "../../domain/events/interaction.ts";
import { ledgerName, ledgerShardOf } from "../../domain/ledger/routing.ts";
import {
  interactionPayload,
  type RejectedEvent,
  type RejectedMessage,
  rejectedMessageSchema,
} from "../../domain/quarantine/event-payload.ts";
import type { SetAsideRecord } from "../../domain/quarantine/record.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { type NotKept, setAside } from "../../platform/quarantine/set-aside.ts";
import { appendToLedgers } from "./append-to-ledgers.ts";
import { turnsOf } from "./turns.ts";

/** A failed message comes again after this long, twice as long each time … */
const RETRY_SECONDS = 2;
/** … up to this. */
const RETRY_MAX_SECONDS = 600;

/** Events that are handed to the ledgers at once; a message that is begun is taken whole. */
export const TURN_EVENTS = 2_000;

/** How long a message waits that was tried `attempts` times. */
export function retryDelaySeconds(attempts: number): number {
  return Math.min(RETRY_SECONDS * 2 ** (attempts - 1), RETRY_MAX_SECONDS);
}

/** Of a message what its processing needs: a dead letter has no more. */
export type ReceivedMessage = Pick<Message, "id" | "attempts" | "body">;

type ReadMessage =
  | { readonly kind: "accepted"; readonly content: InteractionMessage }
  | { readonly kind: "rejected"; readonly content: RejectedMessage }
  | { readonly kind: "invalid"; readonly error: Error };

/** The name of an error that no repetition mends: the message is not of our making. */
export const INVALID_MESSAGE = "InvalidMessage";

function readMessage({ id, attempts, body }: ReceivedMessage): ReadMessage {
  const accepted = interactionMessageSchema.safeParse(body);
  if (accepted.success) return { kind: "accepted", content: accepted.data };
  const rejected = rejectedMessageSchema.safeParse(body);
  if (rejected.success) return { kind: "rejected", content: rejected.data };
  logger.error("event_message_invalid", { id, attempts });
  const [issue] = accepted.error.issues;
  const error = new Error(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not understood"}`);
  error.name = INVALID_MESSAGE;
  return { kind: "invalid", error };
}

function setAsideRecord({ reason, detail, payload }: RejectedEvent): SetAsideRecord {
  return { reason, detail, at: payload.received_at, payload };
}

/** What a batch's messages only count, together. */
function addCounts(messages: readonly RejectedMessage[]): NotKept | null {
  const counts: Record<string, number> = {};
  for (const { not_kept } of messages) {
    for (const [reason, count] of Object.entries(not_kept)) counts[reason] = (counts[reason] ?? 0) + count;
  }
  const since = Math.min(...messages.map(({ sent_at }) => sent_at));
  return Object.keys(counts).length === 0 ? null : { since, counts };
}

/**
 * Takes messages of the `events` queue: accepted events go to the ledger, one call per shard; rejected ones, and those
 * that the ledger finds too old, to the quarantine, as one file.
 * @returns for each message what failed, null for one that is done. A message that is half done may come again, since
 * appending twice counts once
 */
export async function processEventMessages(
  messages: readonly ReceivedMessage[],
  env: RuntimeEnv,
): Promise<(Error | null)[]> {
  const read = messages.map(readMessage);
  const interactions = read.flatMap((one) => (one.kind === "accepted" ? one.content.interactions : []));
  const rejections = read.flatMap((one) => (one.kind === "rejected" ? [one.content] : []));
  const { tooOld, failures } = await appendToLedgers(env, interactions);
  const records = [
    ...rejections.flatMap(({ rejected }) => rejected.map(setAsideRecord)),
    ...tooOld.map((interaction) => ({
      reason: "too_old",
      detail: "It was received longer ago than the ledger remembers ids.",
      at: interaction.received_at,
      payload: interactionPayload(interaction),
    })),
  ];
  let notKept: Error | null = null;
  try {
    await setAside(env, "events", records, addCounts(rejections));
  } catch (error) {
    notKept = error instanceof Error ? error : new Error(messageOf(error));
    logger.warn("events_not_set_aside", { events: records.length, message: messageOf(error) });
  }
  const tooOldIds = new Set(tooOld.map((interaction) => interaction.event_id));
  return read.map((one) => {
    switch (one.kind) {
      case "invalid":
        return one.error;
      case "rejected":
        return notKept;
      case "accepted": {
        const { interactions: own } = one.content;
        const names = own.map((interaction) => ledgerName(ledgerShardOf(interaction, Number(env.LEDGER_SHARDS))));
        const failure = names.map((name) => failures.get(name)).find((found) => found !== undefined);
        if (failure !== undefined) return failure;
        return own.some((interaction) => tooOldIds.has(interaction.event_id)) ? notKept : null;
      }
    }
  });
}

/** Of a body that nobody has looked at yet. */
function eventsIn(body: unknown): number {
  const interactions = (body as Partial<InteractionMessage> | null)?.interactions;
  return Array.isArray(interactions) ? interactions.length : 0;
}

/**
 * The consumer of the `events` queue. A message that is not of our making goes the way of all failures, to the dead
 * letter queue, and blocks nothing.
 */
export async function consumeEvents(
  batch: MessageBatch<InteractionMessage | RejectedMessage>,
  env: RuntimeEnv,
): Promise<void> {
  const turns = turnsOf(batch.messages, ({ body }) => eventsIn(body), TURN_EVENTS);
  for (const [place, messages] of turns.entries()) {
    // Only a timer lets the runtime look for requests: all else here goes on by itself.
    if (place > 0) await new Promise((resolve) => setTimeout(resolve, 0));
    const outcomes = await processEventMessages(messages, env);
    messages.forEach((message, position) => {
      if (outcomes[position] === null) message.ack();
      else message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
    });
  }
}
