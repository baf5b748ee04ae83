import { HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { SCENARIO } from "../scenario.ts";

/** What the shop of the bench sells, and to whom. */
export const SHOP = {
  items: SCENARIO.items,
  lines: ["Cars", "Trucks", "Buses", "Trains", "Trams", "Planes", "Ships", "Motorcycles", "Cranes", "Tractors"],
  /** In the order of the alphabet, in which the counters' keys are. */
  countries: "AT AU BE CA CH CZ DE DK ES FI FR GB IE IT JP NL NO PL SE US".split(" "),
  eventsPerDay: 50_000,
  seed: SCENARIO.seed,
} as const;

const ORDER_SHARE = 0.02;
const CART_SHARE = 0.06;
const REMOVAL_SHARE = 0.01;
const ITEMS_PER_ORDER_MAX = 3;
const PIECES_MAX = 3;
const PRICE_MIN = 10;
/** The share of a day's events in each hour of UTC, before it is scaled: quiet at night, most in the evening. */
const HOUR_WEIGHTS = [4, 3, 2, 2, 2, 3, 5, 8, 11, 13, 14, 15, 16, 15, 14, 14, 15, 17, 20, 22, 21, 17, 11, 6];
const HOUR_WEIGHTS_SUM = HOUR_WEIGHTS.reduce((sum, weight) => sum + weight, 0);

/** What one hour, or one day, came to of an item or a line in a country. */
export interface Sums {
  views: number;
  carts: number;
  removals: number;
  purchases: number;
  quantity: number;
  revenue: number;
}

/** An hour of the shop: by the item's place × countries + the country's, by the line's likewise, and orders by country. */
export interface DrawnHour {
  readonly items: Map<number, Sums>;
  readonly lines: Map<number, Sums>;
  readonly orders: Map<number, number>;
}

/** The place of an item's line among the shop's. */
export function lineOf(item: number): number {
  return item % SHOP.lines.length;
}

export function priceOf(item: number): number {
  return PRICE_MIN + (item % 40) * 2.5;
}

/** How many events come in the hour that begins at `hour`. */
export function eventsIn(hour: number): number {
  const weight = HOUR_WEIGHTS[new Date(hour).getUTCHours()] ?? 0;
  return Math.round((SHOP.eventsPerDay * weight) / HOUR_WEIGHTS_SUM);
}

/** An item's place: the n-th most popular one in proportion to 1 / n (Zipf). */
function drawItem(random: () => number): number {
  return Math.min(SHOP.items - 1, Math.floor(Math.exp(random() * Math.log(SHOP.items + 1))) - 1);
}

function sumsAt(sums: Map<number, Sums>, key: number): Sums {
  let known = sums.get(key);
  if (known === undefined) {
    known = { views: 0, carts: 0, removals: 0, purchases: 0, quantity: 0, revenue: 0 };
    sums.set(key, known);
  }
  return known;
}

function addOrder(drawn: DrawnHour, random: () => number, country: number): void {
  drawn.orders.set(country, (drawn.orders.get(country) ?? 0) + 1);
  const count = 1 + Math.floor(random() * ITEMS_PER_ORDER_MAX);
  for (let n = 0; n < count; n++) {
    const item = drawItem(random);
    const pieces = 1 + Math.floor(random() * PIECES_MAX);
    for (const sums of sumsOf(drawn, item, country)) {
      sums.purchases += 1;
      sums.quantity += pieces;
      sums.revenue += pieces * priceOf(item);
    }
  }
}

function sumsOf({ items, lines }: DrawnHour, item: number, country: number): [Sums, Sums] {
  const { length } = SHOP.countries;
  return [sumsAt(items, item * length + country), sumsAt(lines, lineOf(item) * length + country)];
}

/** Draws what shoppers do in the hour that begins at `hour`, milliseconds since 1970 UTC. */
export function drawHour(random: () => number, hour: number): DrawnHour {
  const drawn: DrawnHour = { items: new Map(), lines: new Map(), orders: new Map() };
  const events = eventsIn(Math.floor(hour / HOUR_MILLISECONDS) * HOUR_MILLISECONDS);
  for (let event = 0; event < events; event++) {
    // Squared: most shoppers are from some countries.
    const country = Math.floor(random() ** 2 * SHOP.countries.length);
    const kind = random();
    if (kind < ORDER_SHARE) {
      addOrder(drawn, random, country);
      continue;
    }
    for (const sums of sumsOf(drawn, drawItem(random), country)) {
      if (kind < ORDER_SHARE + CART_SHARE) sums.carts += 1;
      else if (kind < ORDER_SHARE + CART_SHARE + REMOVAL_SHARE) sums.removals += 1;
      else sums.views += 1;
    }
  }
  return drawn;
}

/** Adds an hour's sums of items to those of its day, as the nightly roll-up does. */
export function addToDay(day: Map<number, Sums>, hour: ReadonlyMap<number, Sums>): void {
  for (const [key, more] of hour) {
    const sums = sumsAt(day, key);
    for (const name of Object.keys(more) as (keyof Sums)[]) sums[name] += more[name];
  }
}
