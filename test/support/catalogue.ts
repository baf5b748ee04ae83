import { Catalogue } from "../../domain/catalogue/catalogue.ts";
import { encodeCatalogue } from "../../domain/catalogue/encode-catalogue.ts";
import { decodeItemVectors, encodeItemVectors, type ItemVectors } from "../../domain/catalogue/item-vectors.ts";
import type { ItemRecord, OrderRecord, RatingRecord } from "../../domain/catalogue/records.ts";
import { SalesStatistics } from "../../domain/catalogue/sales-statistics.ts";

/** An item with everything that a test does not care about filled in. */
export function item(itemId: string, rest: Partial<ItemRecord> = {}): ItemRecord {
  return {
    itemId,
    name: `Name of ${itemId}`,
    category: "Cars",
    price: 10,
    stock: 5,
    hidden: false,
    image: null,
    url: null,
    publicValues: {},
    features: {},
    ...rest,
  };
}

/** An order of one piece of each item. */
export function order(orderId: string, itemIds: readonly string[], rest: Partial<OrderRecord> = {}): OrderRecord {
  return {
    orderId,
    userId: "u1",
    orderedAt: 0,
    dateOnly: false,
    cancelled: false,
    lines: itemIds.map((item_id) => ({ item_id, quantity: 1, price: 10 })),
    ...rest,
  };
}

/** A catalogue as a sync would publish it: encoded and opened again. */
export function catalogueOf(
  items: readonly ItemRecord[],
  orders: readonly { order: OrderRecord; country: string | null }[] = [],
  ratings: readonly RatingRecord[] = [],
): Catalogue {
  const places = new Map(items.map((entry, place) => [entry.itemId, place]));
  const newest = Math.max(0, ...orders.filter((entry) => !entry.order.cancelled).map((entry) => entry.order.orderedAt));
  const statistics = new SalesStatistics(items.length, (itemId) => places.get(itemId), newest);
  for (const entry of orders) statistics.addOrder(entry.order, entry.country);
  for (const rating of ratings) statistics.addRating(rating);
  return new Catalogue(encodeCatalogue("test", items, statistics, "USD"));
}

/** Item embeddings as a sync would publish them. */
export function vectorsOf(embeddings: readonly (readonly number[] | null)[]): ItemVectors {
  const dimension = embeddings.find((embedding) => embedding !== null)?.length ?? 2;
  return decodeItemVectors(
    encodeItemVectors(
      "test",
      "m1",
      dimension,
      embeddings.map((embedding) => (embedding === null ? null : Float32Array.from(embedding))),
    ),
  );
}
