import { makeRecommendationId } from "../../../domain/attribution/recommendation-id.ts";
import type { ReplicaOrder } from "../../../domain/ledger/order-state.ts";
import { DAY, HOUR } from "./counters.ts";

/** A line of an order; money in cents. */
export interface ShoppingLine {
  readonly item: string;
  readonly quantity: number;
  readonly cents: number;
}

/** What a shopper did: each is one event. */
export interface ShoppingEvent {
  readonly id: string;
  readonly user: string;
  readonly country: string;
  readonly at: number;
  readonly name:
    | "view_item"
    | "add_to_cart"
    | "remove_from_cart"
    | "view_item_list"
    | "select_item"
    | "purchase"
    | "refund";
  readonly lines: readonly ShoppingLine[];
  readonly order?: string;
  readonly currency?: string;
  /** The shelf that the event names, if any. */
  readonly shelf?: Shelf;
}

/** A recommendation that was shown. */
export interface Shelf {
  readonly id: string;
  readonly placement: string;
  readonly strategy: string;
  readonly items: readonly string[];
}

/** An order as the replica had it at a reading. */
export interface Reading {
  readonly order: string;
  readonly version: number;
  readonly user: string;
  readonly country: string;
  readonly at: number;
  readonly dateOnly: boolean;
  readonly cancelled: boolean;
  readonly lines: readonly ShoppingLine[];
}

/** Distinct facts, in no order. */
export interface Shopping {
  readonly events: readonly ShoppingEvent[];
  readonly readings: readonly Reading[];
}

export const ITEMS = Array.from({ length: 9 }, (_, n) => `item-${n}`);
export const LINES = ["Ships", "Cars", "=Planes"];
/** Nobody knows the last item: it is of the line "". */
export const lineOf = (item: string): string =>
  item === ITEMS.at(-1) ? "" : (LINES[ITEMS.indexOf(item) % LINES.length] ?? "");
const CURRENCIES = ["USD", "USD", "USD", "GBP", "EUR"];
const COUNTRIES = ["FR", "NL", "IN"];
const MODEL = "model-1";

/**
 * Random shopping of the last hours. Users with an even number see recommendations and name them in all that they do
 * after; the others see none.
 * @param now milliseconds since 1970 UTC
 */
export function drawShopping(random: () => number, now: number): Shopping {
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;
  const events: ShoppingEvent[] = [];
  const readings: Reading[] = [];
  const line = (item: string): ShoppingLine => ({ item, quantity: 1 + below(4), cents: 1 + below(9_999) });
  const someLines = (from: readonly string[]): ShoppingLine[] => [...new Set([pick(from), pick(from)])].map(line);
  const add = (event: Omit<ShoppingEvent, "id" | "at"> & { at?: number }): void => {
    events.push({ id: `event-${events.length}`, at: now - below(60 * HOUR), ...event });
  };
  const reading = (order: string, rest: Omit<Reading, "order" | "version" | "cancelled">): void => {
    for (let version = 1 + below(3); version > 0; version--) {
      const lines = rest.lines.map((one) => (random() < 0.4 ? { ...one, quantity: one.quantity + 1 } : one));
      readings.push({ order, version, ...rest, lines, cancelled: random() < 0.3 });
    }
  };
  for (let number = 0; number < 12; number++) {
    const user = `user-${number}`;
    const country = pick(COUNTRIES);
    const shopper = { user, country };
    const items = number % 2 === 0 ? ITEMS.slice(0, 4) : ITEMS;
    const seen: { readonly shelf?: Shelf } = number % 2 === 0 ? { shelf: drawShelf(random, items) } : {};
    if (seen.shelf !== undefined) {
      for (let n = 1 + below(3); n > 0; n--)
        add({ ...shopper, ...seen, name: "view_item_list", lines: items.map(line) });
      add({ ...shopper, ...seen, name: "select_item", lines: [line(pick(items))] });
    }
    for (let n = 5 + below(8); n > 0; n--) {
      const name = pick(["view_item", "view_item", "add_to_cart", "remove_from_cart"] as const);
      add({ ...shopper, ...(name === "add_to_cart" ? seen : {}), name, lines: someLines(items) });
    }
    for (let n = below(4); n > 0; n--) {
      const order = `order-${number}-${n}`;
      const bought = { ...shopper, order, currency: pick(CURRENCIES), lines: someLines(items) };
      add({ ...bought, ...seen, name: "purchase" });
      if (random() < 0.4)
        add({ ...bought, name: "refund", lines: [{ ...pick(bought.lines), quantity: 1 + below(2) }] });
      if (random() < 0.5) reading(order, { ...shopper, at: dayBefore(now, 1), dateOnly: true, lines: bought.lines });
    }
    for (let n = below(3); n > 0; n--) {
      const dateOnly = random() < 0.6;
      const at = dateOnly ? dayBefore(now, 1 + below(2)) : now - below(60 * HOUR);
      reading(`replica-${number}-${n}`, { user, country, at, dateOnly, lines: someLines(ITEMS) });
    }
  }
  return { events, readings };
}

function dayBefore(now: number, days: number): number {
  return (Math.floor(now / DAY) - days) * DAY;
}

function drawShelf(random: () => number, items: readonly string[]): Shelf {
  const placement = random() < 0.5 ? "home" : "product";
  const strategy = random() < 0.5 ? "similar" : "popular";
  const facts = { placement, modelVersion: MODEL, arm: null, shelves: [{ strategy, itemIds: items }] };
  return {
    id: makeRecommendationId(
      facts,
      new Uint8Array(12).map(() => random() * 256),
    ),
    placement,
    strategy,
    items,
  };
}

/** The event as a shop sends it. */
export function eventBody({ id, name, at, lines, order, currency, shelf }: ShoppingEvent): Record<string, unknown> {
  return {
    event_id: id,
    name,
    timestamp: new Date(at).toISOString(),
    params: {
      items: lines.map(({ item, quantity, cents }) => ({ item_id: item, quantity, price: cents / 100 })),
      ...(order === undefined ? {} : { transaction_id: order, currency }),
      ...(shelf === undefined ? {} : { recommendation_id: shelf.id }),
    },
  };
}

/** The reading as a sync hands it to the ledger. */
export function replicaOrder({ order, user, dateOnly, lines, ...rest }: Reading): ReplicaOrder {
  return {
    ...rest,
    transaction_id: order,
    user_id: user,
    date_only: dateOnly,
    lines: lines.map(({ item, quantity, cents }) => ({ item_id: item, quantity, price: cents / 100 })),
  };
}
