import { element } from "../../dashboard/elements.js";

import { fetchLines } from "../api.js";
import { cards } from "../cards.js";
import { shelves } from "../shelves.js";
import { shopper } from "../state.js";

/** @import { Line } from "../api.js" */
/** @typedef {{ title: string, nodes: (Node | false)[] }} Page */

const PARADE_PICTURES = 6;

/** @param {string} line */
export function lineAddress(line) {
  return `#/lines/${encodeURIComponent(line)}`;
}

/** Models seen on other pages; nothing while there are none. @param {string} [except] the page's own @returns {HTMLElement | false} */
export function recentlyViewed(except) {
  const items = shopper.viewed.filter(({ item_id: id }) => id !== except);
  if (items.length === 0) return false;
  return element(
    "section",
    { class: "viewed", "aria-labelledby": "viewed-title" },
    element("h2", { id: "viewed-title" }, "Recently viewed"),
    cards(items, "row small"),
  );
}

/** @param {Line} line */
function lineCard({ name, items, image }) {
  return element(
    "li",
    {},
    element(
      "a",
      { class: "line", href: lineAddress(name) },
      image === null
        ? element("span", { class: "picture" })
        : element("img", { src: image, alt: "", width: 480, height: 360 }),
      element("span", { class: "name" }, name),
      element("span", { class: "note" }, items === 1 ? "1 model" : `${items} models`),
    ),
  );
}

/** What the page says to whom. */
function welcome() {
  const { customer } = shopper;
  if (customer !== null) {
    const place = customer.label === customer.user_id ? "" : ` from ${customer.label}`;
    return `Welcome back, customer ${customer.user_id}${place}.`;
  }
  if (shopper.consent?.personalization) return "Look around: the shelves below follow what you look at, and say why.";
  return "Look around: the shelves below show what is popular.";
}

/** @returns {Promise<Page>} */
export async function homePage() {
  const lines = await fetchLines();
  const parade = lines.filter(({ image }) => image !== null).slice(0, PARADE_PICTURES);
  return {
    title: "Small wonders, made to scale",
    nodes: [
      element(
        "section",
        { class: "hero" },
        element(
          "div",
          {},
          element("h1", { tabindex: -1 }, "Small wonders, made to scale"),
          element("p", { id: "welcome" }, welcome()),
        ),
        element(
          "div",
          { class: "parade", "aria-hidden": "true" },
          ...parade.map(({ image }) => element("img", { src: image, alt: "", width: 480, height: 360 })),
        ),
      ),
      shelves({ placement: "home" }),
      recentlyViewed(),
      element("h2", {}, "Product lines"),
      element("ul", { class: "lines", role: "list" }, ...lines.map(lineCard)),
    ],
  };
}

/** Says anew whom the page greets. */
export function greetAnew() {
  const text = document.getElementById("welcome");
  if (text !== null) text.textContent = welcome();
}
