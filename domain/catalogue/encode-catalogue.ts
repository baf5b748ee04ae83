import { type Column, encodeColumns } from "./binary.ts";
import { type CatalogueMeta, ITEM_HIDDEN, type ItemDisplay, stockColumn } from "./catalogue.ts";
import { PackedTexts } from "./packed-texts.ts";
import type { ItemRecord } from "./records.ts";
import type { SalesStatistics, ScoredPlace } from "./sales-statistics.ts";

/** Length of the ready-made lists: enough for the largest shelf after everything that a shopper already knows is left out. */
export const POPULAR_LIST_MAX = 500;
export const TRENDING_LIST_MAX = 200;
export const COUNTRY_LIST_MAX = 200;
export const CO_PURCHASES_PER_ITEM_MAX = 50;
/** Weight of the whole shop's taste in a country's list, in purchases. */
const COUNTRY_PRIOR_ORDERS = 20;

/** What an answer shows of an item. */
export function displayOf(item: ItemRecord, currency: string): ItemDisplay {
  return {
    ...item.publicValues,
    name: item.name,
    price: item.price,
    currency,
    category: item.category,
    image: item.image,
    url: item.url,
  };
}

function best(scores: Float32Array, count: number): ScoredPlace[] {
  const list: ScoredPlace[] = [];
  scores.forEach((score, place) => list.push({ place, score }));
  return list.sort((a, b) => b.score - a.score || a.place - b.place).slice(0, count);
}

function packCoPurchases(lists: readonly (readonly ScoredPlace[])[]): Record<string, Column> {
  const starts = new Uint32Array(lists.length + 1);
  lists.forEach((list, position) => (starts[position + 1] = (starts[position] ?? 0) + list.length));
  const flat = lists.flat();
  return {
    togetherStart: starts,
    togetherItems: Uint32Array.from(flat, (entry) => entry.place),
    togetherWeights: Float32Array.from(flat, (entry) => entry.score),
  };
}

function packCountries(statistics: SalesStatistics): {
  countries: CatalogueMeta["countries"];
  columns: Record<string, Column>;
} {
  const countries: Record<string, { start: number; count: number }> = {};
  const flat: ScoredPlace[] = [];
  for (const [country, scores] of statistics.popularityByCountry(COUNTRY_PRIOR_ORDERS)) {
    const list = best(scores, COUNTRY_LIST_MAX);
    countries[country] = { start: flat.length, count: list.length };
    flat.push(...list);
  }
  return {
    countries,
    columns: {
      countryItems: Uint32Array.from(flat, (entry) => entry.place),
      countryScores: Float32Array.from(flat, (entry) => entry.score),
    },
  };
}

/**
 * A snapshot in the making: items are added one by one in the order that gives each its place, and nothing of them is
 * kept but what the snapshot will hold (about 300 bytes each).
 */
export class CatalogueBuilder {
  readonly #currency: string;
  readonly #ids: string[] = [];
  readonly #places = new Map<string, number>();
  readonly #displays = new PackedTexts();
  readonly #categories = new Map<string, number>();
  readonly #category: number[] = [];
  readonly #price: number[] = [];
  readonly #stock: number[] = [];
  readonly #flags: number[] = [];

  /** @param currency ISO 4217 code of every price */
  constructor(currency: string) {
    this.#currency = currency;
  }

  /** Number of items so far. */
  get size(): number {
    return this.#ids.length;
  }

  /** The place of an item that was added, else undefined. */
  placeOf(itemId: string): number | undefined {
    return this.#places.get(itemId);
  }

  /** Adds the item of the next place. */
  add(item: ItemRecord): void {
    this.#places.set(item.itemId, this.#ids.length);
    this.#ids.push(item.itemId);
    this.#displays.add(JSON.stringify(displayOf(item, this.#currency)));
    const category = this.#categories.get(item.category) ?? this.#categories.size;
    this.#categories.set(item.category, category);
    this.#category.push(category);
    this.#price.push(item.price);
    this.#stock.push(stockColumn(item.stock));
    this.#flags.push(item.hidden ? ITEM_HIDDEN : 0);
  }

  /**
   * Packs the items and what their sales say into the bytes that `Catalogue` opens.
   * @param statistics counted over the same places
   * @param pushSeq number of the last push that the items were certainly read after; undefined where nothing is pushed
   */
  encode(version: string, statistics: SalesStatistics, pushSeq?: number): ArrayBuffer {
    const ids = new PackedTexts();
    for (const id of this.#ids) ids.add(id);
    const popularity = statistics.popularity();
    const popular = best(popularity, POPULAR_LIST_MAX);
    const trending = best(statistics.trending(), TRENDING_LIST_MAX).filter((entry) => entry.score > 0);
    const { countries, columns: countryColumns } = packCountries(statistics);
    const known = { version, categories: [...this.#categories.keys()], countries };
    const meta: CatalogueMeta = pushSeq === undefined ? known : { ...known, pushSeq };
    return encodeColumns(meta, {
      idBytes: ids.bytes,
      // The decoder makes one text of all ids: starts count its units, not bytes.
      idStart: ids.unitStarts(),
      category: Uint16Array.from(this.#category),
      price: Float64Array.from(this.#price),
      stock: Int32Array.from(this.#stock),
      flags: Uint8Array.from(this.#flags),
      popularity,
      popularItems: Uint32Array.from(popular, (entry) => entry.place),
      popularScores: Float32Array.from(popular, (entry) => entry.score),
      trendingItems: Uint32Array.from(trending, (entry) => entry.place),
      trendingScores: Float32Array.from(trending, (entry) => entry.score),
      ...countryColumns,
      ...packCoPurchases(statistics.coPurchases(CO_PURCHASES_PER_ITEM_MAX)),
      displayStart: this.#displays.byteStarts(),
      displayBytes: this.#displays.bytes,
    });
  }
}

/**
 * Packs a shop that is in memory anyway, like {@link CatalogueBuilder}.
 * @param items every item that is not withdrawn, in the order that gives each its place
 * @param statistics counted over the same places
 */
export function encodeCatalogue(
  version: string,
  items: readonly ItemRecord[],
  statistics: SalesStatistics,
  currency: string,
  pushSeq?: number,
): ArrayBuffer {
  const builder = new CatalogueBuilder(currency);
  for (const item of items) builder.add(item);
  return builder.encode(version, statistics, pushSeq);
}
