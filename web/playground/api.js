/**
 * Who is shopping: a known user, proven by a token, or an anonymous client.
 * @typedef {{ user_id: string, token: string } | { client_id: string }} Shopper
 */

const CONSENT = { personalization: true, analytics: true };
const TOKEN_SHOWN_CHARACTERS = 12;

/** A refusal, in words that can be shown. */
export class Refusal extends Error {}

/** @param {Response} response @returns {Promise<unknown>} @throws {Refusal} with the error envelope's message */
async function bodyOf(response) {
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  throw new Refusal(body?.error?.message ?? `The server answered ${response.status}.`);
}

/** @param {string} text what is shown of a request @param {Shopper} shopper */
function withoutToken(text, shopper) {
  if (!("token" in shopper)) return text;
  return text.replaceAll(shopper.token, `${shopper.token.slice(0, TOKEN_SHOWN_CHARACTERS)}…`);
}

/**
 * The address of a recommendation.
 * @param {string} key @param {Shopper} shopper
 * @param {{ placement: string, item: string | null }} page
 * @returns {{ url: string, shown: string }} `shown` has the token shortened
 */
export function recommendationRequest(key, shopper, page) {
  const query = new URLSearchParams({ placement: page.placement, ...shopper, limit: "8" });
  if (page.item !== null) query.set("item_id", page.item);
  query.set("consent", Object.keys(CONSENT).join(","));
  query.set("key", key);
  const url = `/v1/recommendations?${query}`;
  return { url, shown: withoutToken(`GET ${url.replaceAll("%2C", ",")}`, shopper) };
}

/** @param {string} url @param {AbortSignal} signal @returns {Promise<unknown>} the answer @throws {Refusal} */
export async function fetchRecommendation(url, signal) {
  return bodyOf(await fetch(url, { signal }));
}

/**
 * Tells Endcap what the shopper did with an item.
 * @param {string} key @param {Shopper} shopper
 * @param {{ name: string, itemId: string, price: number, recommendationId: string }} deed
 * @returns {Promise<{ shown: string, answer: unknown }>}
 * @throws {Refusal}
 */
export async function sendEvent(key, shopper, { name, itemId, price, recommendationId }) {
  const event = {
    event_id: crypto.randomUUID(),
    name,
    params: { items: [{ item_id: itemId, price, quantity: 1 }], recommendation_id: recommendationId },
  };
  const body = { key, ...shopper, consent: CONSENT, events: [event] };
  const response = await fetch("/v1/events", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await bodyOf(response);
  const rejected = /** @type {{ rejected?: { message: string }[] }} */ (answer).rejected?.[0];
  if (rejected !== undefined) throw new Refusal(rejected.message);
  return { shown: withoutToken(`POST /v1/events\n${JSON.stringify(body, null, 2)}`, shopper), answer };
}
