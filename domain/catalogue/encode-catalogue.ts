import { type Column, encodeColumns } from "./binary.ts";
import { type CatalogueMeta, ITEM_HIDDEN, type ItemDisplay, STOCK_UNTRACKED } from "./catalogue.ts";
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

/** Texts one after the other, and where each starts (one more start than texts). `units` counts bytes or UTF-16 units. */
function packTexts(texts: readonly string[], units: "bytes" | "utf16"): { bytes: Uint8Array; starts: Uint32Array } {
  const encoder = new TextEncoder();
  const starts = new Uint32Array(texts.length + 1);
  const parts = texts.map((text) => encoder.encode(text));
  texts.forEach((text, position) => {
    starts[position + 1] =
      (starts[position] ?? 0) + (units === "bytes" ? (parts[position]?.byteLength ?? 0) : text.length);
  });
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return { bytes, starts };
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
 * Packs the shop's items and what their sales say into the bytes that `Catalogue` opens.
 * @param items every item that is not withdrawn, in the order that gives each its place
 * @param statistics counted over the same places
 */
export function encodeCatalogue(
  version: string,
  items: readonly ItemRecord[],
  statistics: SalesStatistics,
  currency: string,
): ArrayBuffer {
  const categories = [...new Set(items.map((item) => item.category))];
  const categoryNumbers = new Map(categories.map((category, number) => [category, number]));
  const ids = packTexts(
    items.map((item) => item.itemId),
    "utf16",
  );
  const displays = packTexts(
    items.map((item) => JSON.stringify(displayOf(item, currency))),
    "bytes",
  );
  const popularity = statistics.popularity();
  const popular = best(popularity, POPULAR_LIST_MAX);
  const trending = best(statistics.trending(), TRENDING_LIST_MAX).filter((entry) => entry.score > 0);
  const { countries, columns: countryColumns } = packCountries(statistics);
  const meta: CatalogueMeta = { version, categories, countries };
  return encodeColumns(meta, {
    idBytes: ids.bytes,
    idStart: ids.starts,
    category: Uint16Array.from(items, (item) => categoryNumbers.get(item.category) ?? 0),
    price: Float64Array.from(items, (item) => item.price),
    stock: Int32Array.from(items, (item) =>
      item.stock === null ? STOCK_UNTRACKED : Math.max(0, Math.floor(item.stock)),
    ),
    flags: Uint8Array.from(items, (item) => (item.hidden ? ITEM_HIDDEN : 0)),
    popularity,
    popularItems: Uint32Array.from(popular, (entry) => entry.place),
    popularScores: Float32Array.from(popular, (entry) => entry.score),
    trendingItems: Uint32Array.from(trending, (entry) => entry.place),
    trendingScores: Float32Array.from(trending, (entry) => entry.score),
    ...countryColumns,
    ...packCoPurchases(statistics.coPurchases(CO_PURCHASES_PER_ITEM_MAX)),
    displayStart: displays.starts,
    displayBytes: displays.bytes,
  });
}
