/** What is known of a shopper when a request comes. */
export interface Shopper {
  /** Null for one who has agreed to nothing. */
  readonly clientId: string | null;
  /** Who is signed in; null for nobody, and for one who has not agreed to be recognised on this device. */
  readonly userId: string | null;
  readonly consent: { readonly personalization: boolean; readonly analytics: boolean };
  /** ISO 3166-1 alpha-2; null where the edge does not know. */
  readonly country: string | null;
}

/** The cookie of the browser client: `pa.<client id>`, p for personalisation, a for analytics. */
const COOKIE_PATTERN = /(?:^|;\s*)endcap=(p?)(a?)(?:\.([A-Za-z0-9._~-]{22,128}))?(?=;|$)/;

/** Who is to be counted, and not to be known again, has an id for this page alone. */
function clientIdOf({ personalization, analytics }: Shopper["consent"], kept: string | null): string | null {
  if (personalization && kept !== null) return kept;
  return analytics ? crypto.randomUUID() : null;
}

/**
 * Who the shopper is, by the cookie that the browser client keeps: both speak for the same one. Whoever has not agreed
 * to anything has no such cookie. Endcap takes a call without `consent` for the word that the shop has asked, so it is
 * always said. It is the word of whoever the call names: a user who was not asked on this device has not refused, and
 * is not named.
 * @param signedIn the user by the shop's own session, null for nobody
 */
export function shopperOf(request: Request, signedIn: string | null): Shopper {
  const [, personalization = "", analytics = "", kept = null] =
    COOKIE_PATTERN.exec(request.headers.get("cookie") ?? "") ?? [];
  const consent = { personalization: personalization !== "", analytics: analytics !== "" };
  const country = request.cf?.country;
  // `XX` and Tor's `T1` are no countries.
  const known = typeof country === "string" && /^[A-Z]{2}$/.test(country) && country !== "XX";
  return {
    clientId: clientIdOf(consent, kept),
    userId: consent.personalization ? signedIn : null,
    consent,
    country: known ? country : null,
  };
}

/** The shopper as a call to Endcap names them. */
export function namesOf({ clientId, userId }: Shopper): { readonly client_id?: string; readonly user_id?: string } {
  return { ...(clientId === null ? {} : { client_id: clientId }), ...(userId === null ? {} : { user_id: userId }) };
}
