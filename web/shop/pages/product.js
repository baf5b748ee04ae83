import { element } from "../../dashboard/elements.js";

import { fetchItem } from "../api.js";
import { money, picture } from "../cards.js";
import { tellItem } from "../endcap.js";
import { shelves } from "../shelves.js";
import { keepInCart, keepViewed, quantityInCart } from "../state.js";
import { say } from "../status.js";
import { lineAddress, recentlyViewed } from "./home.js";

/** @import { Display } from "../api.js" */
/** @import { Page } from "./home.js" */

const SHOWN_ELSEWHERE = new Set(["name", "price", "currency", "category", "image", "url"]);

/** `productScale` in words. @param {string} column */
function inWords(column) {
  const words = column
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase()
    .replace(/^product /, "");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whatever else the configuration makes public. @param {Display} item */
function facts(item) {
  const shown = Object.entries(item).filter(([name, value]) => !SHOWN_ELSEWHERE.has(name) && value !== null);
  if (shown.length === 0) return false;
  const pairs = shown.flatMap(([name, value]) => [element("dt", {}, inWords(name)), element("dd", {}, String(value))]);
  return element("dl", {}, ...pairs);
}

/** @param {string} id @returns {Promise<Page>} */
export async function productPage(id) {
  const found = await fetchItem(id);
  const { item, in_stock: inStock } = found;
  const buy = element(
    "button",
    { type: "button", class: "buy", disabled: !inStock },
    inStock ? "Add to cart" : "Sold out",
  );
  buy.addEventListener("click", () => {
    keepInCart(found, quantityInCart(id) + 1);
    tellItem("add_to_cart", found);
    say(`${item.name} is in the cart.`);
    buy.textContent = `In the cart: ${quantityInCart(id)}. One more?`;
  });
  const nodes = [
    element(
      "article",
      { class: "product" },
      picture(item),
      element(
        "div",
        {},
        element("p", { class: "crumb" }, element("a", { href: lineAddress(item.category) }, item.category)),
        element("h1", { tabindex: -1 }, item.name),
        element("p", { class: "price" }, money(item.price, item.currency)),
        facts(item),
        buy,
        element("p", { class: "note" }, inStock ? "In stock, ready to be packed." : "It may come back."),
      ),
    ),
    shelves({ placement: "product", itemId: id, line: item.category }),
    recentlyViewed(id),
  ];
  tellItem("view_item", found);
  keepViewed(found);
  return { title: item.name, nodes };
}
