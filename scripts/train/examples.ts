import type { FeatureValues } from "../../domain/catalogue/records.ts";
import { shuffled } from "./shuffle.ts";
import type { Preferences } from "./training-data.ts";

/** Share of each user's items that is kept from training to see when it has learned enough. */
const VALIDATION_SHARE = 0.1;
/** Of a shorter past nothing is kept back. */
const VALIDATION_ITEMS_MIN = 5;

/** A user to learn from. Items are places in the list of all items. */
export interface Example {
  readonly features: FeatureValues;
  readonly items: readonly number[];
  /** Of `items`, one by one; summing to 1. */
  readonly shares: readonly number[];
  /** How much this user counts: the root of all their weights, so that one who bought everything is not everyone. */
  readonly weight: number;
  readonly heldOut: ReadonlySet<number>;
}

/** Makes the examples: users with a past, in the order of their ids, a part of each past held out. */
export function makeExamples(
  preferences: Preferences,
  users: ReadonlyMap<string, FeatureValues>,
  placeOf: ReadonlyMap<string, number>,
  random: () => number,
): Example[] {
  const examples: Example[] = [];
  for (const userId of [...preferences.keys()].sort()) {
    const known = [...(preferences.get(userId) ?? [])].flatMap(([itemId, weight]) => {
      const item = placeOf.get(itemId);
      return item === undefined ? [] : [{ item, weight }];
    });
    const order = shuffled(
      known.sort((a, b) => a.item - b.item),
      random,
    );
    const heldOutCount = order.length < VALIDATION_ITEMS_MIN ? 0 : Math.ceil(order.length * VALIDATION_SHARE);
    const kept = order.slice(heldOutCount);
    const total = kept.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) continue;
    examples.push({
      features: users.get(userId) ?? {},
      items: kept.map(({ item }) => item),
      shares: kept.map(({ weight }) => weight / total),
      weight: Math.sqrt(total),
      heldOut: new Set(order.slice(0, heldOutCount).map(({ item }) => item)),
    });
  }
  return examples;
}
