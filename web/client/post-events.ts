import { addressOf } from "./address.ts";
import type { WaitingEvent } from "./kept-events.ts";
import { hearRefusal, type Refusal } from "./refusal.ts";
import { request } from "./request.ts";
import { consentOf, identity, settings } from "./shopper.ts";
import { warn } from "./warnings.ts";

const TIMEOUT_MILLISECONDS = 10_000;
/** Browsers refuse what a page sends beyond its end above 64 KB. */
const KEEPALIVE_MAX_BYTES = 60_000;
/** What happened this moment happened when Endcap hears of it: so a clock that is wrong does no harm. */
const NOW_MILLISECONDS = 5_000;

/** Request Timeout, Too Many Requests, and what is the server's own fault. */
const WORTH_RETRYING = /408|429|5../;

interface Answer extends Refusal {
  readonly rejected?: readonly { readonly code: string; readonly message: string }[];
}

function inWordsOf({ event }: WaitingEvent): object {
  const isOld = Date.now() - Date.parse(event.timestamp) > NOW_MILLISECONDS;
  return { ...event, timestamp: isOld ? event.timestamp : undefined };
}

/**
 * Sends events of one doer, such that they arrive when the page ends meanwhile, and without a preflight.
 * @returns whether they are done with: taken, or refused for good, which the console is told
 */
export async function postEvents(events: readonly WaitingEvent[], isPageEnding: boolean): Promise<boolean> {
  try {
    const address = addressOf("events");
    const named = identity(events[0]?.client);
    const body = JSON.stringify({
      key: settings()?.key,
      ...named,
      consent: consentOf(),
      events: events.map(inWordsOf),
    });
    // Beside the request, which is answered if the page lives on after all: nobody hears what became of a beacon.
    if (isPageEnding && !("keepalive" in Request.prototype)) navigator.sendBeacon(address, body);
    const response = await request(address, TIMEOUT_MILLISECONDS, {
      method: "POST",
      body,
      keepalive: new Blob([body]).size < KEEPALIVE_MAX_BYTES,
    });
    if (WORTH_RETRYING.test(String(response.status))) return false;
    const answer = (await response.json().catch(() => null)) as Answer | null;
    if (!response.ok) return !hearRefusal("events", answer, response.status, named["token"]);
    // Who answers "OK" without a word of ours (a portal of some network) has not taken them.
    if (answer === null) return false;
    for (const { code, message } of answer.rejected ?? []) warn(`an event was refused: ${code}: ${message}`);
    return true;
  } catch {
    return false;
  }
}
