import type { EvaluationRow } from "../../domain/evaluation/split.ts";
import { bestPlaces } from "./best-places.ts";

/**
 * The baseline that every model has to beat: the items that most users have, all of the past counted alike. Ties by
 * item id; what nobody has is not recommended.
 */
export class PopularityRanker {
  readonly #itemIds: readonly string[];
  readonly #placeOf: ReadonlyMap<string, number>;
  readonly #users: Float64Array;

  /** @param itemIds the items that are ranked, by id */
  constructor(train: readonly EvaluationRow[], itemIds: readonly string[]) {
    this.#itemIds = itemIds;
    this.#placeOf = new Map(itemIds.map((itemId, place) => [itemId, place]));
    const users = itemIds.map(() => new Set<string>());
    for (const { userId, itemId } of train) users[this.#placeOf.get(itemId) ?? -1]?.add(userId);
    this.#users = Float64Array.from(users, (own) => own.size);
  }

  /** The best `k` items for the user of these rows. */
  rank(rows: readonly EvaluationRow[], k: number): string[] {
    const had = new Set(rows.map((row) => this.#placeOf.get(row.itemId) ?? -1));
    return bestPlaces(this.#users, k, had).map((place) => this.#itemIds[place] ?? "");
  }
}
