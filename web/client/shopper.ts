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
/** The token that Endcap took for invalid or expired, if it did. */
let refusedToken: string | null = null;

/** What the page gave to `init`; null before. */
export function settings(): InitOptions | null {
  return options;
}

function keep(): void {
  if (options === null || said === null) return;
  // Who agreed to be counted alone is not to be known again.
  const clientId = said.personalization && !options.clientId ? ownClientId : undefined;
  isKept = writeCookie(options.cookie, { consent: said, clientId });
}

/** @returns whether it is another word than before */
function hear(word: Consent, clientId: string | undefined): boolean {
  const before = said;
  said = word;
  if (clientId) ownClientId = clientId;
  // Who agrees anew is not to be known as who they were.
  else if (before?.personalization && !word.personalization) ownClientId = randomId();
  return before?.personalization !== word.personalization || before.analytics !== word.analytics;
}

function takeFromCookie(): void {
  const kept = readCookie(options?.cookie);
  if (kept === null && !isKept) return;
  isKept = kept !== null;
  // What takes away a cookie that was there is a refusal in another tab.
  hear(kept?.consent ?? REFUSED, kept?.clientId);
}

/** Begins with what the shopper said on an earlier page. @returns what they said on this one: to be decided next */
export function begin(given: InitOptions): Consent | null {
  const saidHere = said;
  options = given;
  said = null;
  takeFromCookie();
  // The cookie is of a time when the shop had ids of its own.
  if (consentOf().personalization && !readCookie(given.cookie)?.clientId) keep();
  return saidHere;
}

/** What the shopper agreed to, as far as anybody said. */
export function consentOf(): Consent {
  if (isKept) takeFromCookie();
  return said ?? REFUSED;
}

/** True when the shopper refused everything, as opposed to not having been asked yet. */
export function hasRefused(): boolean {
  const { personalization, analytics } = consentOf();
  return said !== null && !personalization && !analytics;
}

/** True once the shopper agreed to anything. */
export function mayTell(): boolean {
  return options !== null && !hasRefused() && said !== null;
}

/** Takes the shopper's word; only `true` is a yes. @returns whether it is another than before */
export function decide(choice: { readonly [Purpose in keyof Consent]?: unknown }): boolean {
  // Another tab may have heard a refusal, or have made an id first.
  consentOf();
  const personalization = choice.personalization === true;
  const clientId = personalization ? readCookie(options?.cookie)?.clientId : undefined;
  const isAnother = hear({ personalization, analytics: choice.analytics === true }, clientId);
  keep();
  return isAnother;
}

/** The user who is signed in. */
export function signedInAs(): string | undefined {
  return user?.userId;
}

/** Takes who signed in; with nothing, that nobody is. @returns whether answers and sending may differ by it */
export function signIn(given: Partial<SignedInUser> | null | undefined): boolean {
  const before = user?.userId;
  const neededToken = needsToken();
  const { userId, token } = given ?? {};
  user = userId && token ? { userId, token } : null;
  if (userId && !token) warn("a user without a shopper token stays anonymous.");
  if (before !== undefined && before !== user?.userId) {
    // Whoever uses this browser next is not the one who left.
    ownClientId = randomId();
    keep();
  }
  return before !== user?.userId || neededToken;
}

/** Who is named to Endcap: without consent to personalisation an id that this page alone knows, and no user. */
export function identity(): Record<string, string | undefined> {
  if (!consentOf().personalization) return { client_id: onePageId };
  return { client_id: options?.clientId ?? ownClientId, user_id: user?.userId, token: user?.token };
}

/** Takes that Endcap refused a user's token. */
export function refuseToken(token: string | undefined): void {
  refusedToken = token ?? null;
}

/** True while the token is one that was refused: the shop has to bring another. */
export function needsToken(): boolean {
  return identity()["token"] === refusedToken;
}
