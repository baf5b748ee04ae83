/** Where in the shop an answer is shown, and which rows of items it holds, in order. */

/** Where a shelf's items come from. */
export type Strategy = "similar" | "together" | "profile" | "trending" | "popular";

/** What fills a shelf that would be short, in order. */
export type Filler = "similar" | "popular";

/** One row of a placement. */
export interface ShelfPlan {
  readonly strategy: Exclude<Strategy, "popular">;
  readonly fillers: readonly Filler[];
}

/** A spot on a page. */
export interface PlacementPlan {
  readonly shelves: readonly ShelfPlan[];
  /** What `similar` and `together` start from: the shopper's last item, the page's item, or the cart. */
  readonly seed: "last" | "page" | "cart";
}

const popularOnly = ["popular"] as const;
const cartPlan: PlacementPlan = {
  seed: "cart",
  shelves: [
    { strategy: "together", fillers: ["similar", "popular"] },
    { strategy: "profile", fillers: popularOnly },
  ],
};

/** The placements of the contract. */
export const PLACEMENTS = {
  home: {
    seed: "last",
    shelves: [
      { strategy: "similar", fillers: popularOnly },
      { strategy: "profile", fillers: popularOnly },
      { strategy: "trending", fillers: popularOnly },
    ],
  },
  product: {
    seed: "page",
    shelves: [
      { strategy: "similar", fillers: popularOnly },
      { strategy: "together", fillers: popularOnly },
      { strategy: "profile", fillers: popularOnly },
    ],
  },
  cart: cartPlan,
  checkout: cartPlan,
} as const satisfies Record<string, PlacementPlan>;
export type Placement = keyof typeof PLACEMENTS;

/** True for the name of a placement. */
export function isPlacement(name: string): name is Placement {
  return Object.hasOwn(PLACEMENTS, name);
}

/** Of a cart only the newest lines are asked for their neighbours: each may cost a look-up. */
export const CART_SEEDS_MAX = 3;
/** A shelf leaves out this many of the items that the shopper saw last. */
export const VIEWED_EXCLUDED_MAX = 20;
export const SHELF_LIMIT_DEFAULT = 10;
export const SHELF_LIMIT_MAX = 50;
/** Nearest items asked for, of a profile or of an item: what Vectorize gives at most. */
export const CANDIDATES_MAX = 100;
