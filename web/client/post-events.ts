import { addressOf } from "./address.ts";
import type { WaitingEvent } from "./kept-events.ts";
import { request } from "./request.ts";
import { consentOf, identity, refuseToken, settings } from "./shopper.ts";
import { warn } from "./warnings.ts";

const TIMEOUT_MILLISECONDS = 10_000;
/** Browsers refuse what a page sends beyond its end above 64 KB. */
const KEEPALIVE_MAX_BYTES = 60_000;
/** What happened this moment happened when Endcap hears of it: so a clock that is wrong does no harm. */
const NOW_MILLISECONDS = 5_000;

/** Request Timeout, Too Many Requests. */
const WORTH_RETRYING = [408, 429];
const SERVER_ERROR = 500;
const INVALID_TOKEN = "invalid_token";

interface Answer {
  readonly error?: { readonly code?: string; readonly message?: string };
  readonly rejected?: readonly { readonly code: string; readonly message: string }[];
}

function inWordsOf({ event }: WaitingEvent): object {
  const isOld = Date.now() - Date.parse(event.timestamp) > NOW_MILLISECONDS;
  return { ...event, timestamp: isOld ? event.timestamp : undefined };
}

/**
 * Sends events, such that they arrive when the page ends meanwhile, and without a preflight.
 * @returns whether they are done with: taken, or refused for good, which the console is told
 */
export async function postEvents(events: readonly WaitingEvent[], isPageEnding: boolean): Promise<boolean> {
  try {
    const address = addressOf("events");
    const named = identity();
    const body = JSON.stringify({
      key: settings()?.key,
      ...named,
      consent: consentOf(),
      events: events.map(inWordsOf),
    });
    // Beside the request, which is answered if the page lives on after all: nobody hears what became of a beacon.
    if (isPageEnding && !("keepalive" in Request.prototype)) navigator.sendBeacon(address, body);
    const response = await request(address, {
      method: "POST",
      body,
      keepalive: new Blob([body]).size < KEEPALIVE_MAX_BYTES,
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    if (WORTH_RETRYING.includes(response.status) || response.status >= SERVER_ERROR) return false;
    const answer = (await response.json().catch(() => null)) as Answer | null;
    if (!response.ok) warn(`events were refused: ${answer?.error?.message ?? response.status}`);
    // Who answers "OK" without a word of ours (a portal of some network) has not taken them.
    else if (answer === null) return false;
    if (answer?.error?.code === INVALID_TOKEN) {
      refuseToken(named["token"]);
      return false;
    }
    for (const { code, message } of answer?.rejected ?? []) warn(`an event was refused: ${code}: ${message}`);
    return true;
  } catch {
    return false;
  }
}
