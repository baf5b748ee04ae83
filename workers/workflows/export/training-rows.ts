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
import { People, type Person } from "./people.ts";
import { NUMBER_COLUMNS, type NumberCells, type TrainingRow } from "./training-group.ts";

const USER_PREFIX = "u:";
const NO_NUMBERS: NumberCells = NUMBER_COLUMNS.map(() => [0]);
const NO_RATINGS: ReadonlyMap<string, RatingAsOf> = new Map();

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

const sourceOf = ({ rating, ratedAt, since }: RatingAsOf): SourceRating => ({ rating, ratedAt, since });

/** The users of a page of totals, whose rows follow each other. */
function usersOf(shoppers: readonly string[]): string[] {
  const users: string[] = [];
  let last = "";
  for (const shopper of shoppers) {
    if (shopper !== last) users.push(shopper.slice(USER_PREFIX.length));
    last = shopper;
  }
  return users;
}

/** Ratings by user and item. */
function byUser(ratings: readonly RatingAsOf[]): Map<string, Map<string, RatingAsOf>> {
  const users = new Map<string, Map<string, RatingAsOf>>();
  for (const rating of ratings) {
    const known = users.get(rating.userId);
    if (known === undefined) users.set(rating.userId, new Map([[rating.itemId, rating]]));
    else known.set(rating.itemId, rating);
  }
  return users;
}

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
    const users = usersOf(page.shoppers);
    const [people, found] = await Promise.all([People.load(this.#context, users), readRatingsOf(env.DB, users, asOf)]);
    const ratings = byUser(found);
    const numbers = NUMBER_COLUMNS.map((name) => page[name]);
    let { purchases, quantity, ratings: used, withoutRating, goneUsers } = NO_SUMS;
    const count = page.shoppers.length;
    let [shopper, person, ofUser]: [string, Person | null, ReadonlyMap<string, RatingAsOf>] = ["", null, NO_RATINGS];
    for (let place = 0; place < count; place++) {
      const next = page.shoppers[place] ?? "";
      if (person === null || next !== shopper) {
        const userId = next.slice(USER_PREFIX.length);
        [shopper, person, ofUser] = [next, people.person(userId), ratings.get(userId) ?? NO_RATINGS];
      }
      const itemId = page.item_ids[place] ?? "";
      const rating = page.rating[place] ?? Number.NaN;
      const totals: LabelTotals = {
        views: page.views[place] ?? 0,
        carts: page.carts[place] ?? 0,
        removals: page.removals[place] ?? 0,
        purchases: page.purchases[place] ?? 0,
        refunds: page.refunds[place] ?? 0,
        others: page.others[place] ?? 0,
        rating: Number.isNaN(rating) ? null : rating,
        rated_at: page.rated_at[place] ?? 0,
        last_at: page.last_at[place] ?? 0,
      };
      purchases += totals.purchases;
      quantity += page.quantity[place] ?? 0;
      const given = ofUser.size === 0 ? undefined : ofUser.get(itemId);
      if (given !== undefined) used += 1;
      if (person.isGone) {
        goneUsers += 1;
        continue;
      }
      const row = this.#row(person, itemId, totals, given, numbers, place);
      if (row === null) withoutRating += 1;
      else add(row);
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
      const person = people.person(given.userId);
      const row = person.isGone ? null : this.#row(person, given.itemId, null, given, NO_NUMBERS, 0);
      if (row !== null) add(row);
      else if (person.isGone) goneUsers += 1;
      else withoutRating += 1;
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

  /**
   * A row.
   * @param totals null where the ledger has nothing
   * @param numbers columns among which the row's numbers are at `place`
   * @returns null when nothing tells of a taste
   */
  #row(
    person: Person,
    itemId: string,
    totals: LabelTotals | null,
    given: RatingAsOf | undefined,
    numbers: NumberCells,
    place: number,
  ): TrainingRow | null {
    const { asOf } = this.#context;
    const label = labelOf(totals, given === undefined ? null : sourceOf(given), asOf, config.ratings);
    if (label === null) return null;
    const { knownSince, cells } = person.shownAt(label.lastInteractionAt);
    return {
      userId: person.name,
      itemId,
      label,
      numbers,
      place,
      userKnownSince: knownSince,
      userCells: cells,
      itemState: this.#items.stateAt(itemId, label.lastInteractionAt),
    };
  }
}
