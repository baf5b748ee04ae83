import { z } from "zod";

import type { Interaction } from "../events/interaction.ts";
import { SESSION_RATINGS_MAX, type SessionRating } from "./session.ts";

const ratingSchema = z.number().min(1).max(5);

/** A synced rating. */
export interface SyncedRating {
  readonly item_id: string;
  readonly rating: number;
  /** Null when the source does not say. */
  readonly at: number | null;
}

/** The ratings after an interaction: the latest of an item counts. */
export function applyToRatings(ratings: readonly SessionRating[], interaction: Interaction): readonly SessionRating[] {
  const rating = ratingSchema.safeParse(interaction.params["rating"]);
  if (interaction.name !== "rate_item" || !rating.success) return ratings;
  return mergeRatings(
    ratings,
    interaction.items.map(({ item_id }) => ({ item_id, rating: rating.data, at: interaction.at })),
  );
}

/** Ratings of two sources as one: of two ratings of an item the later one counts, one without a time is the earliest. */
export function mergeRatings(
  first: readonly SessionRating[],
  second: readonly SessionRating[],
): readonly SessionRating[] {
  const byItem = new Map(first.map((rating) => [rating.item_id, rating]));
  for (const rating of second) {
    const present = byItem.get(rating.item_id);
    if (present !== undefined && (present.at ?? 0) > (rating.at ?? 0)) continue;
    byItem.delete(rating.item_id);
    byItem.set(rating.item_id, rating);
  }
  return [...byItem.values()].slice(-SESSION_RATINGS_MAX);
}

/** The ratings with what the replica knows: live ones stay where they are later than the replica's. */
export function uniteRatingsWithSynced(
  ratings: readonly SessionRating[],
  synced: readonly SyncedRating[],
): readonly SessionRating[] {
  const syncedAt = new Map(synced.map((rating) => [rating.item_id, rating.at ?? 0]));
  const live = ratings.filter((rating) => rating.at !== undefined && rating.at >= (syncedAt.get(rating.item_id) ?? 0));
  return mergeRatings(
    synced.map(({ item_id, rating }) => ({ item_id, rating })),
    live,
  );
}
