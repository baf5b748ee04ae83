/**
 * What the shop remembers of its shopper, in this page alone until they agreed to something.
 * @import { Customer, Item } from "./api.js"
 * @typedef {{ personalization: boolean, analytics: boolean }} Consent
 * @typedef {Item & { quantity: number }} CartLine
 * @typedef {{ transaction_id: string, lines: CartLine[], total: number }} Order
 */

const STORED_AS = "shop";
const VIEWED_MAX = 8;
/** The cookie of Endcap's client, where every tab of the shop finds the shopper's word. */
const COOKIE = /(?:^|; )endcap=(?=[pa])(p?)(a?)(?=[.;]|$)/;
const REFUSED = { personalization: false, analytics: false };

/** Told to the document whenever something below is another. */
export const CHANGE = "shop-change";
/** Told to the document when the shopper said something else in another tab; {@link CHANGE} follows. */
export const SAID_ELSEWHERE = "shop-said-elsewhere";
/** Told to the document when somebody signed in or out in another tab; {@link CHANGE} follows. */
export const CUSTOMER_ELSEWHERE = "shop-customer-elsewhere";

/** Null until the shopper said something. @type {Consent | null} */
let consent = null;
/** Whether the cookie was seen: without it nothing is kept, and once it is gone the shopper took back their word. */
let isKept = false;
/** @type {Customer | null} */
let customer = null;
/** @type {CartLine[]} */
let cart = [];
/** Newest first. @type {Item[]} */
let viewed = [];
/** @type {Order | null} */
let order = null;

/** What the shopper agreed to, in whichever tab; null for nothing. @returns {Consent | null} */
function agreed() {
  try {
    const match = COOKIE.exec(document.cookie);
    return match && { personalization: match[1] !== "", analytics: match[2] !== "" };
  } catch {
    return null;
  }
}

/** Takes the word that counts for all tabs, where it is another than the one known here. @param {Consent | null} word */
function heed(word) {
  if (word === null && !isKept) return;
  isKept = word !== null;
  const { personalization, analytics } = word ?? REFUSED;
  if (consent?.personalization === personalization && consent.analytics === analytics) return;
  consent = { personalization, analytics };
  if (!personalization) [viewed, customer] = [[], null];
  document.dispatchEvent(new Event(SAID_ELSEWHERE));
}

function changed() {
  // Before anything is written: another tab may have heard a refusal.
  heed(agreed());
  try {
    if (!isKept) localStorage.removeItem(STORED_AS);
    else {
      const kept = { customer, cart, viewed: consent?.personalization ? viewed : [] };
      localStorage.setItem(STORED_AS, JSON.stringify(kept));
    }
  } catch {
    // Then this page alone remembers it.
  }
  document.dispatchEvent(new Event(CHANGE));
}

/** @returns {{ customer?: Customer | null, cart?: CartLine[], viewed?: Item[] }} what is kept; what cannot be read was not */
function readKept() {
  try {
    return JSON.parse(localStorage.getItem(STORED_AS) ?? "{}");
  } catch {
    return {};
  }
}

/** Takes up what an earlier page kept, if the shopper's word still holds. */
export function recall() {
  consent = agreed();
  isKept = consent !== null;
  try {
    if (!isKept) localStorage.removeItem(STORED_AS);
  } catch {
    // Then nothing was kept.
  }
  ({ customer = null, cart = [], viewed = [] } = readKept());
}

/**
 * Takes up what another tab wrote: this one writes all of it with its next change, and would bring back a cart that was
 * bought and a customer who signed out. What stands there now, and not the event's: this tab may have written since.
 */
function takeUp() {
  const before = customer?.user_id;
  const kept = readKept();
  ({ cart = cart } = kept);
  if (consent?.personalization) ({ customer = customer, viewed = viewed } = kept);
  else if (kept.customer === null) customer = null;
  if (customer?.user_id !== before) document.dispatchEvent(new Event(CUSTOMER_ELSEWHERE));
}

/** Has this tab follow what the shopper says and does in others. */
export function followOtherTabs() {
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== null && key !== STORED_AS) return;
    // What another tab removed is not written again.
    heed(newValue === null ? null : agreed());
    if (newValue !== null && isKept) takeUp();
    document.dispatchEvent(new Event(CHANGE));
  });
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
