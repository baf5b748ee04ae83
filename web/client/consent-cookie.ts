import type { Consent, InitOptions } from "../client.js";

const COOKIE_NAME = "endcap";
/** How long a shopper's word holds before the shop has to ask again. */
const COOKIE_DAYS = 180;
const SECONDS_PER_DAY = 86_400;

type CookieOptions = NonNullable<InitOptions["cookie"]>;

/** What the cookie says: `pa.<client id>`, where p is for personalisation and a for analytics. */
export interface KeptConsent {
  readonly consent: Consent;
  readonly clientId: string | undefined;
}

/** Null where there is none, or none may be read (a sandboxed frame throws). */
export function readCookie({ name = COOKIE_NAME }: CookieOptions = {}): KeptConsent | null {
  try {
    const found = document.cookie.split("; ").find((cookie) => cookie.startsWith(`${name}=`));
    const match = /^(?=[pa])(p?)(a?)(?:\.([\w.~-]{22,128}))?$/.exec(found?.slice(name.length + 1) ?? "-");
    return match && { consent: { personalization: !!match[1], analytics: !!match[2] }, clientId: match[3] };
  } catch {
    return null;
  }
}

/** Writes the cookie, or removes it where nothing was granted. @returns whether it is there now */
export function writeCookie(cookie: CookieOptions = {}, { consent, clientId }: KeptConsent): boolean {
  const { name = COOKIE_NAME, days = COOKIE_DAYS, domain } = cookie;
  const purposes = `${consent.personalization ? "p" : ""}${consent.analytics ? "a" : ""}`;
  const id = clientId ? `.${clientId}` : "";
  const age = purposes ? days * SECONDS_PER_DAY : 0;
  const place = `;path=/;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  try {
    // One of this host alone, of a time before the domain was said, would go on speaking for the shopper.
    // oxlint-disable-next-line unicorn/no-document-cookie -- cookieStore is not there on pages without TLS
    if (domain) document.cookie = `${name}=;max-age=0${place}`;
    // oxlint-disable-next-line unicorn/no-document-cookie -- as above
    document.cookie = `${name}=${purposes}${id};max-age=${age}${place}${domain ? `;domain=${domain}` : ""}`;
  } catch {
    // Then the shopper's word holds for this page alone.
  }
  return age > 0 && readCookie(cookie) !== null;
}
