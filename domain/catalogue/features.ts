import type { FeatureValues, ItemRecord } from "./records.ts";

/** Features that the source has renamed, by their new name: `source.*.columns` of the configuration. */
export type RenamedFeatures = Readonly<Record<string, { readonly was: string }>>;

/** A model that was trained before a feature was renamed finds it under its earlier name as well. */
function withEarlierNames(features: FeatureValues, renamed: RenamedFeatures): FeatureValues {
  const earlier = Object.entries(renamed).flatMap(([name, { was }]) => {
    const value = features[name];
    return value === undefined || was in features ? [] : [[was, value] as const];
  });
  return earlier.length === 0 ? features : { ...features, ...Object.fromEntries(earlier) };
}

/** What an item tower sees: the source's columns, and the three that every shop has under names of our own. */
export function itemFeatures(
  item: Pick<ItemRecord, "features" | "name" | "category" | "price">,
  renamed: RenamedFeatures = {},
): FeatureValues {
  return {
    ...withEarlierNames(item.features, renamed),
    name: item.name,
    category: item.category,
    price: item.price,
  };
}

/**
 * What a user tower sees: the source's columns, and the country as ISO 3166-1 alpha-2 in `country_code`, which is all
 * that is known of an anonymous shopper.
 */
export function userFeatures(
  features: FeatureValues | null,
  country: string | null,
  renamed: RenamedFeatures = {},
): FeatureValues {
  return {
    ...withEarlierNames(features ?? {}, renamed),
    ...(country === null ? {} : { country_code: country }),
  };
}
