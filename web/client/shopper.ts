import type { Consent, InitOptions, SignedInUser } from "../client.js";
import { readCookie, writeCookie } from "./consent-cookie.ts";
import { randomId } from "./random-id.ts";
import { warn } from "./warnings.ts";

const REFUSED: Consent = { personalization: false, analytics: false };

let options: InitOptions | null = null;
/** Null until the shopper said something. */
let said: Consent | null = null;
let user: SignedInUser | null = null;
let ownClientId = randomId();
const onePageId = randomId();
/** Whether the cookie was seen to be kept: then it is what counts, since another tab may have changed it. */
let isKept = false;

/** What the page gave to `init`; null before. */
export function settings(): InitOptions | null {
  return options;
}

function keep(): void {
  if (options === null || said === null) return;
  const cookie = options.cookie ?? {};
  const granted = said.personalization || said.analytics;
  // Who agreed to be counted alone is not to be known again.
  const clientId = said.personalization && !options.clientId ? ownClientId : undefined;
  writeCookie(cookie, granted ? { consent: said, clientId } : null);
  isKept = granted && readCookie(cookie) !== null;
}

function takeFromCookie(): void {
  const kept = readCookie(options?.cookie ?? {});
  if (kept === null && !isKept) return;
  isKept = kept !== null;
  said = kept?.consent ?? null;
  ownClientId = kept?.clientId ?? ownClientId;
}

/** Begins with what the page says, and what the shopper said on an earlier one. */
export function begin(given: InitOptions): void {
  options = given;
  if (said !== null) decide(said);
  else {
    takeFromCookie();
    // The cookie is of a time when the shop had ids of its own.
    if (consentOf().personalization && !readCookie(given.cookie ?? {})?.clientId) keep();
  }
}

/** What the shopper agreed to, as far as anybody said. */
export function consentOf(): Consent {
  if (isKept) takeFromCookie();
  return said ?? REFUSED;
}

/** True once the shopper agreed to anything. */
export function mayTell(): boolean {
  const { personalization, analytics } = consentOf();
  return options !== null && (personalization || analytics);
}

/** True when the shopper refused everything, as opposed to not having been asked yet. */
export function hasRefused(): boolean {
  return said !== null && !said.personalization && !said.analytics;
}

/** Takes the shopper's word; only `true` is a yes. @returns whether it is another than before */
export function decide(choice: { readonly [Purpose in keyof Consent]?: unknown }): boolean {
  const before = said;
  said = { personalization: choice.personalization === true, analytics: choice.analytics === true };
  // Another tab may have made an id first; and who agrees anew is not to be known as who they were.
  if (said.personalization) ownClientId = readCookie(options?.cookie ?? {})?.clientId ?? ownClientId;
  else if (before?.personalization) ownClientId = randomId();
  keep();
  return before?.personalization !== said.personalization || before.analytics !== said.analytics;
}

/** The user who is signed in. */
export function signedInAs(): string | undefined {
  return user?.userId;
}

/** Takes who signed in; with nothing, that nobody is. @returns whether it is somebody else than before */
export function signIn(given: Partial<SignedInUser> | null | undefined): boolean {
  const before = user?.userId;
  const { userId, token } = given ?? {};
  user = userId && token ? { userId, token } : null;
  if (userId && !token) warn("a user needs a shopper token beside the id, and stays anonymous without one.");
  if (before !== undefined && before !== user?.userId) {
    // Whoever uses this browser next is not the one who left.
    ownClientId = randomId();
    keep();
  }
  return before !== user?.userId;
}

/** Who is named to Endcap: without consent to personalisation an id that this page alone knows, and no user. */
export function identity(): Record<string, string | undefined> {
  if (!consentOf().personalization) return { client_id: onePageId };
  return { client_id: options?.clientId ?? ownClientId, user_id: user?.userId, token: user?.token };
}
