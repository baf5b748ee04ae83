/**
 * @typedef {{ item_id: string, reason: { text: string },
 *   item: { name: string, price: number, currency: string, category: string, image: string | null } }} ShelfItem
 * @typedef {{ strategy: string, title: string, items: ShelfItem[] }} Shelf
 */

/**
 * @param {string} tag @param {string} className @param {string} [text] always set as text, never as markup
 * @returns {HTMLElement}
 */
function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** @param {number} amount @param {string} currency */
function money(amount, currency) {
  return new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency }).format(amount);
}

/**
 * @param {ShelfItem} entry @param {(name: string, entry: ShelfItem) => void} onDeed
 * @returns {HTMLElement}
 */
function card(entry, onDeed) {
  const { item, reason } = entry;
  const made = element("li", "card");
  const view = element("button", "view");
  view.dataset["item"] = entry.item_id;
  view.setAttribute("type", "button");
  if (item.image !== null) {
    const picture = document.createElement("img");
    picture.src = item.image;
    picture.alt = "";
    picture.width = 480;
    picture.height = 360;
    picture.loading = "lazy";
    view.append(picture);
  }
  view.append(element("span", "name", item.name));
  view.addEventListener("click", () => onDeed("view_item", entry));
  const buy = element("button", "buy", "Add to cart");
  buy.dataset["item"] = entry.item_id;
  buy.setAttribute("type", "button");
  buy.setAttribute("aria-label", `Add ${item.name} to cart`);
  buy.addEventListener("click", () => onDeed("add_to_cart", entry));
  const foot = element("div", "foot");
  foot.append(element("span", "price", money(item.price, item.currency)), buy);
  made.append(view, element("p", "reason", reason.text), foot);
  return made;
}

/**
 * Remembers which button within `place` has the focus. The returned function gives the focus to the same item's button
 * of now, or to `place` where the item is not shown any more: else Tab would begin at the top of the page again.
 * @param {HTMLElement} place
 */
function keptFocus(place) {
  const held = document.activeElement;
  if (!(held instanceof HTMLElement) || !place.contains(held)) return () => undefined;
  return () => {
    const same = [...place.querySelectorAll("button")].find(
      ({ className, dataset }) => className === held.className && dataset["item"] === held.dataset["item"],
    );
    place.tabIndex = -1;
    (same ?? place).focus({ preventScroll: true });
  };
}

/**
 * Shows an answer's shelves.
 * @param {HTMLElement} place what was in it is replaced, and keeps the focus if it had it
 * @param {Shelf[]} shelves
 * @param {(name: "view_item" | "add_to_cart", entry: ShelfItem) => void} onDeed called when a card is used
 */
export function showShelves(place, shelves, onDeed) {
  const made = shelves.map((shelf) => {
    const section = element("section", "shelf");
    const heading = element("h2", "", shelf.title);
    heading.append(element("small", "strategy", shelf.strategy));
    const row = element("ul", "row");
    row.append(...shelf.items.map((entry) => card(entry, onDeed)));
    section.append(heading, row);
    return section;
  });
  const giveFocusBack = keptFocus(place);
  place.replaceChildren(...(made.length > 0 ? made : [element("p", "empty", "No shelves in this answer.")]));
  giveFocusBack();
}
