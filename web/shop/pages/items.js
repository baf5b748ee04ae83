import { element } from "../../dashboard/elements.js";

import { fetchItems } from "../api.js";
import { cards } from "../cards.js";
import { tellSearch } from "../endcap.js";
import { shelves } from "../shelves.js";
import { recentlyViewed } from "./home.js";

/** @import { Page } from "./home.js" */

const PAGE_ITEMS = 24;

/**
 * A list of the shop's items that grows on demand.
 * @param {{ line?: string, q?: string }} wanted @param {string} nothing what to say where there are none
 */
async function itemList(wanted, nothing) {
  const first = await fetchItems({ ...wanted, limit: PAGE_ITEMS });
  if (first.data.length === 0) return [element("p", { class: "nothing" }, nothing)];
  const list = cards(first.data);
  let cursor = first.next_cursor;
  const more = element("button", { type: "button", class: "quiet more" }, "Show more");
  more.addEventListener("click", async () => {
    if (cursor === null) return;
    const next = await fetchItems({ ...wanted, limit: PAGE_ITEMS, cursor }).catch(() => null);
    if (next === null) return;
    const added = [...cards(next.data).children];
    list.append(...added);
    cursor = next.next_cursor;
    if (cursor === null) more.remove();
    added[0]?.querySelector("a")?.focus();
  });
  return cursor === null ? [list] : [list, more];
}

/** @param {string} line @returns {Promise<Page>} */
export async function linePage(line) {
  const list = await itemList({ line }, "There is nothing of this line at the moment.");
  return {
    title: line,
    nodes: [element("h1", { tabindex: -1 }, line), ...list, shelves({ placement: "home" }), recentlyViewed()],
  };
}

/** @param {string} words @returns {Promise<Page>} */
export async function searchPage(words) {
  const title = `“${words}”`;
  const list = await itemList({ q: words }, "No model has these words in its name. Try fewer of them.");
  tellSearch(words);
  return {
    title,
    nodes: [element("h1", { tabindex: -1 }, title), ...list, shelves({ placement: "home" }), recentlyViewed()],
  };
}
