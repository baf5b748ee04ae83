import type { OrderRecord, RatingRecord } from "./records.ts";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** A purchase counts half for "popular" after this long … */
export const POPULAR_HALF_LIFE_DAYS = 90;
/** … and half for "trending" after this long. */
export const TRENDING_HALF_LIFE_DAYS = 7;
/** A five-star rating counts as this much of a purchase made at the newest moment. */
const RATING_WEIGHT = 0.2;
/** Of a larger order only the first lines are paired: pairs grow with the square. */
export const ORDER_LINES_PAIRED_MAX = 40;
/** Pairs held at once; when there are more, those seen only once are forgotten first. */
export const CO_PURCHASE_PAIRS_MAX = 2_000_000;
/** A pair seen c times is believed to c / (c + this): one chance meeting proves little. */
const CO_PURCHASE_SHRINKAGE = 2;

/** Where the newest facts name few items, those that sold before follow them with this share of their score at most. */
const FORMERLY_TRENDING_SHARE = 0.05;

/** What shoppers did with an item lately, in purchases: those themselves, and what views and carts count for. */
export interface RecentlyDone {
  readonly purchases: number;
  readonly interest: number;
}

/** What shoppers did with items lately, faded by {@link TRENDING_HALF_LIFE_DAYS} to the moment `at`. */
export interface RecentDemand {
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  items(): Iterable<readonly [itemId: string, done: RecentlyDone]>;
}

/** Item by place and how much. */
export interface ScoredPlace {
  readonly place: number;
  readonly score: number;
}

/**
 * Counts what the synced orders and ratings say about the items, one record at a time and in bounded memory. Its
 * clock is the newest order, so that an old data set has its popular and trending items too.
 */
export class SalesStatistics {
  readonly #placeOf: (itemId: string) => number | undefined;
  readonly #popular: Float64Array;
  readonly #trending: Float64Array;
  readonly #byCountry = new Map<string, Map<number, number>>();
  readonly #ordersOf: Uint32Array;
  readonly #pairs = new Map<number, number>();
  readonly #size: number;
  readonly #newestAt: number;
  #recent: RecentDemand | null = null;

  /**
   * @param size number of items
   * @param placeOf an item's place, undefined for one that is not offered any more
   * @param newestAt time of the newest order, milliseconds since 1970 UTC: weights are relative to it
   */
  constructor(size: number, placeOf: (itemId: string) => number | undefined, newestAt: number) {
    this.#size = size;
    this.#placeOf = placeOf;
    this.#newestAt = newestAt;
    this.#popular = new Float64Array(size);
    this.#trending = new Float64Array(size);
    this.#ordersOf = new Uint32Array(size);
  }

  /** Counts an order; a cancelled one says nothing. `country` is the buyer's, ISO 3166-1 alpha-2. */
  addOrder(order: OrderRecord, country: string | null): void {
    if (order.cancelled) return;
    const days = Math.max(0, this.#newestAt - order.orderedAt) / DAY_MILLISECONDS;
    const popular = 2 ** (-days / POPULAR_HALF_LIFE_DAYS);
    const trending = fading(days);
    const places: number[] = [];
    for (const line of order.lines) {
      const place = this.#placeOf(line.item_id);
      if (place === undefined || places.includes(place)) continue;
      places.push(place);
      this.#popular[place] = (this.#popular[place] ?? 0) + popular;
      this.#trending[place] = (this.#trending[place] ?? 0) + trending;
      this.#ordersOf[place] = (this.#ordersOf[place] ?? 0) + 1;
      if (country !== null) {
        const counts = this.#byCountry.get(country) ?? new Map<number, number>();
        counts.set(place, (counts.get(place) ?? 0) + popular);
        this.#byCountry.set(country, counts);
      }
    }
    this.#addPairs(places.slice(0, ORDER_LINES_PAIRED_MAX));
  }

  /** Counts a rating above the middle as a faint sign of popularity: a shop may have ratings and no orders. */
  addRating(rating: RatingRecord): void {
    const place = this.#placeOf(rating.itemId);
    if (place === undefined) return;
    this.#popular[place] = (this.#popular[place] ?? 0) + RATING_WEIGHT * Math.max(0, (rating.rating - 3) / 2);
  }

  #addPairs(places: readonly number[]): void {
    for (let first = 0; first < places.length; first++) {
      for (let second = first + 1; second < places.length; second++) {
        const low = Math.min(places[first] ?? 0, places[second] ?? 0);
        const high = Math.max(places[first] ?? 0, places[second] ?? 0);
        const pair = low * this.#size + high;
        this.#pairs.set(pair, (this.#pairs.get(pair) ?? 0) + 1);
      }
    }
    if (this.#pairs.size <= CO_PURCHASE_PAIRS_MAX) return;
    for (const [pair, count] of this.#pairs) if (count === 1) this.#pairs.delete(pair);
  }

  /** Popularity of every item, scaled so that the best sold has 1. */
  popularity(): Float32Array {
    return scaled(this.#popular);
  }

  /** Takes into account what was counted of shoppers' doings; without it, orders alone say what trends. */
  setRecentDemand(recent: RecentDemand): void {
    this.#recent = recent;
  }

  /** What is in demand lately, scaled like {@link popularity}. */
  trending(): Float32Array {
    const bySales = scaled(this.#trending);
    if (this.#recent === null) return bySales;
    const byDemand = scaled(this.#demand(this.#recent));
    return byDemand.map((score, place) => Math.max(score, FORMERLY_TRENDING_SHARE * (bySales[place] ?? 0)));
  }

  /**
   * Purchases are those of the orders or those that were counted, whichever are more: most are both, and counters follow
   * an order by some seconds.
   */
  #demand(recent: RecentDemand): Float64Array {
    const days = (recent.at - this.#newestAt) / DAY_MILLISECONDS;
    // Orders that are newer than what was counted stay as they are: nothing may count more than in full.
    const [sales, done] = days > 0 ? [fading(days), 1] : [1, fading(-days)];
    const demand = this.#trending.map((sold) => sold * sales);
    for (const [itemId, { purchases, interest }] of recent.items()) {
      const place = this.#placeOf(itemId);
      if (place === undefined) continue;
      // Corrections of purchases that were made before the window may leave less than nothing.
      demand[place] = Math.max(0, Math.max(demand[place] ?? 0, purchases * done) + interest * done);
    }
    return demand;
  }

  /**
   * Popularity by country: the country's own sales with the whole shop's as a prior of `priorOrders` purchases, so
   * that one order does not make a best-seller.
   */
  popularityByCountry(priorOrders: number): ReadonlyMap<string, Float32Array> {
    const total = this.#popular.reduce((sum, value) => sum + value, 0);
    const result = new Map<string, Float32Array>();
    for (const [country, counts] of this.#byCountry) {
      const scores = this.#popular.map((value) => (total === 0 ? 0 : (value / total) * priorOrders));
      for (const [place, count] of counts) scores[place] = (scores[place] ?? 0) + count;
      result.set(country, scaled(scores));
    }
    return result;
  }

  /**
   * For each item what is bought with it, best first: cosine of the two items' orders, shrunk towards 0 for few
   * sightings (Deshpande & Karypis, "Item-based top-N recommendation algorithms", 2004).
   */
  coPurchases(perItemMax: number): readonly (readonly ScoredPlace[])[] {
    const lists: ScoredPlace[][] = Array.from({ length: this.#size }, () => []);
    for (const [pair, count] of this.#pairs) {
      const low = Math.floor(pair / this.#size);
      const high = pair % this.#size;
      const cosine = count / Math.sqrt((this.#ordersOf[low] ?? 1) * (this.#ordersOf[high] ?? 1));
      const score = cosine * (count / (count + CO_PURCHASE_SHRINKAGE));
      lists[low]?.push({ place: high, score });
      lists[high]?.push({ place: low, score });
    }
    return lists.map((list) => list.sort((a, b) => b.score - a.score || a.place - b.place).slice(0, perItemMax));
  }
}

/** What is left of a purchase for "trending" after so many days. */
function fading(days: number): number {
  return 2 ** (-days / TRENDING_HALF_LIFE_DAYS);
}

function scaled(values: Float64Array): Float32Array {
  let highest = 0;
  for (const value of values) if (value > highest) highest = value;
  return Float32Array.from(values, (value) => (highest === 0 ? 0 : value / highest));
}
