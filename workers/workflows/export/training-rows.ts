import config from "#shop-config";
import { EXPORT_PAGE_ROWS } from "../../../domain/exports/limits.ts";
import { type LabelTotals, labelOf, type SourceRating } from "../../../domain/exports/training-row.ts";
import { shardOf } from "../../../domain/hash.ts";
import { ledgerName } from "../../../domain/ledger/routing.ts";
import {
  type RatingAsOf,
  type RatingCursor,
  readRatingsOf,
  readRatingsPage,
} from "../../../platform/d1/versions/rating-states.ts";
import type { ExportContext } from "./context.ts";
import type { ItemColumns } from "./item-columns.ts";
import { People } from "./people.ts";
import type { RowNumbers, TrainingRow } from "./training-group.ts";

const USER_PREFIX = "u:";
const NO_NUMBERS: RowNumbers = {
  views: 0,
  carts: 0,
  removals: 0,
  purchases: 0,
  refunds: 0,
  others: 0,
  quantity: 0,
  revenue: 0,
};

/** Where reading goes on: in a shard, after a key of its totals; then in the ratings of which the ledger knows nothing. */
export type TrainingCursor =
  | { readonly from: "ledger"; readonly shard: number; readonly after: { shopper: string; item_id: string } | null }
  | { readonly from: "ratings"; readonly after: RatingCursor | null };

/** What was read so far, to be compared with what ledger and catalogue count. */
export interface TrainingSums {
  /** Rows of the ledger, and of them the sums. */
  readonly ledgerRows: number;
  readonly purchases: number;
  readonly quantity: number;
  /** Ratings of the replica. */
  readonly ratings: number;
  readonly withoutRating: number;
  readonly goneUsers: number;
}

export const NO_SUMS: TrainingSums = {
  ledgerRows: 0,
  purchases: 0,
  quantity: 0,
  ratings: 0,
  withoutRating: 0,
  goneUsers: 0,
};

export function addSums(one: TrainingSums, other: TrainingSums): TrainingSums {
  return {
    ledgerRows: one.ledgerRows + other.ledgerRows,
    purchases: one.purchases + other.purchases,
    quantity: one.quantity + other.quantity,
    ratings: one.ratings + other.ratings,
    withoutRating: one.withoutRating + other.withoutRating,
    goneUsers: one.goneUsers + other.goneUsers,
  };
}

/** Some rows of `training`, and where the next are. */
interface TrainingPage {
  readonly sums: TrainingSums;
  /** Null: these were the last. */
  readonly next: TrainingCursor | null;
}

const pairOf = (userId: string, itemId: string): string => `${userId}\n${itemId}`;
const sourceOf = ({ rating, ratedAt, since }: RatingAsOf): SourceRating => ({ rating, ratedAt, since });

/** Reads `training` page by page; rows go to `add` one by one. */
export class TrainingRows {
  readonly #context: ExportContext;
  readonly #items: ItemColumns;
  readonly #shards: number;

  constructor(context: ExportContext, items: ItemColumns) {
    this.#context = context;
    this.#items = items;
    this.#shards = Number(context.env.LEDGER_SHARDS);
  }

  /** Reads at most `rows` rows. @param add takes each row that the export holds */
  read(cursor: TrainingCursor, rows: number, add: (row: TrainingRow) => void): Promise<TrainingPage> {
    const most = Math.min(rows, EXPORT_PAGE_ROWS);
    return cursor.from === "ledger" ? this.#readLedger(cursor, most, add) : this.#readRatings(cursor, most, add);
  }

  #ledger(shard: number) {
    return this.#context.env.INTERACTION_LEDGER.getByName(ledgerName(shard));
  }

  async #readLedger(
    { shard, after }: Extract<TrainingCursor, { from: "ledger" }>,
    rows: number,
    add: (row: TrainingRow) => void,
  ): Promise<TrainingPage> {
    const { asOf, env } = this.#context;
    using page = await this.#ledger(shard).totalsAsOf({ asOf, after, rows });
    const users = [...new Set(page.shoppers)].map((shopper) => shopper.slice(USER_PREFIX.length));
    const people = await People.load(this.#context, users);
    const ratings = new Map(
      (await readRatingsOf(env.DB, users, asOf)).map((rating) => [pairOf(rating.userId, rating.itemId), rating]),
    );
    let { purchases, quantity, ratings: used, withoutRating, goneUsers } = NO_SUMS;
    const count = page.shoppers.length;
    for (let place = 0; place < count; place++) {
      const userId = (page.shoppers[place] ?? "").slice(USER_PREFIX.length);
      const itemId = page.item_ids[place] ?? "";
      const numbers: RowNumbers = {
        views: page.views[place] ?? 0,
        carts: page.carts[place] ?? 0,
        removals: page.removals[place] ?? 0,
        purchases: page.purchases[place] ?? 0,
        refunds: page.refunds[place] ?? 0,
        others: page.others[place] ?? 0,
        quantity: page.quantity[place] ?? 0,
        revenue: page.revenue[place] ?? 0,
      };
      purchases += numbers.purchases;
      quantity += numbers.quantity;
      const rating = page.rating[place] ?? Number.NaN;
      const given = ratings.get(pairOf(userId, itemId));
      if (given !== undefined) used += 1;
      if (people.isGone(userId)) {
        goneUsers += 1;
        continue;
      }
      const totals = {
        ...numbers,
        rating: Number.isNaN(rating) ? null : rating,
        rated_at: page.rated_at[place] ?? 0,
        last_at: page.last_at[place] ?? 0,
      };
      if (!this.#add(people, userId, itemId, totals, given, add)) withoutRating += 1;
    }
    const { next } = page;
    return {
      sums: { ledgerRows: count, purchases, quantity, ratings: used, withoutRating, goneUsers },
      next: this.#afterLedger(shard, next === null ? null : { shopper: next.shopper, item_id: next.item_id }),
    };
  }

  #afterLedger(shard: number, after: { shopper: string; item_id: string } | null): TrainingCursor {
    if (after !== null) return { from: "ledger", shard, after };
    if (shard + 1 < this.#shards) return { from: "ledger", shard: shard + 1, after: null };
    return { from: "ratings", after: null };
  }

  /** Ratings of items with which, as far as the ledger knows, the user did nothing. */
  async #readRatings(
    { after }: Extract<TrainingCursor, { from: "ratings" }>,
    rows: number,
    add: (row: TrainingRow) => void,
  ): Promise<TrainingPage> {
    const { asOf, env } = this.#context;
    const { ratings, next } = await readRatingsPage(env.DB, after, rows, asOf);
    const alone = await this.#unknownToLedger(ratings);
    const people = await People.load(this.#context, [...new Set(alone.map(({ userId }) => userId))]);
    let [withoutRating, goneUsers] = [0, 0];
    for (const given of alone) {
      if (people.isGone(given.userId)) goneUsers += 1;
      else if (!this.#add(people, given.userId, given.itemId, null, given, add)) withoutRating += 1;
    }
    return {
      sums: { ...NO_SUMS, ratings: alone.length, withoutRating, goneUsers },
      next: next === null ? null : { from: "ratings", after: next },
    };
  }

  async #unknownToLedger(ratings: readonly RatingAsOf[]): Promise<RatingAsOf[]> {
    const { asOf } = this.#context;
    const byShard = Map.groupBy(ratings, ({ userId }) => shardOf(USER_PREFIX + userId, this.#shards));
    const alone: RatingAsOf[] = [];
    for (const [shard, some] of byShard) {
      const pairs = some.map(({ userId, itemId }) => ({ shopper: USER_PREFIX + userId, item_id: itemId }));
      using places = await this.#ledger(shard).withoutTotals({ asOf, pairs });
      for (const place of places) {
        const rating = some[place];
        if (rating !== undefined) alone.push(rating);
      }
    }
    return alone;
  }

  /** @returns false when nothing tells of a taste */
  #add(
    people: People,
    userId: string,
    itemId: string,
    totals: (LabelTotals & RowNumbers) | null,
    given: RatingAsOf | undefined,
    add: (row: TrainingRow) => void,
  ): boolean {
    const { asOf } = this.#context;
    const label = labelOf(totals, given === undefined ? null : sourceOf(given), asOf, config.ratings);
    if (label === null) return false;
    const { knownSince, cells } = people.shownAt(userId, label.lastInteractionAt);
    add({
      userId: people.nameOf(userId),
      itemId,
      label,
      numbers: totals ?? NO_NUMBERS,
      userKnownSince: knownSince,
      userCells: cells,
      itemState: this.#items.stateAt(itemId, label.lastInteractionAt),
    });
    return true;
  }
}
