import { addressOf } from "./address.ts";
import type { WaitingEvent } from "./kept-events.ts";
import { consentOf, identity, settings } from "./shopper.ts";
import { warn } from "./warnings.ts";

const TIMEOUT_MILLISECONDS = 10_000;
/** Browsers refuse what a page sends beyond its end above 64 KB. */
const KEEPALIVE_MAX_LENGTH = 60_000;

const REQUEST_TIMEOUT = 408;
const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;

interface Answer {
  readonly error?: { readonly message?: string };
  readonly rejected?: readonly { readonly code: string; readonly message: string }[];
}

function isWorthRetrying(status: number): boolean {
  return status === REQUEST_TIMEOUT || status === TOO_MANY_REQUESTS || status >= SERVER_ERROR;
}

/**
 * Sends events, such that they arrive when the page ends meanwhile, and without a preflight.
 * @returns whether they are done with: taken, or refused for good, which the console is told
 */
export async function postEvents(events: readonly WaitingEvent[]): Promise<boolean> {
  try {
    const address = addressOf("events");
    const body = JSON.stringify({
      key: settings()?.key,
      ...identity(),
      consent: consentOf(),
      events: events.map(({ event }) => event),
    });
    if (document.hidden && !("keepalive" in Request.prototype)) return navigator.sendBeacon(address, body);
    const response = await fetch(address, {
      method: "POST",
      body,
      keepalive: body.length < KEEPALIVE_MAX_LENGTH,
      signal: AbortSignal.timeout?.(TIMEOUT_MILLISECONDS),
    });
    if (isWorthRetrying(response.status)) return false;
    const answer = (await response.json().catch(() => null)) as Answer | null;
    if (!response.ok) warn(`events were refused: ${answer?.error?.message ?? response.status}`);
    // Who answers "OK" without a word of ours (a portal of some network) has not taken them.
    else if (answer === null) return false;
    for (const { code, message } of answer?.rejected ?? []) warn(`an event was refused: ${code}: ${message}`);
    return true;
  } catch {
    return false;
  }
}
