import type { FeatureValues, ItemRecord } from "./records.ts";

/** What an item tower sees: the source's columns, and the three that every shop has under names of our own. */
export function itemFeatures(item: Pick<ItemRecord, "features" | "name" | "category" | "price">): FeatureValues {
  return { ...item.features, name: item.name, category: item.category, price: item.price };
}

/**
 * What a user tower sees: the source's columns, and the country as ISO 3166-1 alpha-2 in `country_code`, which is all
 * that is known of an anonymous shopper.
 */
export function userFeatures(features: FeatureValues | null, country: string | null): FeatureValues {
  return { ...features, ...(country === null ? {} : { country_code: country }) };
}
