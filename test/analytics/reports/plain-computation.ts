import { DAY, HOUR } from "./counters.ts";
import { lineOf, type Shopping, type ShoppingEvent } from "./shopping.ts";

/** Money as a whole number, so that adding it up is exact: a ten-thousandth of the currency's unit. */
export const MONEY_UNIT = 10_000;
const CENT = MONEY_UNIT / 100;
/** What a cent is worth in the shop's currency; other currencies than these are kept apart. */
const CENT_WORTH: Readonly<Record<string, number>> = { USD: CENT, GBP: 1.25 * CENT };

/** One fact that counts: where it is counted, and what it adds. */
export interface Fact {
  /** Beginning of its UTC hour, or of its day. */
  readonly hour: number;
  readonly grain: "hour" | "day";
  readonly item: string;
  readonly line: string;
  readonly country: string;
  readonly currency: string;
  readonly placement?: string;
  readonly strategy?: string;
  /** What it adds, by column of the answers; money in {@link MONEY_UNIT}. */
  readonly adds: Readonly<Record<string, number>>;
}

const ADDS: Readonly<Record<string, string>> = {
  view_item: "views",
  add_to_cart: "carts",
  remove_from_cart: "removals",
};
const EARNS: Readonly<Record<string, string>> = {
  view_item_list: "impressions",
  select_item: "clicks",
  add_to_cart: "carts",
};

const hourOf = (at: number): number => Math.floor(at / HOUR) * HOUR;

/** What an order comes to now, by item. */
function orderFacts({ events, readings }: Shopping, order: string): Fact[] {
  const bought = events.find((event) => event.order === order && event.name === "purchase");
  const last = readings.filter((reading) => reading.order === order).toSorted((a, b) => b.version - a.version)[0];
  const source = bought ?? last;
  if (source === undefined || last?.cancelled === true) return [];
  const given = events
    .filter((event) => event.order === order && event.name === "refund")
    .flatMap(({ lines }) => lines);
  // Whoever saw the sale knows its minute; the replica's money is the shop's.
  const at = source.at;
  const isDay = bought === undefined && last?.dateOnly === true;
  const worth = last === undefined ? CENT_WORTH[bought?.currency ?? ""] : CENT;
  return (last ?? source).lines.flatMap(({ item, quantity, cents }): Fact[] => {
    const back = given.filter((line) => line.item === item).reduce((sum, line) => sum + line.quantity, 0);
    const units = Math.max(0, quantity - back);
    if (units === 0) return [];
    return [
      {
        hour: isDay ? Math.floor(at / DAY) * DAY : hourOf(at),
        grain: isDay ? "day" : "hour",
        item,
        line: lineOf(item),
        country: source.country,
        currency: worth === undefined ? (bought?.currency ?? "") : "USD",
        ...(bought?.shelf?.items.includes(item) === true
          ? { placement: bought.shelf.placement, strategy: bought.shelf.strategy }
          : {}),
        adds: { order_items: 1, purchases: 1, units, revenue: units * cents * (worth ?? CENT) },
      },
    ];
  });
}

function eventFacts({ name, at, country, lines, shelf }: ShoppingEvent): Fact[] {
  return lines.flatMap(({ item }): Fact[] => {
    const where = { hour: hourOf(at), grain: "hour" as const, item, line: lineOf(item), country, currency: "USD" };
    const adds = ADDS[name];
    const earns = EARNS[name];
    return [
      ...(adds === undefined ? [] : [{ ...where, adds: { [adds]: 1 } }]),
      ...(earns === undefined || shelf === undefined
        ? []
        : [{ ...where, placement: shelf.placement, strategy: shelf.strategy, adds: { [`shelf_${earns}`]: 1 } }]),
    ];
  });
}

/** Everything that counts, from the distinct facts alone. */
export function factsOf(shopping: Shopping): Fact[] {
  const orders = new Set([...shopping.events, ...shopping.readings].flatMap(({ order }) => order ?? []));
  return [
    ...shopping.events.flatMap(eventFacts),
    ...[...orders].flatMap((order) => {
      const items = orderFacts(shopping, order);
      const [first] = items;
      // An order counts once, whatever it holds.
      if (first === undefined) return [];
      const { placement: _placement, strategy: _strategy, ...where } = first;
      return [...items, { ...where, item: "", line: "", adds: { orders: 1 } }];
    }),
  ];
}

/** Sums of `columns` by key, without those that are nothing. */
export function sumBy(
  facts: readonly Fact[],
  keyOf: (fact: Fact) => string,
  columns: readonly string[],
): Record<string, Record<string, number>> {
  const sums: Record<string, Record<string, number>> = {};
  for (const fact of facts) {
    const own = columns.filter((column) => (fact.adds[column] ?? 0) !== 0);
    if (own.length === 0) continue;
    const sum = (sums[keyOf(fact)] ??= Object.fromEntries(columns.map((column) => [column, 0])));
    for (const column of own) sum[column] = (sum[column] ?? 0) + (fact.adds[column] ?? 0);
  }
  return sums;
}
