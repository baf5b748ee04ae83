/**
 * @typedef {{ name: string, price: number, currency: string, category: string, image: string | null,
 *   [column: string]: unknown }} Display
 * @typedef {{ item_id: string, in_stock: boolean, item: Display }} Item
 * @typedef {{ user_id: string, label: string }} Customer
 * @typedef {{ name: string, currency: string, publishable_key: string, customers: Customer[] }} Shop
 * @typedef {{ name: string, items: number, image: string | null }} Line
 */

/** What the shop's server refused, in words for the shopper. */
export class Refusal extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Items by id, as last seen: a page that was open once opens without a connection, too. @type {Map<string, Item>} */
const seen = new Map();

/** @param {string} path @param {RequestInit} [init] @returns {Promise<any>} */
async function ask(path, init) {
  const response = await fetch(`/shop/api/${path}`, init);
  const body = await response.json();
  if (!response.ok) throw new Refusal(response.status, body.error?.message ?? "The shop does not answer.");
  return body;
}

/** @returns {Promise<Shop>} */
export function fetchShop() {
  return ask("shop");
}

/** @returns {Promise<Line[]>} */
export async function fetchLines() {
  return (await ask("lines")).data;
}

/**
 * @param {{ line?: string, q?: string, cursor?: string, limit?: number }} wanted
 * @returns {Promise<{ data: Item[], next_cursor: string | null }>}
 */
export async function fetchItems(wanted) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted)) if (value !== undefined) query.set(name, String(value));
  const page = await ask(`items?${query}`);
  for (const item of page.data) seen.set(item.item_id, item);
  return page;
}

/** @param {string} id @returns {Promise<Item>} */
export async function fetchItem(id) {
  try {
    const item = await ask(`items/${encodeURIComponent(id)}`);
    seen.set(id, item);
    return item;
  } catch (error) {
    const known = seen.get(id);
    if (known === undefined || error instanceof Refusal) throw error;
    return known;
  }
}

/** Signs in. @param {string} userId @returns {Promise<Customer & { token: string }>} */
export function signIn(userId) {
  const body = JSON.stringify({ user_id: userId });
  return ask("sign-in", { method: "POST", headers: { "content-type": "application/json" }, body });
}
