import { shownFacts } from "../attribution/recommendation-id.ts";
import type { Interaction } from "../events/interaction.ts";
import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "./limits.ts";
import type { OrderChange } from "./order-change.ts";

/** What shoppers did with an item in an hour (or, of orders whose time is not known, on a day). */
export interface ItemCounter {
  /** Beginning of the hour or day, milliseconds since 1970 UTC. */
  readonly hour: number;
  readonly grain: "hour" | "day";
  readonly item_id: string;
  /** ISO 3166-1 alpha-2, empty when unknown. */
  readonly country: string;
  views: number;
  carts: number;
  removals: number;
  purchases: number;
  quantity: number;
  revenue: number;
}

/** What came of recommendations in an hour. */
export interface RecommendationCounter {
  readonly hour: number;
  readonly placement: string;
  readonly strategy: string;
  readonly model_version: string;
  readonly arm: string;
  /** Items shown. */
  impressions: number;
  clicks: number;
  carts: number;
  purchases: number;
  revenue: number;
}

/** Sums over some journal rows. */
export interface Counters {
  readonly items: readonly ItemCounter[];
  readonly recommendations: readonly RecommendationCounter[];
}

type ItemField = "views" | "carts" | "removals";
type RecommendationField = "impressions" | "clicks" | "carts";

const ITEM_FIELDS: ReadonlyMap<string, ItemField> = new Map([
  ["view_item", "views"],
  ["add_to_cart", "carts"],
  ["remove_from_cart", "removals"],
]);
const RECOMMENDATION_FIELDS: ReadonlyMap<string, RecommendationField> = new Map([
  ["select_item", "clicks"],
  ["add_to_cart", "carts"],
]);

const beginningOf = (at: number, period: number): number => Math.floor(at / period) * period;

class Sums {
  readonly #items = new Map<string, ItemCounter>();
  readonly #recommendations = new Map<string, RecommendationCounter>();

  item(at: number, grain: "hour" | "day", item_id: string, country = ""): ItemCounter {
    const hour = beginningOf(at, grain === "day" ? DAY_MILLISECONDS : HOUR_MILLISECONDS);
    const key = `${hour} ${grain} ${country} ${item_id}`;
    let counter = this.#items.get(key);
    if (counter === undefined) {
      const nothing = { views: 0, carts: 0, removals: 0, purchases: 0, quantity: 0, revenue: 0 };
      counter = { hour, grain, item_id, country, ...nothing };
      this.#items.set(key, counter);
    }
    return counter;
  }

  /** Null when the id is not one of ours, or the item was not in its answer. */
  recommendation(at: number, recommendationId: string, itemId: string): RecommendationCounter | null {
    const facts = shownFacts(recommendationId, itemId);
    if (facts === null) return null;
    const { placement, strategy, modelVersion: model_version, arm } = facts;
    const hour = beginningOf(at, HOUR_MILLISECONDS);
    const key = JSON.stringify([hour, placement, strategy, model_version, arm]);
    let counter = this.#recommendations.get(key);
    if (counter === undefined) {
      const nothing = { impressions: 0, clicks: 0, carts: 0, purchases: 0, revenue: 0 };
      counter = { hour, placement, strategy, model_version, arm, ...nothing };
      this.#recommendations.set(key, counter);
    }
    return counter;
  }

  all(): Counters {
    return { items: [...this.#items.values()], recommendations: [...this.#recommendations.values()] };
  }
}

function addInteraction(sums: Sums, { name, at, country, items, recommendation_id: shelf }: Interaction): void {
  const itemField = ITEM_FIELDS.get(name);
  const recommendationField = RECOMMENDATION_FIELDS.get(name);
  for (const { item_id, attribution } of items) {
    if (itemField !== undefined) sums.item(at, "hour", item_id, country)[itemField] += 1;
    if (name === "view_item_list" && shelf !== undefined) {
      const counter = sums.recommendation(at, shelf, item_id);
      if (counter !== null) counter.impressions += 1;
    }
    if (recommendationField !== undefined && attribution !== undefined) {
      const counter = sums.recommendation(at, attribution.recommendation_id, item_id);
      if (counter !== null) counter[recommendationField] += 1;
    }
  }
}

function addOrderChange(sums: Sums, change: OrderChange): void {
  const { item_id, at, date_only, country, purchases, quantity, revenue, attribution } = change;
  const counter = sums.item(at, date_only ? "day" : "hour", item_id, country);
  counter.purchases += purchases;
  counter.quantity += quantity;
  counter.revenue += revenue;
  if (attribution === undefined) return;
  const earned = sums.recommendation(at, attribution.recommendation_id, item_id);
  if (earned === null) return;
  earned.purchases += purchases;
  earned.revenue += revenue;
}

/** Folds what was appended into sums. Purchases are counted by what orders came to, not by their events. */
export function foldCounters(interactions: Iterable<Interaction>, changes: Iterable<OrderChange>): Counters {
  const sums = new Sums();
  for (const interaction of interactions) addInteraction(sums, interaction);
  for (const change of changes) addOrderChange(sums, change);
  return sums.all();
}
