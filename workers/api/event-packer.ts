import type { Interaction } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { sendToQueue } from "./event-delivery.ts";

/** Events of an isolate wait this long for company: a queue is paid by the message, and so is every hop behind it. */
export const EVENT_PACK_MILLISECONDS = 100;
/** A pack of this many leaves at once. */
export const EVENT_PACK_MAX = 200;

// What waits in this isolate. Only data: a request must not wait for what another one does.
let waiting: Interaction[] = [];

async function sendLater(env: RuntimeEnv): Promise<void> {
  await scheduler.wait(EVENT_PACK_MILLISECONDS);
  const pack = waiting;
  waiting = [];
  if (pack.length > 0) await sendToQueue(env, pack);
}

/**
 * Lets events travel on the queue together with those of other requests. The request that finds nobody waiting stays
 * behind to send; if it is cut off, the next pack takes along what it left, and the sessions offer it anyway.
 * @returns what must be kept alive after the answer, null when another request sends
 */
export function packForQueue(env: RuntimeEnv, interactions: readonly Interaction[]): Promise<void> | null {
  const isFirst = waiting.length === 0;
  waiting.push(...interactions);
  if (waiting.length >= EVENT_PACK_MAX) {
    const pack = waiting;
    waiting = [];
    return sendToQueue(env, pack);
  }
  return isFirst ? sendLater(env) : null;
}
