/** What a page of the shop asks recommendations for. */
export interface ShopPage {
  readonly placement: "home" | "product";
  /** The item that the page is about; null for the home page. */
  readonly itemId: string | null;
  /** The file in `pages/` that the page is made from. */
  readonly file: string;
}

const PRODUCT_PATH = "/products/";

/** Where an item's page is. */
export function productPath(itemId: string): string {
  return PRODUCT_PATH + encodeURIComponent(itemId);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that stands for nothing: no item's page has such a path.
    return null;
  }
}

/** The page at `path`, null for one without recommendations. */
export function shopPageAt(path: string): ShopPage | null {
  if (path === "/") return { placement: "home", itemId: null, file: "/" };
  if (!path.startsWith(PRODUCT_PATH)) return null;
  const itemId = decoded(path.slice(PRODUCT_PATH.length));
  return itemId === null || itemId === "" ? null : { placement: "product", itemId, file: "/product" };
}
