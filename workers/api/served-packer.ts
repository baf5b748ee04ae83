import { packByBytes } from "../../domain/ledger/packing.ts";
import { describeGiven, type GivenAnswers } from "../../domain/served/given-answer.ts";
import {
  SERVED_HELD_MAX_ANSWERS,
  SERVED_PACK_MAX_ANSWERS,
  SERVED_PACK_MAX_BYTES,
  SERVED_PACK_WAIT_MILLISECONDS,
  SERVED_SENDING_MAX_MILLISECONDS,
} from "../../domain/served/limits.ts";
import type { ServedAnswer, ServedMessage } from "../../domain/served/served-message.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";

/** `SERVED = "off"` saves nothing: by it the bench measures what saving costs. No deployment sets it. */
type SavingEnv = RuntimeEnv & { readonly SERVED?: string };

/** Who has not sent by then was cut off: the next request sends in its place. */
const SENDER_ABANDONED_MILLISECONDS = 3 * SERVED_PACK_WAIT_MILLISECONDS;

/** A message on its way. */
interface Sending {
  readonly answers: number;
  /** Answers whose loss it tells of. */
  readonly lost: number;
  /** Milliseconds since 1970 UTC. */
  readonly since: number;
}

// What waits in this isolate, and when the request that will send it began to wait. Only data: no request ever waits
// for what another one does.
let waiting: GivenAnswers[] = [];
let waitingAnswers = 0;
let senderSince: number | null = null;
const underWay = new Set<Sending>();
// Answers that will not be sent any more; the next message tells of them.
let lost = 0;

function giveUp(sending: Sending): void {
  // Not twice: it was given up already if a request that came later found it stuck.
  if (underWay.delete(sending)) lost += sending.answers + sending.lost;
}

async function sendPack(env: RuntimeEnv, answers: readonly ServedAnswer[], now: number): Promise<void> {
  const sending: Sending = { answers: answers.length, lost, since: now };
  lost = 0;
  underWay.add(sending);
  try {
    await env.SERVED_QUEUE.send({ format: 1, lost: sending.lost, answers: [...answers] } satisfies ServedMessage);
    underWay.delete(sending);
  } catch (error) {
    giveUp(sending);
    logger.warn("served_send_failed", { answers: answers.length, message: messageOf(error) });
  }
}

async function sendWaiting(env: RuntimeEnv, now: number): Promise<void> {
  const answers = waiting.flatMap(describeGiven);
  waiting = [];
  waitingAnswers = 0;
  senderSince = null;
  const packs: ServedAnswer[][] = [];
  for (let start = 0; start < answers.length; start += SERVED_PACK_MAX_ANSWERS) {
    packs.push(...packByBytes(answers.slice(start, start + SERVED_PACK_MAX_ANSWERS), SERVED_PACK_MAX_BYTES));
  }
  // A loss is told even when nothing else is left to say: there may be no room for another answer for a while.
  if (packs.length === 0 && lost > 0) packs.push([]);
  await Promise.all(packs.map((pack) => sendPack(env, pack, now)));
}

async function sendAfter(env: RuntimeEnv, milliseconds: number): Promise<void> {
  // A turn of the event loop at least: the answer leaves before any work is done on what it was.
  await scheduler.wait(milliseconds);
  await sendWaiting(env, Date.now());
}

/** Answers that are held, after what has been on its way for longer than any request may was given up. */
function heldAnswers(now: number): number {
  let held = waitingAnswers;
  for (const sending of underWay) {
    if (now - sending.since > SERVED_SENDING_MAX_MILLISECONDS) giveUp(sending);
    else held += sending.answers;
  }
  return held;
}

/**
 * Lets what was served travel to the lake together with what other requests were served; the first of them stays behind
 * to send it. Best effort: what cannot be sent, or is too much to hold, is counted as lost, and the next message tells
 * of it. What an isolate takes along when it ends is not counted.
 * @returns what must be kept alive after the answer, null when another request sends
 */
export function saveServed(env: SavingEnv, given: GivenAnswers): Promise<void> | null {
  if (env.SERVED === "off") return null;
  const { answers, at: now } = given;
  if (heldAnswers(now) + answers.length > SERVED_HELD_MAX_ANSWERS) {
    lost += answers.length;
  } else {
    waiting.push(given);
    const before = waitingAnswers;
    waitingAnswers += answers.length;
    // Only whoever fills the pack sends it at once: those that follow in the same turn find it on its way.
    if (before < SERVED_PACK_MAX_ANSWERS && waitingAnswers >= SERVED_PACK_MAX_ANSWERS) return sendAfter(env, 0);
  }
  if (senderSince !== null && now - senderSince < SENDER_ABANDONED_MILLISECONDS) return null;
  senderSince = now;
  return sendAfter(env, SERVED_PACK_WAIT_MILLISECONDS);
}
