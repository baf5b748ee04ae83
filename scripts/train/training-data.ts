import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { EvaluationRow } from "../../domain/evaluation/split.ts";

/** A row of an interactions file, or what an export knows of one user and item. */
export interface Interaction extends EvaluationRow {
  /** How much it tells, in purchases; absent = 1. */
  readonly strength?: number;
}

/** What a model is fitted on. Features as the towers are given them when they serve. */
export interface TrainingData {
  readonly users: ReadonlyMap<string, FeatureValues>;
  readonly items: ReadonlyMap<string, FeatureValues>;
  readonly interactions: readonly Interaction[];
}

/** How much the items of a user's past say about their taste, by item id; all above 0. */
export type Preferences = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Weight of a rating one star above the user's own mean, in purchases. */
const RATING_STAR_WEIGHT = 0.5;
/** What was bought and then disliked still counts this much. */
const PREFERENCE_MIN = 0.1;

/**
 * Folds purchases and ratings into one number per user and item: log2(1 + purchases), since the tenth says little more
 * than the ninth, plus each rating's distance from the user's own mean (people differ more in their mean than items
 * do). Items that are only known from a rating below the mean are left out.
 */
export function preferencesOf(interactions: readonly Interaction[]): Preferences {
  const purchases = new Map<string, Map<string, number>>();
  const ratings = new Map<string, Map<string, number>>();
  for (const { userId, itemId, rating, strength = 1 } of interactions) {
    const target = rating === null ? purchases : ratings;
    const own = target.get(userId) ?? new Map<string, number>();
    own.set(itemId, rating ?? (own.get(itemId) ?? 0) + strength);
    target.set(userId, own);
  }
  const preferences = new Map<string, Map<string, number>>();
  for (const userId of new Set([...purchases.keys(), ...ratings.keys()])) {
    const bought = purchases.get(userId) ?? new Map<string, number>();
    const rated = ratings.get(userId) ?? new Map<string, number>();
    const mean = [...rated.values()].reduce((sum, rating) => sum + rating, 0) / Math.max(1, rated.size);
    const own = new Map<string, number>();
    for (const itemId of new Set([...bought.keys(), ...rated.keys()])) {
      const count = bought.get(itemId) ?? 0;
      const weight = Math.log2(1 + count) + RATING_STAR_WEIGHT * ((rated.get(itemId) ?? mean) - mean);
      if (count > 0 || weight > 0 || rated.size === 1) own.set(itemId, Math.max(PREFERENCE_MIN, weight));
    }
    if (own.size > 0) preferences.set(userId, own);
  }
  return preferences;
}
