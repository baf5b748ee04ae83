import type { Interaction } from "../../domain/events/interaction.ts";
import type { ReplicaOrder } from "../../domain/ledger/order-state.ts";
import { HOUR, type LedgerCase, PLACEMENT, STRATEGY } from "./ledger-case.ts";
import { EURO_RATE } from "./shop-config.ts";

/** Named sums; a sum of nothing is left out. */
export type Sums = Record<string, Record<string, number>>;

/** What a case must have come to, computed from its facts alone, each taken once, in no order. */
export interface Expected {
  /** By `shopper item`. */
  readonly totals: Sums;
  /** By `hour grain item country currency`. */
  readonly counters: Sums;
  /** By `hour grain country currency`. */
  readonly ordersByHour: Sums;
  /** By `hour currency`, of the case's own model version. */
  readonly recommendations: Sums;
  /** {@link whoCame}, without clients who became somebody. */
  readonly shoppers: readonly string[];
  /** By `order item`. */
  readonly orders: Sums;
  /** By `shopper item`: between which times the last one lies that the row may name. */
  readonly lastAt: Readonly<Record<string, LastAt>>;
  readonly eventIds: readonly string[];
}

/**
 * The time of the last that a row's counts hold, and of the last that it may ever have held: what was counted for a
 * shopper and then for another one may leave its time behind.
 */
export interface LastAt {
  earliest: number;
  latest: number;
}

/** Adds up, field by field. */
export function add(sums: Sums, key: string, fields: Readonly<Record<string, number>>): void {
  const sum = (sums[key] ??= {});
  for (const [field, value] of Object.entries(fields)) sum[field] = (sum[field] ?? 0) + value;
}

/** Leaves out what is 0, and whoever has nothing else. */
export function withoutNothing(sums: Sums): Sums {
  const entries = Object.entries(sums).map(
    ([key, fields]) => [key, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0))] as const,
  );
  return Object.fromEntries(entries.filter(([, fields]) => Object.keys(fields).length > 0));
}

const TOTAL_OF: Readonly<Record<string, string>> = {
  view_item: "views",
  add_to_cart: "carts",
  remove_from_cart: "removals",
  add_to_wishlist: "others",
  select_item: "others",
};

interface Money {
  /** Empty for the shop's own. */
  readonly currency: string;
  /** What one unit is worth in it. */
  readonly rate: number;
}

function moneyOf(currency: unknown): Money {
  if (currency === "JPY") return { currency: "JPY", rate: 1 };
  return { currency: "", rate: currency === "EUR" ? EURO_RATE : 1 };
}

const hourOf = (at: number): number => Math.floor(at / HOUR) * HOUR;

interface FinalLine {
  readonly item_id: string;
  readonly ordered: number;
  readonly kept: number;
  readonly price: number;
  readonly attributed: boolean;
  /** When pieces of it were last given back, 0 when none were. */
  readonly refundedAt: number;
}

interface FinalOrder {
  readonly shopper: string;
  readonly at: number;
  readonly grain: "hour" | "day";
  readonly country: string;
  readonly lines: readonly FinalLine[];
  readonly money: Money;
}

function finalOrder(events: readonly Interaction[], readings: readonly ReplicaOrder[]): FinalOrder | null {
  const first = events
    .filter((event) => event.name === "purchase")
    .toSorted((one, other) => one.at - other.at || (one.event_id < other.event_id ? -1 : 1))[0];
  const last = readings.toSorted((one, other) => other.version - one.version)[0];
  if (first === undefined && last === undefined) return null;
  const refundsOf = (item: string) =>
    events
      .filter((event) => event.name === "refund")
      .flatMap(({ at, items }) => items.map((line) => ({ ...line, at })))
      .filter((line) => line.item_id === item);
  const refunded = (item: string): number => refundsOf(item).reduce((sum, line) => sum + (line.quantity ?? 0), 0);
  const lines = last?.lines ?? first?.items ?? [];
  return {
    shopper: last === undefined ? (first?.shopper ?? "") : `u:${last.user_id}`,
    at: first?.at ?? last?.at ?? 0,
    grain: first === undefined ? "day" : "hour",
    // Readings of the replica are in the shop's money.
    money: moneyOf(last === undefined ? first?.params["currency"] : "USD"),
    country: first === undefined ? "NL" : (first.country ?? (last === undefined ? "" : "NL")),
    lines: lines.map(({ item_id, quantity = 0, price = 0 }) => ({
      item_id,
      ordered: quantity,
      kept: last?.cancelled === true ? 0 : Math.max(0, quantity - refunded(item_id)),
      price,
      refundedAt: Math.max(0, ...refundsOf(item_id).map((line) => line.at)),
      attributed: first?.items.some((line) => line.item_id === item_id && line.attribution !== undefined) ?? false,
    })),
  };
}

function latestRatings(events: readonly Interaction[], userOf: (shopper: string) => string): Map<string, number> {
  const rated = new Map<string, { at: number; rating: number }>();
  for (const { name, shopper, at, items, params } of events) {
    if (name !== "rate_item" || shopper.startsWith("x:")) continue;
    for (const { item_id } of items) {
      const key = `${userOf(shopper)} ${item_id}`;
      const before = rated.get(key);
      const rating = Number(params["rating"]);
      if (before === undefined || at > before.at || (at === before.at && rating > before.rating)) {
        rated.set(key, { at, rating });
      }
    }
  }
  return new Map([...rated].map(([key, { rating }]) => [key, rating]));
}

/** Times of what a row may name as its last, by item: of everything that was ever said of the item. */
function latestByItem({ events, orders }: LedgerCase): Map<string, number> {
  const latest = new Map<string, number>();
  const note = (item: string, at: number): Map<string, number> => latest.set(item, Math.max(latest.get(item) ?? 0, at));
  for (const { at, items } of events) for (const { item_id } of items) note(item_id, at);
  for (const { at, lines } of orders) for (const { item_id } of lines) note(item_id, at);
  return latest;
}

/** Whoever did anything beside orders and sign-ins, which belong to shards of their own. */
export function whoCame(events: readonly Interaction[]): string[] {
  const doings = events.filter(({ name }) => !["purchase", "refund", "sign_in"].includes(name));
  return [...new Set(doings.map(({ shopper }) => shopper))].filter((shopper) => !shopper.startsWith("x:"));
}

/** A plain computation over the distinct facts of a case. */
export function expectedOf({ events, orders }: LedgerCase): Expected {
  const [totals, counters, recommendations, sold]: [Sums, Sums, Sums, Sums] = [{}, {}, {}, {}];
  const ordersByHour: Sums = {};
  const users = new Map(
    events.filter((event) => event.name === "sign_in").map((event) => [event.params["client"], event.shopper]),
  );
  const userOf = (shopper: string): string => users.get(shopper) ?? shopper;
  const latest = latestByItem({ events, orders });
  const lastAt: Record<string, LastAt> = {};
  const happened = (shopper: string, item: string, at: number): void => {
    const last = (lastAt[`${userOf(shopper)} ${item}`] ??= { earliest: 0, latest: latest.get(item) ?? 0 });
    last.earliest = Math.max(last.earliest, at);
  };
  for (const { name, shopper, at, country = "", items, recommendation_id: shelf } of events) {
    for (const { item_id, attribution } of items) {
      const field = TOTAL_OF[name];
      if (field !== undefined && !shopper.startsWith("x:")) {
        add(totals, `${userOf(shopper)} ${item_id}`, { [field]: 1 });
      }
      if (field !== undefined || name === "rate_item") happened(shopper, item_id, at);
      if (["views", "carts", "removals"].includes(field ?? "")) {
        add(counters, `${hourOf(at)} hour ${item_id} ${country} `, { [field ?? ""]: 1 });
      }
      if (name === "view_item_list" && shelf !== undefined) add(recommendations, `${hourOf(at)} `, { impressions: 1 });
      if (name === "select_item" && attribution !== undefined) add(recommendations, `${hourOf(at)} `, { clicks: 1 });
      if (name === "add_to_cart" && attribution !== undefined) add(recommendations, `${hourOf(at)} `, { carts: 1 });
    }
  }
  for (const [key, rating] of latestRatings(events, userOf)) add(totals, key, { rating });
  const ids = new Set([
    ...events.flatMap(({ params: { transaction_id: id } }) => (typeof id === "string" ? [id] : [])),
    ...orders.map((order) => order.transaction_id),
  ]);
  for (const id of ids) {
    const order = finalOrder(
      events.filter((event) => event.params["transaction_id"] === id),
      orders.filter((reading) => reading.transaction_id === id),
    );
    if (order === null) continue;
    const { currency, rate } = order.money;
    const hour = order.grain === "hour" ? hourOf(order.at) : order.at;
    const where = `${order.country} ${currency}`;
    if (order.lines.some(({ kept }) => kept > 0)) add(ordersByHour, `${hour} ${order.grain} ${where}`, { orders: 1 });
    for (const { item_id, ordered, kept, price, attributed, refundedAt } of order.lines) {
      const counted = { purchases: kept > 0 ? 1 : 0, quantity: kept, revenue: kept * price * rate };
      // Of money that is kept apart neither totals nor the lake know the amount.
      const sale = { ...counted, revenue: currency === "" ? counted.revenue : 0 };
      add(sold, `${id} ${item_id}`, sale);
      add(counters, `${hour} ${order.grain} ${item_id} ${where}`, counted);
      if (attributed) add(recommendations, `${hourOf(order.at)} ${currency}`, counted);
      if (order.shopper.startsWith("x:")) continue;
      const refunds = ordered > 0 && kept === 0 ? 1 : 0;
      add(totals, `${userOf(order.shopper)} ${item_id}`, { ...sale, refunds });
      happened(order.shopper, item_id, Math.max(order.at, refundedAt));
    }
  }
  return {
    totals: withoutNothing(totals),
    counters: withoutNothing(counters),
    ordersByHour,
    recommendations: withoutNothing(recommendations),
    orders: withoutNothing(sold),
    lastAt,
    shoppers: whoCame(events).filter((shopper) => userOf(shopper) === shopper),
    eventIds: events.map((event) => event.event_id).toSorted(),
  };
}

/** What {@link Expected.recommendations} is about. */
export const RECOMMENDED_AT = { placement: PLACEMENT, strategy: STRATEGY };
