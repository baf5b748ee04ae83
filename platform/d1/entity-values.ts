import type { ItemRecord, OrderRecord, RatingRecord, UserRecord } from "../../domain/catalogue/records.ts";
import type { StoredValue } from "./entity-table.ts";

/** A user's value columns, in the order of entity-table.ts. */
export function userValues(user: UserRecord): StoredValue[] {
  return [user.country, JSON.stringify(user.features)];
}

/** An item's value columns, in the order of entity-table.ts. */
export function itemValues(item: ItemRecord): StoredValue[] {
  return [
    item.name,
    item.category,
    item.price,
    item.stock,
    item.hidden,
    item.image,
    item.url,
    JSON.stringify(item.publicValues),
    JSON.stringify(item.features),
  ];
}

function orderValues(order: OrderRecord): StoredValue[] {
  return [order.userId, order.orderedAt, order.dateOnly, order.cancelled, JSON.stringify(order.lines)];
}

function ratingValues(rating: RatingRecord): StoredValue[] {
  return [rating.rating, rating.ratedAt];
}

/** A record's value columns, in the order of entity-table.ts. */
export function valuesOf(record: UserRecord | ItemRecord | OrderRecord | RatingRecord): StoredValue[] {
  if ("lines" in record) return orderValues(record);
  if ("rating" in record) return ratingValues(record);
  return "price" in record ? itemValues(record) : userValues(record);
}
