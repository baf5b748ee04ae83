import "../shelf.js";

import { element } from "../dashboard/elements.js";

import { fetchItems } from "./api.js";
import { cards, productAddress, skeleton } from "./cards.js";
import { noteChoice } from "./endcap.js";
import { CHANGE, shopper } from "./state.js";

/** @import { Exchange } from "./wire.js" */
/**
 * @typedef {{ placement: string, itemId?: string, line?: string, shelf?: string }} Wanted `line`: of which product line
 *   the shop shows its own items while there is no answer
 */

const SHELF_ITEMS = 4;
/** After this long the shop shows its own items, whatever became of the element. */
const PATIENCE_MILLISECONDS = 2_500;
/** When to ask again after no answer came; then a change or a connection has to come first. */
const RETRIES_MILLISECONDS = [2_000, 8_000, 30_000];
/** Events after which another answer is the right one. */
const TELLING = new Set(["view_item", "add_to_cart", "remove_from_cart", "purchase"]);

/** @param {Element} shelf */
function askAgain(shelf) {
  // An attribute that is set is looked at again, also to the value that it had.
  shelf.setAttribute("limit", String(SHELF_ITEMS));
}

/** @returns {Element[]} */
function shelvesOfPage() {
  return [...document.querySelectorAll("endcap-shelf")];
}

/** The shop's own items, for as long as Endcap has none to show. @param {Element} box @param {string | undefined} line */
async function fill(box, line) {
  if (box.getAttribute("data-state") !== "waiting") return;
  box.setAttribute("data-state", "own");
  try {
    const { data } = await fetchItems({ line, limit: SHELF_ITEMS });
    const title = line === undefined ? "From our shelves" : `More from ${line}`;
    box.replaceChildren(element("h2", {}, title), cards(data, "row"));
  } catch {
    // Without the shop's own server there is nothing to put here; asked for again with the next answer.
    box.setAttribute("data-state", "waiting");
    box.replaceChildren();
  }
}

/** The ids in the cart, as an attribute has them. */
function cartIds() {
  return shopper.cart.map(({ item_id: id }) => id).join(",");
}

/** @param {Wanted} wanted @returns {HTMLElement} a shelf that follows the shopper */
export function shelves({ placement, itemId, line, shelf }) {
  const box = element("div", { class: "own", "data-state": "waiting" }, skeleton(SHELF_ITEMS));
  const made = element("endcap-shelf", { placement, shelf, "item-id": itemId, limit: SHELF_ITEMS }, box);
  if (shopper.cart.length > 0) made.setAttribute("cart", cartIds());
  let recommendationId = "";
  let failures = 0;
  made.addEventListener("endcap-answer", ({ detail: answer }) => {
    recommendationId = answer?.recommendation_id ?? "";
    if (answer !== null && answer.shelves.length > 0) failures = 0;
    else {
      void fill(box, line);
      const wait = RETRIES_MILLISECONDS[failures++];
      if (wait !== undefined) setTimeout(() => made.isConnected && askAgain(made), wait);
    }
  });
  made.addEventListener("endcap-select", (event) => {
    // The item's page is in this shop, whatever address the catalogue has for it.
    event.preventDefault();
    noteChoice(event.detail.item_id, recommendationId);
    location.hash = productAddress(event.detail.item_id);
  });
  setTimeout(() => !made.shadowRoot?.querySelector("section") && void fill(box, line), PATIENCE_MILLISECONDS);
  return made;
}

/** Has shelves follow what Endcap has heard meanwhile; a product's stay as they are while it is read. @param {Exchange} exchange */
export function followEvents({ resource, status, asked }) {
  if (resource !== "events" || status !== 202) return;
  if (!asked.events.some((/** @type {{ name: string }} */ { name }) => TELLING.has(name))) return;
  for (const shelf of shelvesOfPage()) if (shelf.getAttribute("placement") !== "product") askAgain(shelf);
}

/** Has every shelf of the page ask anew. */
export function refreshShelves() {
  for (const shelf of shelvesOfPage()) askAgain(shelf);
}

/** Has shelves follow the cart and the connection. */
export function followShopper() {
  document.addEventListener(CHANGE, () => {
    const cart = cartIds();
    for (const shelf of shelvesOfPage()) {
      if ((shelf.getAttribute("cart") ?? "") === cart) continue;
      if (cart === "") shelf.removeAttribute("cart");
      else shelf.setAttribute("cart", cart);
    }
  });
  addEventListener("online", refreshShelves);
}
