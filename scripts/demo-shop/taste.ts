import { hash32 } from "../../domain/hash.ts";
import { createRandom } from "../random.ts";
import type { Assortment, Kind } from "./assortment.ts";
import type { MadeCustomer } from "./customers.ts";
import { cumulate, normal, type Random } from "./draw.ts";
import { PRODUCT_LINES } from "./product-lines.ts";

/** How strongly each feature pulls, in logarithms of the odds. */
const FIRST_LINE_PULL = 2.4;
const SECOND_LINE_PULL = 1.8;
const ERA_PULL = 1.3;
const SCALE_PULL = 0.6;
const VENDOR_PULL = 0.5;
const PRICE_PULL = 0.9;
/** What is a customer's own and no feature tells. */
const OWN_LINE_SPREAD = 0.5;
/** What the shop's poorest and richest customers like to pay; between them the logarithm grows with the credit limit. */
const PRICE_OF_NO_CREDIT = 24;
const PRICE_OF_FULL_CREDIT = 140;
const FULL_CREDIT = 170_000;
/** This far (in logarithms) from the price that is liked, {@link PRICE_PULL} is felt once. */
const PRICE_TOLERANCE = 0.5;
const POSTAL_REGION_LENGTH = 2;

/** What one customer likes. */
export interface Taste {
  /** Running totals of taste × popularity over the assortment's kinds. */
  readonly totals: Float64Array;
  /** Weight of each kind: taste × popularity. */
  readonly weights: Float64Array;
  /** Liking of each kind, standardised over the assortment: mean 0, standard deviation 1. */
  readonly liking: Float64Array;
}

/** The same normal number for the same words, whoever asks: a preference that all customers with a feature share. */
function sharedPreference(...words: readonly string[]): number {
  return normal(createRandom(hash32(words.join("|"))));
}

function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // One kind alone has no spread.
  const deviation = Math.sqrt(variance) || 1;
  return values.map((value) => (value - mean) / deviation);
}

/**
 * What `customer` likes: country → line and scale, city → era, region of the postal code → vendor, credit limit →
 * price, and a little that is the customer's own (drawn from `random`).
 */
export function tasteOf(random: Random, customer: MadeCustomer, assortment: Assortment): Taste {
  const { country, city, row } = customer;
  const lines = new Map(PRODUCT_LINES.map(({ name }) => [name, OWN_LINE_SPREAD * normal(random)]));
  for (const [line, pull] of [
    [country.favourites[0], FIRST_LINE_PULL],
    [country.favourites[1], SECOND_LINE_PULL],
  ] as const) {
    lines.set(line, (lines.get(line) ?? 0) + pull);
  }
  const region = `${country.name} ${(row.postalCode ?? "").slice(0, POSTAL_REGION_LENGTH)}`;
  const preferences = new Map<string, number>();
  const shared = (feature: string, value: string, pull: number): number => {
    const key = `${feature}|${value}`;
    const known = preferences.get(key) ?? pull * sharedPreference(feature, value);
    preferences.set(key, known);
    return known;
  };
  const wealth = Math.min(1, (row.creditLimit ?? 0) / FULL_CREDIT);
  const likedPrice = Math.log(PRICE_OF_NO_CREDIT) + wealth * Math.log(PRICE_OF_FULL_CREDIT / PRICE_OF_NO_CREDIT);
  const liking = (kind: Kind): number =>
    (lines.get(kind.line) ?? 0) +
    (kind.era === city.era ? ERA_PULL : 0) +
    shared(`scale of ${country.name}`, kind.scale, SCALE_PULL) +
    shared(`vendor of ${region}`, kind.vendor, VENDOR_PULL) -
    PRICE_PULL * ((Math.log(kind.price) - likedPrice) / PRICE_TOLERANCE) ** 2;
  const likings = Float64Array.from(assortment.kinds, liking);
  const weights = likings.map((value, position) => Math.exp(value) * (assortment.kinds[position]?.popularity ?? 0));
  return { totals: cumulate(weights), weights, liking: standardised(likings) };
}
