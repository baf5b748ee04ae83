/**
 * What the page was opened with, kept for this tab only.
 * @typedef {{ key: string, user: string | null, token: string | null, item: string | null }} Access
 */

const STORED_AS = "endcap.access";
const CLIENT_STORED_AS = "endcap.client_id";
const CLIENT_ID_BYTES = 24;

/** @param {URLSearchParams} fields @returns {Access | null} null unless a publishable key is among them */
function accessOf(fields) {
  const key = fields.get("key") ?? "";
  if (!key.startsWith("pk_")) return null;
  // A user without a token would be refused: only the shop's server may name one.
  const token = fields.get("token") || null;
  return { key, token, user: token === null ? null : fields.get("user") || null, item: fields.get("item") || null };
}

/** Keeps what a link or the form said. @param {URLSearchParams} fields @returns {Access | null} */
export function keepAccess(fields) {
  const access = accessOf(fields);
  if (access !== null) sessionStorage.setItem(STORED_AS, fields.toString());
  return access;
}

/** What the link's fragment says, else what an earlier one said in this tab. @returns {Access | null} */
export function readAccess() {
  const fromLink = keepAccess(new URLSearchParams(location.hash.slice(1)));
  if (fromLink !== null) {
    // The address bar is what people copy and share: the token does not stay in it.
    history.replaceState(null, "", location.pathname);
    return fromLink;
  }
  return accessOf(new URLSearchParams(sessionStorage.getItem(STORED_AS) ?? ""));
}

/** An anonymous shopper's id: 32 url-safe characters of randomness. @returns {string} */
export function newClientId() {
  const bytes = crypto.getRandomValues(new Uint8Array(CLIENT_ID_BYTES));
  const id = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  sessionStorage.setItem(CLIENT_STORED_AS, id);
  return id;
}

/** This tab's anonymous shopper. @returns {string} */
export function clientId() {
  return sessionStorage.getItem(CLIENT_STORED_AS) ?? newClientId();
}
