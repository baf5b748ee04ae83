import { hashedItemKey } from "../models/vector-id.ts";
import { decodeColumns } from "./binary.ts";
import type { LiveItems } from "./live-items.ts";
import type { FeatureValue } from "./records.ts";

/** What a shopper sees of an item: exactly the `item` of an answer. */
export interface ItemDisplay {
  readonly name: string;
  readonly price: number;
  readonly currency: string;
  readonly category: string;
  readonly image: string | null;
  readonly url: string | null;
  /** Further columns that the configuration marks public. */
  readonly [column: string]: FeatureValue;
}

/** A list of items by their place in the catalogue, best first. `scores[n]` belongs to `items[n]`, 0–1 unless said otherwise. */
export interface RankedItems {
  readonly items: Uint32Array;
  readonly scores: Float32Array;
}

/** What an item is bought together with: `items` by place, `weights` in (0, 1], best first. */
export interface CoPurchases {
  readonly items: Uint32Array;
  readonly weights: Float32Array;
}

/** Meaning of the bits of the `flags` column. */
export const ITEM_HIDDEN = 1;
/** Stock of an item of which the source keeps none. */
export const STOCK_UNTRACKED = -1;
/** Display texts are decoded when first shown, and this many are kept. */
const DISPLAY_CACHE_MAX = 20_000;

/** Header of `items.bin`. */
export interface CatalogueMeta {
  readonly version: string;
  readonly categories: readonly string[];
  /** Slices of the `countryItems` column. */
  readonly countries: Readonly<Record<string, { readonly start: number; readonly count: number }>>;
  /** Number of the last push that is certainly in it; later ones may be. Absent in snapshots made before there were pushes. */
  readonly pushSeq?: number;
}

/** Stock as the `stock` column holds it. */
export function stockColumn(stock: number | null): number {
  return stock === null ? STOCK_UNTRACKED : Math.max(0, Math.floor(stock));
}

/**
 * The shop's items in memory: binary columns, addressed by an item's place (its index in this snapshot). Opened in
 * milliseconds for 100,000 items, since only the ids are decoded; what is shown is decoded when it is first shown.
 */
export class Catalogue {
  readonly version: string;
  readonly size: number;
  readonly price: Float64Array;
  readonly stock: Int32Array;
  /** Purchases, time-decayed, scaled to 0–1. */
  readonly popularity: Float32Array;
  readonly popular: RankedItems;
  readonly trending: RankedItems;

  readonly #meta: CatalogueMeta;
  readonly #ids: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #category: Uint16Array;
  readonly #flags: Uint8Array;
  readonly #countryItems: Uint32Array;
  readonly #countryScores: Float32Array;
  readonly #togetherStart: Uint32Array;
  readonly #togetherItems: Uint32Array;
  readonly #togetherWeights: Float32Array;
  readonly #displayStart: Uint32Array;
  readonly #displayBytes: Uint8Array;
  readonly #displays = new Map<number, ItemDisplay>();
  #hashedPlaces: ReadonlyMap<string, number> | null = null;
  #followed: LiveItems | null = null;

  /** Opens a snapshot made by `encodeCatalogue`. @throws Error when the bytes are not one. */
  constructor(bytes: ArrayBuffer) {
    const reader = decodeColumns<CatalogueMeta>(bytes);
    this.#meta = reader.meta;
    this.version = reader.meta.version;
    this.price = reader.column("price", "f64");
    this.stock = reader.column("stock", "i32");
    this.popularity = reader.column("popularity", "f32");
    this.popular = { items: reader.column("popularItems", "u32"), scores: reader.column("popularScores", "f32") };
    this.trending = { items: reader.column("trendingItems", "u32"), scores: reader.column("trendingScores", "f32") };
    this.size = this.price.length;
    this.#category = reader.column("category", "u16");
    this.#flags = reader.column("flags", "u8");
    this.#countryItems = reader.column("countryItems", "u32");
    this.#countryScores = reader.column("countryScores", "f32");
    this.#togetherStart = reader.column("togetherStart", "u32");
    this.#togetherItems = reader.column("togetherItems", "u32");
    this.#togetherWeights = reader.column("togetherWeights", "f32");
    this.#displayStart = reader.column("displayStart", "u32");
    this.#displayBytes = reader.column("displayBytes", "u8");
    // One decoding for all ids, then slices of the one string: far cheaper than a decoding each. The starts count
    // UTF-16 units for that reason.
    const text = new TextDecoder().decode(reader.column("idBytes", "u8"));
    const starts = reader.column("idStart", "u32");
    const ids: string[] = [];
    const places = new Map<string, number>();
    for (let place = 0; place < this.size; place++) {
      const id = text.slice(starts[place], starts[place + 1]);
      ids.push(id);
      places.set(id, place);
    }
    this.#ids = ids;
    this.#places = places;
  }

  /**
   * Takes over what was pushed since the snapshot was made: price, stock and hidden of these items, in place. What is
   * ranked and shown reads them there, so the next answer is made from them. Costs nothing while `live` is the same.
   */
  follow(live: LiveItems): void {
    if (live === this.#followed) return;
    this.#followed = live;
    const known = this.#meta.pushSeq ?? 0;
    for (const [itemId, push, price, stock, hidden] of live.items) {
      const place = push > known ? this.#places.get(itemId) : undefined;
      // A new item has no place before the next snapshot.
      if (place === undefined) continue;
      const flags = this.#flags[place] ?? 0;
      this.#flags[place] = hidden ? flags | ITEM_HIDDEN : flags & ~ITEM_HIDDEN;
      this.stock[place] = stockColumn(stock);
      if (this.price[place] === price) continue;
      this.price[place] = price;
      this.#displays.delete(place);
    }
  }

  /** The place of an item, or undefined for one that the shop does not have (any more). */
  placeOf(itemId: string): number | undefined {
    return this.#places.get(itemId);
  }

  /** The place of the item that a vector id's item part names (see `itemPartOf`), hashed ones included. */
  placeOfVector(itemPart: string): number | undefined {
    const place = this.#places.get(itemPart);
    if (place !== undefined || !itemPart.startsWith("#")) return place;
    this.#hashedPlaces ??= new Map(this.#ids.map((id, position) => [hashedItemKey(id), position]));
    return this.#hashedPlaces.get(itemPart);
  }

  /** @throws RangeError for a place outside the catalogue: a place is never a guess. */
  idOf(place: number): string {
    const id = this.#ids[place];
    if (id === undefined) throw new RangeError(`No item at place ${place} of ${this.size}.`);
    return id;
  }

  categoryOf(place: number): string {
    return this.#meta.categories[this.#category[place] ?? -1] ?? "";
  }

  /** True when the item may be offered: not hidden, and in stock where stock is kept. */
  isOffered(place: number): boolean {
    return ((this.#flags[place] ?? ITEM_HIDDEN) & ITEM_HIDDEN) === 0 && this.stock[place] !== 0;
  }

  /** What sells in a country (ISO 3166-1 alpha-2), or null when too little is known of it. */
  popularIn(country: string): RankedItems | null {
    const slice = this.#meta.countries[country];
    if (slice === undefined) return null;
    const end = slice.start + slice.count;
    return {
      items: this.#countryItems.subarray(slice.start, end),
      scores: this.#countryScores.subarray(slice.start, end),
    };
  }

  /** What is bought in one order with the item. */
  togetherWith(place: number): CoPurchases {
    const start = this.#togetherStart[place] ?? 0;
    const end = this.#togetherStart[place + 1] ?? start;
    return { items: this.#togetherItems.subarray(start, end), weights: this.#togetherWeights.subarray(start, end) };
  }

  /** What a shopper sees of the item. */
  displayOf(place: number): ItemDisplay {
    const known = this.#displays.get(place);
    if (known !== undefined) return known;
    const bytes = this.#displayBytes.subarray(this.#displayStart[place], this.#displayStart[place + 1]);
    const encoded = JSON.parse(new TextDecoder().decode(bytes)) as ItemDisplay;
    const price = this.price[place] ?? encoded.price;
    const display = price === encoded.price ? encoded : { ...encoded, price };
    if (this.#displays.size >= DISPLAY_CACHE_MAX) this.#displays.clear();
    this.#displays.set(place, display);
    return display;
  }
}
