/** What is known of a shopper when a request comes. */
export interface Shopper {
  /** Null for one who has agreed to nothing. */
  readonly clientId: string | null;
  readonly consent: { readonly personalization: boolean; readonly analytics: boolean };
  /** ISO 3166-1 alpha-2; null where the edge does not know. */
  readonly country: string | null;
}

/** The cookie of the browser client: `pa.<client id>`, p for personalisation, a for analytics. */
const COOKIE_PATTERN = /(?:^|;\s*)endcap=(p?)(a?)(?:\.([A-Za-z0-9._~-]{22,128}))?(?=;|$)/;

/**
 * Who the shopper is, by the cookie that the browser client keeps: both speak for the same one. Whoever has not agreed
 * to anything has no such cookie. Endcap takes a call without `consent` for the word that the shop has asked, so it is
 * always said.
 */
export function shopperOf(request: Request): Shopper {
  const [, personalization = "", analytics = "", clientId = null] =
    COOKIE_PATTERN.exec(request.headers.get("cookie") ?? "") ?? [];
  const consent = { personalization: personalization !== "", analytics: analytics !== "" };
  const country = request.cf?.country;
  // `XX` and Tor's `T1` are no countries.
  const known = typeof country === "string" && /^[A-Z]{2}$/.test(country) && country !== "XX";
  return {
    clientId: consent.personalization || consent.analytics ? clientId : null,
    consent,
    country: known ? country : null,
  };
}
