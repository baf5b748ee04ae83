import { element } from "../../dashboard/elements.js";

import { money } from "../cards.js";
import { tellCart } from "../endcap.js";
import { shelves } from "../shelves.js";
import { cartTotal, keepOrder, shopper } from "../state.js";

/** @import { Page } from "./home.js" */

/** The cart that checkout was begun with: a reload or a look back begins nothing new. */
let begun = "";

function begin() {
  const contents = JSON.stringify(shopper.cart.map(({ item_id: id, quantity }) => [id, quantity]));
  if (contents === begun) return;
  begun = contents;
  tellCart("begin_checkout", shopper.cart, { value: cartTotal() });
}

/** @param {SubmitEvent} event */
function place(event) {
  event.preventDefault();
  const { cart: lines } = shopper;
  if (lines.length === 0) return;
  const [total, transactionId] = [cartTotal(), `demo-${crypto.randomUUID()}`];
  tellCart("purchase", lines, { transaction_id: transactionId, value: total });
  begun = "";
  keepOrder({ transaction_id: transactionId, lines, total });
  location.hash = "#/thanks";
}

/** @param {readonly import("../state.js").CartLine[]} lines @param {number} total */
function summary(lines, total) {
  const currency = lines[0]?.item.currency ?? "USD";
  return element(
    "ul",
    { class: "summary", role: "list" },
    ...lines.map(({ item, quantity }) =>
      element(
        "li",
        {},
        element("span", {}, `${quantity} × ${item.name}`),
        element("span", { class: "price" }, money(item.price * quantity, currency)),
      ),
    ),
    element("li", {}, element("strong", {}, "Total"), element("strong", { class: "price" }, money(total, currency))),
  );
}

/** @param {string} value @param {string} name @param {string} note @param {boolean} [checked] */
function delivery(value, name, note, checked = false) {
  return element(
    "label",
    {},
    element("input", { type: "radio", name: "delivery", value, checked }),
    element("span", {}, element("b", {}, name), ` ${note}`),
  );
}

/** @returns {Promise<Page>} */
export async function checkoutPage() {
  const title = "Checkout";
  const heading = element("h1", { tabindex: -1 }, title);
  if (shopper.cart.length === 0) {
    return { title, nodes: [heading, element("p", { class: "nothing" }, "There is nothing in the cart to pay for.")] };
  }
  begin();
  const form = /** @type {HTMLFormElement} */ (
    element(
      "form",
      { class: "checkout" },
      summary(shopper.cart, cartTotal()),
      element(
        "fieldset",
        {},
        element("legend", {}, "Delivery"),
        delivery("post", "By post", "in a made-up parcel", true),
        delivery("courier", "By courier", "on a made-up bicycle"),
      ),
      element("button", { type: "submit" }, "Place the made-up order"),
      element("p", { class: "note" }, "Nobody pays anything: the order exists for Endcap alone."),
    )
  );
  form.addEventListener("submit", place);
  return { title, nodes: [heading, form, shelves({ placement: "checkout" })] };
}

/** @returns {Promise<Page>} */
export async function thanksPage() {
  const { order } = shopper;
  if (order === null) return checkoutPage();
  const title = "Thank you";
  return {
    title,
    nodes: [
      element("h1", { tabindex: -1 }, title),
      element("p", {}, "Your order is on its made-up way. What you bought is not shown to you again for a while."),
      element("section", { class: "checkout", "aria-label": "Your order" }, summary(order.lines, order.total)),
      shelves({ placement: "home" }),
    ],
  };
}
