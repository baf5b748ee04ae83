import { itemIdsOf, rowsByUser } from "../../domain/evaluation/rows-by-user.ts";
import type { EvaluationRow } from "../../domain/evaluation/split.ts";
import { bestPlaces } from "./best-places.ts";

/** The items that share users with an item, and how many. */
interface Neighbours {
  readonly places: Uint32Array;
  readonly sharedUsers: Uint32Array;
}

/**
 * A baseline of the literature, item-based collaborative filtering (Sarwar et al., 2001; Deshpande & Karypis, 2004): an
 * item's score is the sum of its cosines to the user's items, over the users who have both, with all neighbours. Ties
 * by item id; what shares no user with the user's items is not recommended.
 */
export class SimilarityRanker {
  /** All items of training, by id: what is not ranked still tells of its neighbours. */
  readonly #itemIds: readonly string[];
  readonly #placeOf: ReadonlyMap<string, number>;
  /** Places that are not ranked. */
  readonly #unranked: ReadonlySet<number>;
  /** Places of each user's items, and numbers of each item's users. */
  readonly #itemsOfUser: readonly Uint32Array[];
  readonly #usersOfItem: readonly number[][];
  /** 1 / √(users who have the item). */
  readonly #scale: Float64Array;
  readonly #neighbours: (Neighbours | undefined)[] = [];
  readonly #shared: Uint32Array;
  readonly #scores: Float64Array;

  /** @param ranked the items that are ranked */
  constructor(train: readonly EvaluationRow[], ranked: readonly string[]) {
    this.#itemIds = itemIdsOf(train);
    const placeOf = new Map(this.#itemIds.map((itemId, place) => [itemId, place]));
    this.#placeOf = placeOf;
    const isRanked = new Set(ranked);
    this.#unranked = new Set(this.#itemIds.flatMap((itemId, place) => (isRanked.has(itemId) ? [] : [place])));
    this.#itemsOfUser = [...rowsByUser(train).values()].map((rows) => this.#placesOf(rows));
    const usersOfItem: number[][] = this.#itemIds.map(() => []);
    this.#itemsOfUser.forEach((places, user) => {
      for (const place of places) usersOfItem[place]?.push(user);
    });
    this.#usersOfItem = usersOfItem;
    this.#scale = Float64Array.from(usersOfItem, (users) => 1 / Math.sqrt(users.length));
    this.#shared = new Uint32Array(this.#itemIds.length);
    this.#scores = new Float64Array(this.#itemIds.length);
  }

  /** The best `k` items for the user of these rows. */
  rank(rows: readonly EvaluationRow[], k: number): string[] {
    const had = this.#placesOf(rows);
    const scores = this.#scores.fill(0);
    for (const item of had) {
      const { places, sharedUsers } = this.#neighboursOf(item);
      const scale = this.#scale[item] ?? 0;
      for (let at = 0; at < places.length; at++) {
        const place = places[at] ?? 0;
        scores[place] = (scores[place] ?? 0) + (sharedUsers[at] ?? 0) * scale * (this.#scale[place] ?? 0);
      }
    }
    return bestPlaces(scores, k, new Set([...this.#unranked, ...had])).map((place) => this.#itemIds[place] ?? "");
  }

  #placesOf(rows: readonly EvaluationRow[]): Uint32Array {
    return Uint32Array.from(new Set(rows.flatMap((row) => this.#placeOf.get(row.itemId) ?? []))).sort();
  }

  /** Counted when the item is first met, and kept. */
  #neighboursOf(item: number): Neighbours {
    const known = this.#neighbours[item];
    if (known !== undefined) return known;
    const met: number[] = [];
    for (const user of this.#usersOfItem[item] ?? []) {
      for (const place of this.#itemsOfUser[user] ?? []) {
        const before = this.#shared[place] ?? 0;
        if (before === 0 && place !== item) met.push(place);
        this.#shared[place] = before + 1;
      }
    }
    const places = Uint32Array.from(met);
    const neighbours = { places, sharedUsers: places.map((place) => this.#shared[place] ?? 0) };
    this.#shared.fill(0);
    this.#neighbours[item] = neighbours;
    return neighbours;
  }
}
