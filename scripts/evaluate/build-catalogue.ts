import { Catalogue } from "../../domain/catalogue/catalogue.ts";
import { encodeCatalogue } from "../../domain/catalogue/encode-catalogue.ts";
import type { FeatureValues, ItemRecord, OrderRecord } from "../../domain/catalogue/records.ts";
import { SalesStatistics } from "../../domain/catalogue/sales-statistics.ts";
import type { EvaluationRow } from "../../domain/evaluation/split.ts";

/** ISO 4217 for "no currency": a file of items does not say in which its prices are. */
const NO_CURRENCY = "XXX";

function textOf(features: FeatureValues, name: string): string | null {
  const value = features[name];
  return typeof value === "string" ? value : null;
}

/** Items in the order of their ids, with what the items file says of them. */
export function itemRecordsOf(
  itemIds: readonly string[],
  features: ReadonlyMap<string, FeatureValues>,
): readonly ItemRecord[] {
  return itemIds.toSorted().map((itemId) => {
    const own = features.get(itemId) ?? {};
    const price = own["price"];
    return {
      itemId,
      name: textOf(own, "name") ?? itemId,
      category: textOf(own, "category") ?? "",
      price: typeof price === "number" ? price : 0,
      stock: null,
      hidden: false,
      image: null,
      url: null,
      publicValues: {},
      features: own,
    };
  });
}

/** Rows of one order, or, where the file names none, of one user at one time. */
function ordersOf(rows: readonly EvaluationRow[]): OrderRecord[] {
  const orders = new Map<string, { userId: string; at: number; itemIds: string[] }>();
  for (const { userId, itemId, at, orderId } of rows) {
    const key = JSON.stringify([userId, orderId, at]);
    const order = orders.get(key) ?? { userId, at: at ?? 0, itemIds: [] };
    order.itemIds.push(itemId);
    orders.set(key, order);
  }
  return [...orders].map(([orderId, { userId, at, itemIds }]) => ({
    orderId,
    userId,
    orderedAt: at,
    dateOnly: false,
    cancelled: false,
    lines: itemIds.map((item_id) => ({ item_id, quantity: 1, price: 0 })),
  }));
}

/** The catalogue that a sync of the training rows would publish: every row counts as a purchase. */
export function buildCatalogue(
  items: readonly ItemRecord[],
  rows: readonly EvaluationRow[],
  countryOfUser: (userId: string) => string | null,
): Catalogue {
  const places = new Map(items.map((item, place) => [item.itemId, place]));
  const orders = ordersOf(rows);
  const newestAt = orders.reduce((newest, order) => Math.max(newest, order.orderedAt), 0);
  const statistics = new SalesStatistics(items.length, (itemId) => places.get(itemId), newestAt);
  for (const order of orders) statistics.addOrder(order, countryOfUser(order.userId));
  return new Catalogue(encodeCatalogue("evaluation", items, statistics, NO_CURRENCY));
}
