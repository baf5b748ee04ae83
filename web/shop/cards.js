import { element } from "../dashboard/elements.js";

/** @import { Display, Item } from "./api.js" */

/** @param {number} amount @param {string} currency */
export function money(amount, currency) {
  return new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency }).format(amount);
}

/** @param {string} id */
export function productAddress(id) {
  return `#/products/${encodeURIComponent(id)}`;
}

/** The picture says nothing that the name beside it does not say, hence its empty alternative. @param {Display} item */
export function picture({ image }) {
  if (image === null) return element("span", { class: "picture" });
  const made = element("img", { class: "picture", src: image, alt: "", width: 480, height: 360, loading: "lazy" });
  made.addEventListener("error", () => made.replaceWith(element("span", { class: "picture" })));
  return made;
}

/** @param {Item} entry */
function card({ item_id: id, in_stock: inStock, item }) {
  const note = inStock ? "" : "Sold out";
  return element(
    "li",
    {},
    element(
      "a",
      { class: "card", href: productAddress(id) },
      picture(item),
      element("span", { class: "name" }, item.name),
      element("span", { class: "price" }, money(item.price, item.currency)),
      note && element("span", { class: "note" }, note),
    ),
  );
}

/** @param {readonly Item[]} items @param {string} [shape] `row` for one line that scrolls where there is no room */
export function cards(items, shape = "grid") {
  return element("ul", { class: shape, role: "list" }, ...items.map(card));
}

/** Places for cards that are still on their way. @param {number} count */
export function skeleton(count) {
  const places = Array.from({ length: count }, () =>
    element("li", { class: "card empty" }, element("span", { class: "picture" })),
  );
  return element("ul", { class: "row", "aria-hidden": "true" }, ...places);
}
