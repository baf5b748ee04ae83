import {
  forgetAllEvents,
  forgetEvents,
  keepEvents,
  keptEvents,
  type TrackedEvent,
  type WaitingEvent,
} from "./kept-events.ts";
import { postEvents } from "./post-events.ts";
import { doer, hasRefused, mayTell, needsToken, signedInAs } from "./shopper.ts";

const BATCH_MILLISECONDS = 500;
const BATCH_EVENTS = 20;
/** Of JSON: below what Endcap takes and what may be sent while a page ends. */
const BATCH_BYTES = 30_000;
const WAITING_MAX = 200;
const RETRY_FIRST_MILLISECONDS = 1_000;
const RETRY_LONGEST_MILLISECONDS = 300_000;
const LOCK = "endcap.events";

/** What happened since the last batch, or before the shopper was asked: nowhere but here. */
let waiting: WaitingEvent[] = [];
/** Ids that this page has sent and has no answer for yet. */
const underWay = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
/** As long as it runs nothing is sent. Not an instant: timers go off before the clock says so, and clocks are set back. */
let pause: ReturnType<typeof setTimeout> | undefined;
let work: Promise<unknown> = Promise.resolve();

function schedule(milliseconds: number): void {
  timer ??= setTimeout(sendSoon, milliseconds);
}

/** What one doer did: a request names one. */
function nextBatch(events: readonly WaitingEvent[]): WaitingEvent[] {
  const batch: WaitingEvent[] = [];
  if (needsToken()) return batch;
  let bytes = 0;
  for (const entry of events) {
    if (underWay.has(entry.event.event_id) || (entry.user && entry.user !== signedInAs())) continue;
    if ((batch[0] ?? entry).client !== entry.client) continue;
    bytes += new Blob([JSON.stringify(entry.event)]).size;
    if (batch.length === BATCH_EVENTS || (batch.length > 0 && bytes > BATCH_BYTES)) break;
    batch.push(entry);
  }
  return batch;
}

/** @returns whether the next batch may follow */
async function send(batch: readonly WaitingEvent[], isPageEnding = false): Promise<boolean> {
  for (const { event } of batch) underWay.add(event.event_id);
  const isDone = await postEvents(batch, isPageEnding);
  for (const { event } of batch) underWay.delete(event.event_id);
  if (isDone) {
    forgetEvents(batch);
    failures = 0;
  } else {
    const longest = Math.min(RETRY_FIRST_MILLISECONDS * 2 ** failures++, RETRY_LONGEST_MILLISECONDS);
    pause ??= setTimeout(sendNow, longest * (0.5 + Math.random() / 2));
  }
  return isDone;
}

async function sendKept(): Promise<void> {
  while (mayTell() && pause === undefined) {
    const batch = nextBatch(keptEvents());
    if (batch.length === 0 || !(await send(batch))) return;
  }
}

/** Takes what waits into what is kept. @returns it */
function keepWaiting(): readonly WaitingEvent[] {
  clearTimeout(timer);
  timer = undefined;
  if (!mayTell()) return [];
  // What was done before the shopper was asked is done by who agreed.
  const taken = waiting.map((entry) => (entry.user || entry.client ? entry : { ...entry, ...doer() }));
  waiting = [];
  if (taken.length > 0) keepEvents(taken);
  return taken;
}

/** Sends what there is, one batch after the other, and in one tab at a time: they share what is kept. */
function sendSoon(): void {
  keepWaiting();
  // A page without TLS has no locks, a sandboxed frame may not use them.
  work = work.then(() => navigator.locks.request(LOCK, sendKept)).catch(sendKept);
}

/** Takes an event; it goes out with others, as soon as the shopper agreed. @returns false after a refusal */
export function put(event: TrackedEvent): boolean {
  if (hasRefused()) return false;
  waiting = [...waiting, { event, ...doer() }].slice(-WAITING_MAX);
  if (waiting.length >= BATCH_EVENTS && mayTell()) sendSoon();
  else lookAgain();
  return true;
}

/** After `init`, consent or a sign-in: what waited may go now, or is dropped. */
export function lookAgain(): void {
  if (hasRefused()) {
    waiting = [];
    forgetAllEvents();
  } else if (mayTell()) schedule(BATCH_MILLISECONDS);
}

/** A pause is over, or the browser is online again. */
export function sendNow(): void {
  clearTimeout(pause);
  pause = undefined;
  sendSoon();
}

/**
 * The page may end with this very task, so nothing is waited for. What is sent stays kept until it is answered: should
 * the page not live to see that, the next one sends it again under the same ids.
 */
export function sendAtOnce(): void {
  const taken = keepWaiting();
  if (pause !== undefined) return;
  for (let batch = nextBatch(taken); batch.length > 0; batch = nextBatch(taken)) void send(batch, true);
}
