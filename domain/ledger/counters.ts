import { shownFacts } from "../attribution/recommendation-id.ts";
import type { Interaction } from "../events/interaction.ts";
import { foundOrMade } from "../found-or-made.ts";
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
  /** Of the revenue: empty for the shop's own, else the ISO 4217 code of money that is kept apart. */
  readonly currency: string;
  views: number;
  carts: number;
  removals: number;
  purchases: number;
  quantity: number;
  revenue: number;
}

/** Orders that hold anything, each once, in an hour (or on a day). */
export interface OrderCounter {
  readonly hour: number;
  readonly grain: "hour" | "day";
  readonly country: string;
  readonly currency: string;
  orders: number;
}

/** What came of recommendations in an hour. */
export interface RecommendationCounter {
  readonly hour: number;
  readonly placement: string;
  readonly strategy: string;
  readonly model_version: string;
  readonly arm: string;
  /** Like an item's. */
  readonly currency: string;
  /** Items shown. */
  impressions: number;
  clicks: number;
  carts: number;
  purchases: number;
  /** Pieces. */
  quantity: number;
  revenue: number;
}

/** Sums over some journal rows. */
export interface Counters {
  readonly items: readonly ItemCounter[];
  readonly orders: readonly OrderCounter[];
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

/** The shop's own money, in which also everything is counted that costs nothing. */
const SHOP_MONEY = "";

const beginningOf = (at: number, period: number): number => Math.floor(at / period) * period;

/** When and where something happened, and in which money. */
interface Frame {
  readonly at: number;
  readonly grain: "hour" | "day";
  readonly country: string;
  readonly currency: string;
}

class Sums {
  readonly #items = new Map<string, ItemCounter>();
  readonly #orders = new Map<string, OrderCounter>();
  readonly #recommendations = new Map<string, RecommendationCounter>();

  item(frame: Frame, item_id: string): ItemCounter {
    const { key, ...where } = placeOf(frame);
    const nothing = { views: 0, carts: 0, removals: 0, purchases: 0, quantity: 0, revenue: 0 };
    return foundOrMade(this.#items, `${key} ${item_id}`, () => ({ ...where, item_id, ...nothing }));
  }

  orders(frame: Frame): OrderCounter {
    const { key, ...where } = placeOf(frame);
    return foundOrMade(this.#orders, key, () => ({ ...where, orders: 0 }));
  }

  /** Null when the id is not one of ours, or the item was not in its answer. */
  recommendation(
    at: number,
    recommendationId: string,
    itemId: string,
    currency = SHOP_MONEY,
  ): RecommendationCounter | null {
    const facts = shownFacts(recommendationId, itemId);
    if (facts === null) return null;
    const { placement, strategy, modelVersion: model_version, arm } = facts;
    const hour = beginningOf(at, HOUR_MILLISECONDS);
    const nothing = { impressions: 0, clicks: 0, carts: 0, purchases: 0, quantity: 0, revenue: 0 };
    return foundOrMade(
      this.#recommendations,
      JSON.stringify([hour, placement, strategy, model_version, arm, currency]),
      () => ({
        hour,
        placement,
        strategy,
        model_version,
        arm,
        currency,
        ...nothing,
      }),
    );
  }

  all(): Counters {
    return {
      items: [...this.#items.values()],
      orders: [...this.#orders.values()],
      recommendations: [...this.#recommendations.values()],
    };
  }
}

function placeOf({ at, grain, country, currency }: Frame): Omit<OrderCounter, "orders"> & { readonly key: string } {
  const hour = beginningOf(at, grain === "day" ? DAY_MILLISECONDS : HOUR_MILLISECONDS);
  return { key: `${hour} ${grain} ${country} ${currency}`, hour, grain, country, currency };
}

function addInteraction(sums: Sums, { name, at, country = "", items, recommendation_id: shelf }: Interaction): void {
  const frame = { at, grain: "hour", country, currency: SHOP_MONEY } as const;
  const itemField = ITEM_FIELDS.get(name);
  const recommendationField = RECOMMENDATION_FIELDS.get(name);
  for (const { item_id, attribution } of items) {
    if (itemField !== undefined) sums.item(frame, item_id)[itemField] += 1;
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
  const {
    item_id,
    at,
    date_only,
    country = "",
    currency = SHOP_MONEY,
    orders,
    purchases,
    quantity,
    attribution,
  } = change;
  const revenue = currency === SHOP_MONEY ? change.revenue : change.revenue_apart;
  const frame = { at, grain: date_only ? "day" : "hour", country, currency } as const;
  const counter = sums.item(frame, item_id);
  counter.purchases += purchases;
  counter.quantity += quantity;
  counter.revenue += revenue;
  if (orders !== 0) sums.orders(frame).orders += orders;
  if (attribution === undefined) return;
  const earned = sums.recommendation(at, attribution.recommendation_id, item_id, currency);
  if (earned === null) return;
  earned.purchases += purchases;
  earned.quantity += quantity;
  earned.revenue += revenue;
}

/** Folds what was appended into sums. Purchases are counted by what orders came to, not by their events. */
export function foldCounters(interactions: Iterable<Interaction>, changes: Iterable<OrderChange>): Counters {
  const sums = new Sums();
  for (const interaction of interactions) addInteraction(sums, interaction);
  for (const change of changes) addOrderChange(sums, change);
  return sums.all();
}
