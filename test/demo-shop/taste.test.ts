import { describe, expect, it } from "vitest";

import { hash32 } from "../../domain/hash.ts";
import { COUNTRIES } from "../../scripts/demo-shop/countries.ts";
import { type DemoShop, generateDemoShop } from "../../scripts/demo-shop/generate.ts";
import type { CustomerRow, ProductRow } from "../../scripts/demo-shop/rows.ts";

const CUTOFF = 10;
const NOW = new Date("2026-11-21T10:00:00.000Z");

/** Customer → products, split by a hash into what a model may see and what it must find. */
interface Split {
  readonly seen: ReadonlyMap<number, ReadonlySet<string>>;
  readonly heldOut: ReadonlyMap<number, ReadonlySet<string>>;
}

function split(shop: DemoShop): Split {
  const seen = new Map<number, Set<string>>();
  const heldOut = new Map<number, Set<string>>();
  const customers = shop.customers.map(({ customerNumber }) => customerNumber);
  let position = 0;
  for (const { orderdetails, ratings } of shop.histories()) {
    const customer = customers[position++] ?? 0;
    for (const { productCode } of [...orderdetails, ...ratings]) {
      const part = hash32(`${customer}|${productCode}`) % 5 === 0 ? heldOut : seen;
      part.set(customer, (part.get(customer) ?? new Set()).add(productCode));
    }
  }
  return { seen, heldOut };
}

/** Mean nDCG@10 over customers, seen products left out. */
function ndcg({ seen, heldOut }: Split, shop: DemoShop, score: (user: CustomerRow, item: ProductRow) => number) {
  let sum = 0;
  for (const user of shop.customers) {
    const relevant = heldOut.get(user.customerNumber);
    if (relevant === undefined) continue;
    const ranked = shop.products
      .filter(({ productCode }) => seen.get(user.customerNumber)?.has(productCode) !== true)
      .map((item) => ({ code: item.productCode, score: score(user, item) }))
      .sort((left, right) => right.score - left.score);
    const gain = (position: number): number => 1 / Math.log2(position + 2);
    const found = ranked
      .slice(0, CUTOFF)
      .reduce((total, { code }, position) => total + (relevant.has(code) ? gain(position) : 0), 0);
    const ideal = Array.from({ length: Math.min(CUTOFF, relevant.size) }, (_, position) => gain(position));
    sum += found / ideal.reduce((total, value) => total + value, 0);
  }
  return sum / heldOut.size;
}

function priceLevel(amount: number, ends: readonly number[]): string {
  return String(ends.filter((end) => amount >= end).length);
}

const userFeatures = (user: CustomerRow): string[] => [
  user.country,
  user.city,
  `credit ${priceLevel(user.creditLimit ?? 0, [20_000, 60_000, 110_000, 160_000])}`,
];
const itemFeatures = (item: ProductRow): string[] => [
  item.productLine,
  item.productScale,
  item.productVendor,
  `price ${priceLevel(item.MSRP, [30, 50, 80, 120, 170])}`,
  ...item.productName.split(" ").slice(2),
];

/** The simplest model of features: how much more often than by chance each pair of features met. */
function pairModel({ seen }: Split, shop: DemoShop): (user: CustomerRow, item: ProductRow) => number {
  const met = new Map<string, { together: number; possible: number }>();
  let interactions = 0;
  for (const user of shop.customers) {
    const mine = seen.get(user.customerNumber);
    interactions += mine?.size ?? 0;
    for (const item of shop.products) {
      for (const ours of userFeatures(user)) {
        for (const theirs of itemFeatures(item)) {
          const pair = met.get(`${ours}|${theirs}`) ?? { together: 0, possible: 0 };
          pair.possible += 1;
          pair.together += mine?.has(item.productCode) === true ? 1 : 0;
          met.set(`${ours}|${theirs}`, pair);
        }
      }
    }
  }
  const base = interactions / (shop.customers.length * shop.products.length);
  const lift = (key: string): number => {
    const { together, possible } = met.get(key) ?? { together: 0, possible: 0 };
    return Math.log((together + 10 * base) / ((possible + 10) * base));
  };
  return (user, item) =>
    userFeatures(user)
      .flatMap((ours) => itemFeatures(item).map((theirs) => lift(`${ours}|${theirs}`)))
      .reduce((sum, value) => sum + value, 0);
}

function popularity({ seen }: Split): (user: CustomerRow, item: ProductRow) => number {
  const counts = new Map<string, number>();
  for (const items of seen.values()) for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return (_, item) => counts.get(item.productCode) ?? 0;
}

describe("taste in the demo shop", () => {
  it.each([7, 8])(
    "can be learned from features alone: a content model beats popularity twice over (seed %i)",
    (seed) => {
      const shop = generateDemoShop({ seed, customers: 120, products: 110, now: NOW });
      const parts = split(shop);
      const byPopularity = ndcg(parts, shop, popularity(parts));
      const byContent = ndcg(parts, shop, pairModel(parts, shop));
      expect(byContent).toBeGreaterThan(2 * byPopularity);
    },
  );

  it("is felt in the line and the price of what people buy", () => {
    const shop = generateDemoShop({ seed: 7, customers: 120, products: 110, now: NOW });
    const products = new Map(shop.products.map((product) => [product.productCode, product]));
    const histories = [...shop.histories()];
    const bought = shop.customers.map((customer, position) => ({
      customer,
      items: (histories[position]?.orderdetails ?? []).flatMap(({ productCode }) => products.get(productCode) ?? []),
    }));
    const favourites = new Map(COUNTRIES.map(({ name, favourites: lines }) => [name, lines as readonly string[]]));
    const lines = bought.flatMap(({ customer, items }) =>
      items.map((item) => favourites.get(customer.country)?.includes(item.productLine) === true),
    );
    // Two lines of seven would be 29 % by chance.
    expect(lines.filter(Boolean).length / lines.length).toBeGreaterThan(0.6);
    const meanPrice = (rich: boolean): number => {
      const prices = bought
        .filter(({ customer }) => (customer.creditLimit ?? 0) > 100_000 === rich)
        .flatMap(({ items }) => items.map(({ MSRP }) => MSRP));
      return prices.reduce((sum, price) => sum + price, 0) / prices.length;
    };
    expect(meanPrice(true)).toBeGreaterThan(1.3 * meanPrice(false));
  });

  it("speaks in the ratings too: products of a favourite line are rated higher", () => {
    const shop = generateDemoShop({ seed: 7, customers: 120, products: 110, now: NOW });
    const lineOf = new Map(shop.products.map(({ productCode, productLine }) => [productCode, productLine]));
    const favourites = new Map(COUNTRIES.map(({ name, favourites: lines }) => [name, lines as readonly string[]]));
    const ofFavourites: number[] = [];
    const ofOthers: number[] = [];
    for (const [position, { ratings }] of [...shop.histories()].entries()) {
      const liked = favourites.get(shop.customers[position]?.country ?? "") ?? [];
      for (const { productCode, productRating } of ratings) {
        (liked.includes(lineOf.get(productCode) ?? "") ? ofFavourites : ofOthers).push(productRating);
      }
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(ofFavourites)).toBeGreaterThan(mean(ofOthers) + 0.5);
  });
});
