import type { Interaction } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { sendToQueue } from "./event-delivery.ts";

/** Events of an isolate wait this long for company: a queue is paid by the message, and so is every hop behind it. */
export const EVENT_PACK_MILLISECONDS = 100;
/** A pack of this many leaves at once: some 110 KB of plain views, of the 128 KB that a message may have. */
export const EVENT_PACK_MAX = 600;
/** Who has not sent by then was cut off: the next request sends in its place. */
const SENDER_ABANDONED_MILLISECONDS = 1_000;

// What waits in this isolate, and when the request that will send it began to wait. Only data: no request ever waits
// for what another one does.
let waiting: Interaction[] = [];
let senderSince: number | null = null;

async function sendWaiting(env: RuntimeEnv): Promise<void> {
  const pack = waiting;
  waiting = [];
  senderSince = null;
  if (pack.length > 0) await sendToQueue(env, pack);
}

async function sendLater(env: RuntimeEnv, since: number): Promise<void> {
  await scheduler.wait(EVENT_PACK_MILLISECONDS);
  // Its pack may have been filled, and gone: what waits by now has a sender of its own.
  if (senderSince === since) await sendWaiting(env);
}

/**
 * Lets events travel on the queue together with those of other requests. The first of them stays behind to send them.
 * What an isolate takes along when it ends, the sessions offer to the ledger.
 * @param now milliseconds since 1970 UTC
 * @returns what must be kept alive after the answer, null when another request sends
 */
export function packForQueue(env: RuntimeEnv, interactions: readonly Interaction[], now: number): Promise<void> | null {
  waiting.push(...interactions);
  if (waiting.length >= EVENT_PACK_MAX) return sendWaiting(env);
  if (senderSince !== null && now - senderSince < SENDER_ABANDONED_MILLISECONDS) return null;
  senderSince = now;
  return sendLater(env, now);
}
