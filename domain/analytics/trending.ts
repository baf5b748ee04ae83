import { type RecentDemand, type RecentlyDone, TRENDING_HALF_LIFE_DAYS } from "../catalogue/sales-statistics.ts";
import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../ledger/limits.ts";

/** What a view and a cart count for "trending", in purchases. */
export const TRENDING_VIEW_WEIGHT = 0.05;
export const TRENDING_CART_WEIGHT = 0.25;
/** So many days up to the newest fact are looked at: four half-lives, after which a purchase counts a sixteenth. */
export const TRENDING_WINDOW_DAYS = 28;
/** Hours that are read at once, and that count as if all of it had happened in their middle. */
export const TRENDING_CHUNK_HOURS = 6;
/** Sums of the days before the newest are made anew after this long, for what was corrected in them since. */
export const TRENDING_SUMS_KEPT_MILLISECONDS = DAY_MILLISECONDS;

const HALF_LIFE_MILLISECONDS = TRENDING_HALF_LIFE_DAYS * DAY_MILLISECONDS;

/** What was counted of an item in some hours, or on days. */
export interface CountedChunk {
  readonly itemId: string;
  readonly grain: "hour" | "day";
  readonly views: number;
  readonly carts: number;
  readonly purchases: number;
}

/** What shoppers did with each item, faded to the moment `at`: half of it is left after {@link TRENDING_HALF_LIFE_DAYS}. */
export class TrendingSums implements RecentDemand {
  readonly at: number;
  readonly #items = new Map<string, RecentlyDone>();

  /** @param at what happened then counts in full; milliseconds since 1970 UTC */
  constructor(at: number) {
    this.at = at;
  }

  /** Adds what was counted from `from` to `to`; what is known by the day counts at the middle of the day of `from`. */
  addChunk(from: number, to: number, counted: Iterable<CountedChunk>): void {
    const day = from - (from % DAY_MILLISECONDS) + DAY_MILLISECONDS / 2;
    const weights = { hour: this.#weight((from + to) / 2), day: this.#weight(day) };
    for (const { itemId, grain, views, carts, purchases } of counted) {
      const weight = weights[grain];
      this.#add(itemId, {
        purchases: purchases * weight,
        interest: (views * TRENDING_VIEW_WEIGHT + carts * TRENDING_CART_WEIGHT) * weight,
      });
    }
  }

  /** Adds what had been summed up to another moment. */
  addAll(sums: RecentDemand): void {
    const weight = 2 ** ((sums.at - this.at) / HALF_LIFE_MILLISECONDS);
    for (const [itemId, { purchases, interest }] of sums.items()) {
      this.#add(itemId, { purchases: purchases * weight, interest: interest * weight });
    }
  }

  items(): Iterable<readonly [itemId: string, done: RecentlyDone]> {
    return this.#items;
  }

  #weight(at: number): number {
    return 2 ** (-Math.max(0, this.at - at) / HALF_LIFE_MILLISECONDS);
  }

  #add(itemId: string, { purchases, interest }: RecentlyDone): void {
    const before = this.#items.get(itemId);
    this.#items.set(itemId, {
      purchases: purchases + (before?.purchases ?? 0),
      interest: interest + (before?.interest ?? 0),
    });
  }
}

/** Spans of {@link TRENDING_CHUNK_HOURS} that cover the time from `from` to `to`, both beginnings of such spans or hours. */
export function chunksOf(from: number, to: number): readonly (readonly [from: number, to: number])[] {
  const length = TRENDING_CHUNK_HOURS * HOUR_MILLISECONDS;
  const count = Math.max(0, Math.ceil((to - from) / length));
  return Array.from({ length: count }, (_, n) => [from + n * length, Math.min(to, from + (n + 1) * length)] as const);
}
