import type { RecommendationAnswer } from "../../workers/recommender-types.ts";
import { productPath } from "./shop-page.ts";

type Shelf = RecommendationAnswer["shelves"][number];
type Item = Shelf["items"][number];

/** The language of the pages in `pages/`. */
export const PAGE_LOCALE = "en";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as it may stand in HTML and in quoted attributes. What an item is called comes from the shop's data. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

/** An address that a page may link to, else null: `javascript:` and the like do not come from data into a page. */
function safeAddress(address: string | null): string | null {
  if (address === null) return null;
  // The base stands for the page's own address: what is relative stays so.
  const { protocol } = URL.parse(address, "https://page.invalid") ?? {};
  return protocol === "https:" || protocol === "http:" ? address : null;
}

function priceText(price: number, currency: string): string {
  return new Intl.NumberFormat(PAGE_LOCALE, { style: "currency", currency }).format(price);
}

function itemHtml(recommendationId: string, { item_id: itemId, item, reason }: Item): string {
  const href = safeAddress(item.url) ?? productPath(itemId);
  const image = safeAddress(item.image);
  const picture = image === null ? "" : `<img src="${escapeHtml(image)}" alt="" loading="lazy">`;
  return [
    // The marks by which the page's script has the browser client observe what is seen and chosen.
    `<li data-endcap-answer="${escapeHtml(recommendationId)}" data-endcap-item="${escapeHtml(itemId)}">`,
    `<a href="${escapeHtml(href)}">${picture}<span class="name">${escapeHtml(item.name)}</span></a>`,
    `<span class="price">${escapeHtml(priceText(item.price, item.currency))}</span>`,
    `<span class="reason">${escapeHtml(reason.text)}</span>`,
    "</li>",
  ].join("");
}

function shelfHtml(recommendationId: string, { title, items }: Shelf): string {
  const list = items.map((item) => itemHtml(recommendationId, item)).join("");
  return `<section class="shelf"><h2>${escapeHtml(title)}</h2><ul>${list}</ul></section>`;
}

/** The shelves of an answer as HTML; null when there is no item to show. */
export function shelvesHtml({ recommendation_id: recommendationId, shelves }: RecommendationAnswer): string | null {
  const filled = shelves.filter(({ items }) => items.length > 0);
  return filled.length === 0 ? null : filled.map((shelf) => shelfHtml(recommendationId, shelf)).join("");
}
