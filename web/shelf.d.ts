import type { RecommendationAnswer, RecommendedItem } from "./client.js";

/**
 * A shelf of recommendations, or several. Its content is the page's own: shown until there are items to show, and
 * whenever there are none.
 *
 * Attributes: `placement` (required), `item-id`, `limit`, `cart` (ids, comma-separated), `shelf` (one shelf of the
 * answer, by its strategy; default all), `heading-level` (1–6, default 2).
 *
 * Parts: `shelves`, `shelf`, `title`, `list`, `item`, `link`, `image`, `name`, `price`, `reason`. Custom properties:
 * `--endcap-gap`, `--endcap-card-width`, `--endcap-radius`, `--endcap-accent`, `--endcap-font`.
 */
export declare class EndcapShelf extends HTMLElement {}

declare global {
  interface HTMLElementTagNameMap {
    "endcap-shelf": EndcapShelf;
  }
  interface HTMLElementEventMap {
    /** Of `<endcap-shelf>`: an answer came; null when Endcap is away, slow or refuses. */
    "endcap-answer": CustomEvent<RecommendationAnswer | null>;
    /** Of `<endcap-shelf>`: the shopper chose an item. Prevented, its link is not followed. */
    "endcap-select": CustomEvent<RecommendedItem>;
  }
}
