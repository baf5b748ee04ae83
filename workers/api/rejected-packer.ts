import type { EventContext, EventProblem } from "../../domain/events/judge-event.ts";
import { packByBytes } from "../../domain/ledger/packing.ts";
import { type RejectedEvent, type RejectedMessage, rejectedPayload } from "../../domain/quarantine/event-payload.ts";
import {
  DETAIL_MAX_LENGTH,
  REJECTED_PACK_MAX_BYTES,
  REJECTED_PACK_MILLISECONDS,
  REJECTED_PER_MINUTE_MAX,
  REJECTED_WINDOW_MILLISECONDS,
} from "../../domain/quarantine/limits.ts";
import type { Destination } from "../../domain/sessions/append.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";

/** An event of a request, and why it was not taken. */
export interface Rejection {
  readonly event: Readonly<Record<string, unknown>>;
  readonly problem: EventProblem;
}

/** What the request says of its events, and where the shopper's consent lets them go. */
export type RejectionContext = Pick<EventContext, "shopper" | "receivedAt" | "sessionId" | "country"> & {
  readonly destination: Destination;
};

/** Who has not sent by then was cut off: the next request sends in its place. */
const SENDER_ABANDONED_MILLISECONDS = 3 * REJECTED_PACK_MILLISECONDS;

// What waits in this isolate, when the request that will send it began to wait, and how much this minute has brought.
// Only data: no request ever waits for what another one does.
let waiting: RejectedEvent[] = [];
let notKept = new Map<string, number>();
let senderSince: number | null = null;
let windowSince = 0;
let keptInWindow = 0;
let countsSentAt = 0;

async function send(env: RuntimeEnv, message: RejectedMessage): Promise<void> {
  try {
    await env.EVENTS_QUEUE.send(message);
  } catch (error) {
    for (const [reason, count] of Object.entries(message.not_kept)) countOnly(reason, count);
    for (const { reason } of message.rejected) countOnly(reason, 1);
    logger.warn("rejected_events_not_sent", { events: message.rejected.length, message: messageOf(error) });
  }
}

function countOnly(reason: string, count: number): void {
  notKept.set(reason, (notKept.get(reason) ?? 0) + count);
}

async function sendLater(env: RuntimeEnv): Promise<void> {
  await scheduler.wait(REJECTED_PACK_MILLISECONDS);
  const now = Date.now();
  const packs = packByBytes(waiting, REJECTED_PACK_MAX_BYTES);
  const counts = Object.fromEntries(notKept);
  waiting = [];
  notKept = new Map();
  senderSince = null;
  countsSentAt = now;
  // A sender that was thought to be cut off may find that another one has sent.
  if (packs.length === 0 && Object.keys(counts).length === 0) return;
  if (packs.length === 0) packs.push([]);
  await Promise.all(
    packs.map((rejected, place) =>
      send(env, { format: 1, rejected, not_kept: place === 0 ? counts : {}, sent_at: now }),
    ),
  );
}

function keep({ event, problem }: Rejection, context: RejectionContext): void {
  const { destination, receivedAt: now } = context;
  if (now - windowSince >= REJECTED_WINDOW_MILLISECONDS) {
    windowSince = now;
    keptInWindow = 0;
  }
  const isAnonymous = destination === "ledger";
  // Without consent to analytics nothing is kept of what somebody did.
  if ((destination !== "queue" && !isAnonymous) || keptInWindow >= REJECTED_PER_MINUTE_MAX) {
    countOnly(problem.kind, 1);
    return;
  }
  keptInWindow += 1;
  waiting.push({
    reason: problem.kind,
    detail: problem.message.slice(0, DETAIL_MAX_LENGTH),
    payload: rejectedPayload(event, isAnonymous ? { ...context, shopper: null, sessionId: undefined } : context),
  });
}

/**
 * Lets rejected events travel to the quarantine together with those of other requests; the first of them stays behind
 * to send them. Best effort, and bounded: what a shopper has not agreed to, or is more than a minute may bring, is only
 * counted, and the count goes with the next message (at most one a minute brings counts alone). What an isolate takes
 * along when it ends is lost.
 * @returns what must be kept alive after the answer, null when another request sends or there is nothing to send
 */
export function packRejected(
  env: RuntimeEnv,
  rejections: readonly Rejection[],
  context: RejectionContext,
): Promise<void> | null {
  if (rejections.length === 0) return null;
  for (const rejection of rejections) keep(rejection, context);
  const { receivedAt: now } = context;
  if (waiting.length === 0 && now - countsSentAt < REJECTED_WINDOW_MILLISECONDS) return null;
  if (senderSince !== null && now - senderSince < SENDER_ABANDONED_MILLISECONDS) return null;
  senderSince = now;
  return sendLater(env);
}
