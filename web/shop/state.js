/**
 * What the shop remembers of its shopper, in this page alone until they agreed to something.
 * @import { Customer, Item } from "./api.js"
 * @typedef {{ personalization: boolean, analytics: boolean }} Consent
 * @typedef {Item & { quantity: number }} CartLine
 * @typedef {{ transaction_id: string, lines: CartLine[], total: number }} Order
 */

const STORED_AS = "shop";
const VIEWED_MAX = 8;

/** Told to the document whenever something below is another. */
export const CHANGE = "shop-change";

/** Null until the shopper said something. @type {Consent | null} */
let consent = null;
/** @type {Customer | null} */
let customer = null;
/** @type {CartLine[]} */
let cart = [];
/** Newest first. @type {Item[]} */
let viewed = [];
/** @type {Order | null} */
let order = null;

function changed() {
  try {
    if (consent === null || !(consent.personalization || consent.analytics)) localStorage.removeItem(STORED_AS);
    else {
      const kept = { consent, customer, cart, viewed: consent.personalization ? viewed : [] };
      localStorage.setItem(STORED_AS, JSON.stringify(kept));
    }
  } catch {
    // Then this page alone remembers it.
  }
  document.dispatchEvent(new Event(CHANGE));
}

/** Takes up what an earlier page kept. */
export function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORED_AS) ?? "{}");
    ({ consent = null, customer = null, cart = [], viewed = [] } = kept);
  } catch {
    // What cannot be read was not kept.
  }
}

export const shopper = {
  get consent() {
    return consent;
  },
  get customer() {
    return customer;
  },
  get cart() {
    return cart;
  },
  get viewed() {
    return viewed;
  },
  get order() {
    return order;
  },
};

/** @param {Consent} said */
export function keepConsent(said) {
  consent = said;
  if (!said.personalization) viewed = [];
  changed();
}

/** @param {Customer | null} who */
export function keepCustomer(who) {
  customer = who;
  changed();
}

/** Not of who refused to be remembered. @param {Item} item */
export function keepViewed(item) {
  if (consent !== null && !consent.personalization) return;
  viewed = [item, ...viewed.filter(({ item_id: id }) => id !== item.item_id)].slice(0, VIEWED_MAX);
  changed();
}

/** Sets how many pieces of an item are in the cart. @param {Item} item @param {number} quantity */
export function keepInCart(item, quantity) {
  const others = cart.filter(({ item_id: id }) => id !== item.item_id);
  if (quantity <= 0) cart = others;
  else if (others.length === cart.length) cart = [...cart, { ...item, quantity }];
  else cart = cart.map((line) => (line.item_id === item.item_id ? { ...line, quantity } : line));
  changed();
}

/** The cart became an order. @param {Order} placed */
export function keepOrder(placed) {
  order = placed;
  cart = [];
  changed();
}

/** @param {string} id */
export function quantityInCart(id) {
  return cart.find(({ item_id: other }) => other === id)?.quantity ?? 0;
}

export function piecesInCart() {
  return cart.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** In the currency of the shop, without fractions of a cent. */
export function cartTotal() {
  return Number(cart.reduce((sum, { quantity, item }) => sum + quantity * item.price, 0).toFixed(2));
}
