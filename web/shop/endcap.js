import { endcap } from "../client.js";

/** @import { Item } from "./api.js" */

/** A demo may start cold; a real shop waits for less. */
const ANSWER_TIMEOUT_MILLISECONDS = 2_000;

/** The answer through which an item was chosen last: what follows from it is credited to it. @type {Map<string, string>} */
const chosenThrough = new Map();

/** The client remembers by itself what the shopper agreed to. @param {string} key publishable */
export function begin(key) {
  endcap.init({ key, timeout: ANSWER_TIMEOUT_MILLISECONDS });
}

/** @param {string} itemId @param {string} recommendationId */
export function noteChoice(itemId, recommendationId) {
  chosenThrough.set(itemId, recommendationId);
}

/**
 * Tells Endcap of one item.
 * @param {"view_item" | "add_to_cart" | "remove_from_cart"} name @param {Item} item @param {number} [quantity]
 */
export function tellItem(name, { item_id, item }, quantity = 1) {
  const recommendation_id = chosenThrough.get(item_id);
  const items = [{ item_id, price: item.price, quantity }];
  endcap.track(name, { items, currency: item.currency, ...(recommendation_id && { recommendation_id }) });
}

/**
 * Tells Endcap of the whole cart.
 * @param {"begin_checkout" | "purchase"} name @param {import("./state.js").CartLine[]} lines
 * @param {Record<string, unknown>} [more]
 */
export function tellCart(name, lines, more = {}) {
  const items = lines.map(({ item_id, item, quantity }) => ({ item_id, price: item.price, quantity }));
  endcap.track(name, { items, currency: lines[0]?.item.currency, ...more });
}

/** @param {import("./state.js").Consent} said */
export function tellConsent(said) {
  endcap.consent(said);
}

/** @param {{ user_id: string, token: string } | null} customer null signs out */
export function tellCustomer(customer) {
  endcap.identify(customer && { userId: customer.user_id, token: customer.token });
}

/** @param {string} term */
export function tellSearch(term) {
  endcap.track("search", { search_term: term });
}
