import type { Consent, InitOptions, SignedInUser } from "../client.js";
import { tellChange } from "./change.ts";
import { readCookie, writeCookie } from "./consent-cookie.ts";
import { randomId } from "./random-id.ts";
import { warn } from "./warnings.ts";

/** Who did something, as far as they may be known; nobody else is to be credited with it. */
export interface Doer {
  /** Who was signed in. */
  readonly user?: string;
  /** The client id of who was not. */
  readonly client?: string;
}

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
  const isKnown = said.personalization && !options.clientId;
  isKept = writeCookie(options.cookie, { consent: said, clientId: isKnown ? ownClientId : undefined });
}

function hear(word: Consent): void {
  // Who agrees anew is not to be known as who they were.
  if (said?.personalization && !word.personalization) ownClientId = randomId();
  said = word;
}

/**
 * Takes another tab's word and client id. With another id the user of this tab is no longer believed: it may be that of
 * whoever came after a sign-out there, and would be made the user's. Until the page says anew who is signed in, nobody is.
 */
function takeFromCookie(): void {
  const kept = options && readCookie(options.cookie);
  if (kept === null && !isKept) return;
  isKept = kept !== null;
  const before = clientId();
  // What takes away a cookie that was there is a refusal in another tab.
  hear(kept?.consent ?? REFUSED);
  ownClientId = kept?.clientId ?? ownClientId;
  if (user === null || clientId() === before) return;
  user = null;
  // Later: whoever asks has not done with the answer.
  queueMicrotask(tellChange);
}

/** Begins with what the shopper said on an earlier page. @returns what they said on this one: to be decided next */
export function begin(given: InitOptions): Consent | null {
  const saidHere = said;
  const userHere = user;
  options = given;
  said = null;
  takeFromCookie();
  // The page said it after the cookie was written.
  user = userHere;
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
  const before = said;
  const word = { personalization: choice.personalization === true, analytics: choice.analytics === true };
  // Another tab may have heard a refusal, or have made an id first.
  takeFromCookie();
  hear(word);
  keep();
  return JSON.stringify(before) !== JSON.stringify(word);
}

/** The client id of this browser. */
function clientId(): string {
  return options?.clientId ?? ownClientId;
}

/** Who does what is done now; nobody in particular before they agreed to be known. */
export function doer(): Doer {
  // First, since it may tell that the user is gone.
  const { personalization } = consentOf();
  if (user !== null) return { user: user.userId };
  return personalization ? { client: clientId() } : {};
}

/** The user who is signed in. */
export function signedInAs(): string | undefined {
  return user?.userId;
}

/** Takes who signed in; with nothing, that nobody is. @returns whether answers and sending may differ by it */
export function signIn(given: Partial<SignedInUser> | null | undefined): boolean {
  // First, since it may tell that the user of before is gone.
  const neededToken = needsToken();
  const before = user?.userId;
  const { userId, token } = given ?? {};
  user = userId && token ? { userId, token } : null;
  if (userId && !token) warn("a user needs a shopper token.");
  if (before !== undefined && before !== user?.userId) {
    // Whoever uses this browser next is not the one who left.
    ownClientId = randomId();
    keep();
  }
  return before !== user?.userId || neededToken;
}

/**
 * Who is named to Endcap: without consent to personalisation an id that this page alone knows, and no user.
 * @param client who is to be named: only as who is here now are they the user, too
 */
export function identity(client?: string): Record<string, string | undefined> {
  if (!consentOf().personalization) return { client_id: onePageId };
  const client_id = clientId();
  if (client && client !== client_id) return { client_id: client };
  return { client_id, user_id: user?.userId, token: user?.token };
}

/** Takes that Endcap refused a user's token. */
export function refuseToken(token: string | null | undefined): void {
  refusedToken = token ?? null;
}

/** True while the token is one that was refused: the shop has to bring another. */
export function needsToken(): boolean {
  return identity()["token"] === refusedToken;
}
