import { element } from "../../dashboard/elements.js";

import { money, picture, productAddress } from "../cards.js";
import { tellItem } from "../endcap.js";
import { shelves } from "../shelves.js";
import { CHANGE, cartTotal, keepInCart, shopper } from "../state.js";
import { say } from "../status.js";

/** @import { CartLine } from "../state.js" */
/** @import { Page } from "./home.js" */

/** @param {CartLine} line @param {number} quantity */
function change(line, quantity) {
  const difference = quantity - line.quantity;
  keepInCart(line, quantity);
  tellItem(difference > 0 ? "add_to_cart" : "remove_from_cart", line, Math.abs(difference));
  say(quantity === 0 ? `${line.item.name} is out of the cart.` : `${quantity} of ${line.item.name}.`);
}

/** @param {CartLine} line @param {string} sign @param {string} name @param {number} quantity */
function step(line, sign, name, quantity) {
  const label = `${name} ${line.item.name}`;
  const button = element("button", { type: "button", class: "quiet", "aria-label": label }, sign);
  button.addEventListener("click", () => change(line, quantity));
  return button;
}

/** @param {CartLine} line */
function row(line) {
  const { item_id: id, item, quantity } = line;
  return element(
    "li",
    {},
    picture(item),
    element("a", { class: "name", href: productAddress(id) }, item.name),
    element(
      "span",
      { class: "quantity" },
      step(line, "−", "One less of", quantity - 1),
      element("span", {}, quantity),
      step(line, "+", "One more of", quantity + 1),
    ),
    element("span", { class: "price" }, money(item.price * quantity, item.currency)),
    step(line, "Remove", "Remove", 0),
  );
}

function content() {
  const { cart } = shopper;
  const currency = cart[0]?.item.currency;
  if (currency === undefined) return [element("p", { class: "nothing" }, "There is nothing in the cart yet.")];
  return [
    element("ul", { class: "rows", role: "list" }, ...cart.map(row)),
    element("p", { class: "total" }, "Total ", element("strong", {}, money(cartTotal(), currency))),
    element("p", {}, element("a", { class: "button", href: "#/checkout" }, "To the checkout")),
  ];
}

/** @returns {Promise<Page>} */
export async function cartPage() {
  const box = element("section", { class: "cart", "aria-label": "What is in the cart" }, ...content());
  const follow = () => {
    if (!box.isConnected) return document.removeEventListener(CHANGE, follow);
    const focused = document.activeElement?.getAttribute("aria-label");
    box.replaceChildren(...content());
    if (!focused) return undefined;
    // The button that was pressed is another one now; where its row is gone the page itself goes on.
    const same = [...box.querySelectorAll("button")].find((button) => button.getAttribute("aria-label") === focused);
    (same ?? document.querySelector("h1"))?.focus();
    return undefined;
  };
  document.addEventListener(CHANGE, follow);
  return {
    title: "Cart",
    nodes: [element("h1", { tabindex: -1 }, "Cart"), box, shelves({ placement: "cart" })],
  };
}
