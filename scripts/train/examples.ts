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

/** For each user the items that are kept from training; no user: nothing is. */
export type HeldOut = ReadonlyMap<string, ReadonlySet<string>>;

/** Keeps back a part of each longer past. */
export function holdOutSome(preferences: Preferences, random: () => number): HeldOut {
  const heldOut = new Map<string, ReadonlySet<string>>();
  for (const userId of [...preferences.keys()].sort()) {
    const items = shuffled([...(preferences.get(userId) ?? new Map<string, number>()).keys()].sort(), random);
    const count = items.length < VALIDATION_ITEMS_MIN ? 0 : Math.ceil(items.length * VALIDATION_SHARE);
    heldOut.set(userId, new Set(items.slice(0, count)));
  }
  return heldOut;
}

/** Makes the examples: users with a past, in the order of their ids. */
export function makeExamples(
  preferences: Preferences,
  users: ReadonlyMap<string, FeatureValues>,
  placeOf: ReadonlyMap<string, number>,
  heldOut: HeldOut,
): Example[] {
  const examples: Example[] = [];
  for (const userId of [...preferences.keys()].sort()) {
    const away = heldOut.get(userId) ?? new Set<string>();
    const kept = [...(preferences.get(userId) ?? [])].flatMap(([itemId, weight]) => {
      const item = placeOf.get(itemId);
      return item === undefined || away.has(itemId) ? [] : [{ item, weight }];
    });
    kept.sort((a, b) => a.item - b.item);
    const total = kept.reduce((sum, { weight }) => sum + weight, 0);
    if (total === 0) continue;
    examples.push({
      features: users.get(userId) ?? {},
      items: kept.map(({ item }) => item),
      shares: kept.map(({ weight }) => weight / total),
      weight: Math.sqrt(total),
      heldOut: new Set([...away].flatMap((itemId) => placeOf.get(itemId) ?? [])),
    });
  }
  return examples;
}
