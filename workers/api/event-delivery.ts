import { attribute } from "../../domain/attribution/attribute.ts";
import type { Interaction, InteractionMessage } from "../../domain/events/interaction.ts";
import { packByBytes } from "../../domain/ledger/packing.ts";
import { groupByLedger, ONE_OFF_PREFIX } from "../../domain/ledger/routing.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";

/** A queue message ends at 128 KB; the rest is room for its frame. */
const QUEUE_PACK_MAX_BYTES = 120_000;

/**
 * Sends events on the queue, packed. Never throws: the sessions have these events on their disks, and their alarms
 * bring to the ledger what the queue did not.
 */
export async function sendToQueue(env: RuntimeEnv, interactions: readonly Interaction[]): Promise<void> {
  for (const pack of packByBytes(interactions, QUEUE_PACK_MAX_BYTES)) {
    try {
      await env.EVENTS_QUEUE.send({ format: 1, interactions: pack } satisfies InteractionMessage);
    } catch (error) {
      logger.warn("queue_send_failed", { events: pack.length, message: messageOf(error) });
    }
  }
}

/**
 * Hands events of a shopper who agreed to analytics only to the ledger, each under a random id of its own, and without
 * the id of the visit: nothing ties two of them together. What a recommendation earned is known only where the event
 * names it.
 * @returns how many were new
 * @throws what a ledger throws that could not take them
 */
export async function appendAnonymously(env: RuntimeEnv, interactions: readonly Interaction[]): Promise<number> {
  const anonymous = interactions.map(({ session_id: _sessionId, ...interaction }) => ({
    ...attribute(interaction, [], 0),
    shopper: `${ONE_OFF_PREFIX}${crypto.randomUUID()}`,
  }));
  const outcomes = await Promise.all(
    [...groupByLedger(anonymous, Number(env.LEDGER_SHARDS))].map(([name, group]) =>
      env.INTERACTION_LEDGER.getByName(name).append(group),
    ),
  );
  return outcomes.reduce((sum, outcome) => sum + outcome.appended, 0);
}
