import type { Catalogue } from "../catalogue/catalogue.ts";
import { err, ok, type Result } from "../result.ts";
import type { LeftOutRule } from "./explanation.ts";
import type { PlacementRequest, RankingInputs } from "./inputs.ts";
import { VIEWED_EXCLUDED_MAX } from "./placements.ts";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** What a caller's `filter` lets through. */
export interface ItemFilter {
  /** Any of these; null = every category. */
  readonly categories: readonly string[] | null;
  readonly priceMin: number;
  readonly priceMax: number;
}

export const NO_FILTER: ItemFilter = { categories: null, priceMin: 0, priceMax: Infinity };

/**
 * Reads the `filter` parameter: clauses `category:A|B`, `min_price:10`, `max_price:99.5`, separated by commas; all must hold.
 */
export function parseFilter(
  text: string,
): Result<ItemFilter, { readonly kind: "invalid_filter"; readonly message: string }> {
  let filter = NO_FILTER;
  for (const clause of text.split(",").map((part) => part.trim())) {
    if (clause === "") continue;
    const separator = clause.indexOf(":");
    const [name, value] = [clause.slice(0, Math.max(0, separator)), clause.slice(separator + 1)];
    const number = Number(value);
    if (name === "category") filter = { ...filter, categories: value.split("|") };
    else if (name === "min_price" && value !== "" && number >= 0) filter = { ...filter, priceMin: number };
    else if (name === "max_price" && value !== "" && number >= 0) filter = { ...filter, priceMax: number };
    else
      return err({
        kind: "invalid_filter",
        message: `"${clause}": use category:A|B, min_price:N or max_price:N, separated by commas.`,
      });
  }
  return ok(filter);
}

/** Names each place that no shelf of this answer may hold, whatever its score; a place that several rules are about, by each. */
function excludeEach(
  inputs: RankingInputs,
  request: PlacementRequest,
  exclude: (place: number, rule: LeftOutRule) => void,
): void {
  const { catalogue, session, rules, now } = inputs;
  const excludeItem = (itemId: string, rule: LeftOutRule): void => {
    const place = catalogue.placeOf(itemId);
    if (place !== undefined) exclude(place, rule);
  };
  for (const place of inputs.hidden) exclude(place, "hidden");
  if (request.itemId !== null) excludeItem(request.itemId, "page_item");
  for (const itemId of request.cart) excludeItem(itemId, "in_cart");
  const boughtSince = now - rules.justBoughtDays * DAY_MILLISECONDS;
  for (const purchase of session.purchases) {
    if (purchase.at < boughtSince) continue;
    const place = catalogue.placeOf(purchase.item_id);
    if (place !== undefined && !rules.repeatableCategories.includes(catalogue.categoryOf(place))) {
      exclude(place, "bought_recently");
    }
  }
  const viewed = new Set<string>();
  for (let position = session.recent.length - 1; position >= 0 && viewed.size < VIEWED_EXCLUDED_MAX; position--) {
    const itemId = session.recent[position]?.item_id;
    if (itemId !== undefined) viewed.add(itemId);
  }
  for (const itemId of viewed) excludeItem(itemId, "viewed_recently");
  for (const itemId of request.exclude) excludeItem(itemId, "excluded");
}

/** Places that no shelf of this answer may hold, whatever their score. */
export function excludedPlaces(inputs: RankingInputs, request: PlacementRequest): Set<number> {
  const excluded = new Set<number>();
  excludeEach(inputs, request, (place) => excluded.add(place));
  return excluded;
}

/**
 * The same places, each with the rule that a person should hear of first: what holds for everybody, then for this page,
 * then for this shopper, then for this request.
 * @param pageItems what other parts of the page are about
 */
export function exclusionRules(
  inputs: RankingInputs,
  request: PlacementRequest,
  pageItems: readonly string[],
): Map<number, LeftOutRule> {
  const excluded = new Map<number, LeftOutRule>();
  const exclude = (place: number, rule: LeftOutRule): void => {
    if (!excluded.has(place)) excluded.set(place, rule);
  };
  excludeEach(inputs, request, exclude);
  for (const itemId of pageItems) {
    const place = inputs.catalogue.placeOf(itemId);
    if (place !== undefined) exclude(place, "page_item");
  }
  return excluded;
}

/** True when the item may be offered at all and the caller's filter lets it through. */
export function passes(catalogue: Catalogue, filter: ItemFilter, place: number): boolean {
  if (!catalogue.isOffered(place)) return false;
  const price = catalogue.price[place] ?? 0;
  if (price < filter.priceMin || price > filter.priceMax) return false;
  return filter.categories === null || filter.categories.includes(catalogue.categoryOf(place));
}

/** Why an item does not pass; null when it does. Of one that is sold out and hidden as well, that it is sold out. */
export function refusalOf(
  catalogue: Catalogue,
  filter: ItemFilter,
  place: number,
): "hidden" | "out_of_stock" | "filter" | null {
  if (!catalogue.isOffered(place)) return catalogue.stock[place] === 0 ? "out_of_stock" : "hidden";
  return passes(catalogue, filter, place) ? null : "filter";
}
