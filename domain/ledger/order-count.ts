import type { OrderChange } from "./order-change.ts";
import { type CountedItem, type CountedOrder, type OrderState, shopperOfOrder } from "./order-state.ts";
import { NO_TOTALS, type Totals } from "./totals.ts";

/** The shop's currency (ISO 4217), and what one unit of others is worth in it. */
export interface ShopMoney {
  readonly currency: string;
  readonly exchangeRates: Readonly<Record<string, number>>;
}

/** What an order's money is worth in the shop's; null where nobody says, and it has to be kept apart. */
function rateOf({ storefront, replica }: OrderState, money: ShopMoney): number | null {
  // The replica speaks of the shop's own.
  if (replica !== null || storefront === null || storefront.currency === money.currency) return 1;
  return money.exchangeRates[storefront.currency] ?? null;
}

function countItems({ storefront, replica, ...state }: OrderState, rate: number | null): CountedItem[] {
  const lines = replica?.lines ?? storefront?.lines ?? [];
  const attributions = new Map(storefront?.lines.map((line) => [line.item_id, line.attribution]));
  const sums = new Map<string, { quantity: number; revenue: number }>();
  for (const { item_id, quantity, price } of lines) {
    const sum = sums.get(item_id) ?? { quantity: 0, revenue: 0 };
    sums.set(item_id, { quantity: sum.quantity + quantity, revenue: sum.revenue + quantity * price });
  }
  const refunded = new Map(state.refunded.map((entry) => [entry.item_id, entry]));
  return [...sums].map(([item_id, sum]) => {
    const refund = refunded.get(item_id);
    const kept = replica?.cancelled === true ? 0 : Math.max(0, sum.quantity - (refund?.quantity ?? 0));
    const attribution = attributions.get(item_id);
    const amount = sum.quantity > 0 ? (sum.revenue * kept) / sum.quantity : 0;
    return {
      item_id,
      purchases: kept > 0 ? 1 : 0,
      refunds: sum.quantity > 0 && kept === 0 ? 1 : 0,
      quantity: kept,
      revenue: rate === null ? 0 : amount * rate,
      revenue_apart: rate === null ? amount : 0,
      refunded_at: refund?.refunded_at ?? 0,
      ...(attribution === undefined ? {} : { attribution }),
    };
  });
}

/** What an order counts as now; null while neither side has named its lines. */
function count(state: OrderState, money: ShopMoney): CountedOrder | null {
  const { storefront, replica } = state;
  if (storefront === null && replica === null) return null;
  const country = storefront?.country ?? replica?.country;
  const rate = rateOf(state, money);
  const items = countItems(state, rate);
  return {
    shopper: shopperOfOrder(state),
    as_of: storefront?.received_at ?? 0,
    // The storefront knows the minute; the replica may know only the day.
    at: storefront?.at ?? replica?.at ?? 0,
    date_only: storefront === null && replica?.date_only === true,
    ...(country === undefined ? {} : { country }),
    currency: rate === null ? (storefront?.currency ?? "") : "",
    orders: items.some((item) => item.purchases > 0) ? 1 : 0,
    items,
  };
}

/** What an order has come to count more or less than before, for one item and one shopper. */
export interface CountedDifference {
  readonly as_of: number;
  readonly totals: Totals;
  /** Null where the order counts as before, and only its last refund is a later one. */
  readonly change: Omit<OrderChange, "change_id" | "transaction_id" | "changed_at" | "source"> | null;
}

const nothingOf = (item_id: string): CountedItem => ({
  item_id,
  purchases: 0,
  refunds: 0,
  quantity: 0,
  revenue: 0,
  revenue_apart: 0,
  refunded_at: 0,
});

/** @param seenAt when a correction was seen that the difference comes of, 0 when it comes of none */
function difference(order: CountedOrder, before: CountedItem, after: CountedItem, seenAt = 0): CountedDifference {
  const { shopper, as_of, at, date_only, country, currency } = order;
  const { item_id } = after;
  const attribution = after.attribution ?? before.attribution;
  const counts = {
    purchases: after.purchases - before.purchases,
    quantity: after.quantity - before.quantity,
    revenue: after.revenue - before.revenue,
  };
  const revenue_apart = after.revenue_apart - before.revenue_apart;
  const refunds = after.refunds - before.refunds;
  const differs = refunds !== 0 || revenue_apart !== 0 || Object.values(counts).some((count) => count !== 0);
  // Whatever the row's counts hold of this order must not be later than the row's last time.
  const last_at = Math.max(at, before.refunded_at, after.refunded_at, differs ? seenAt : 0);
  return {
    as_of,
    totals: { ...NO_TOTALS, shopper, item_id, ...counts, refunds, last_at },
    change: differs
      ? {
          shopper,
          item_id,
          at,
          date_only,
          ...(country === undefined ? {} : { country }),
          orders: 0,
          ...counts,
          ...(currency === "" ? {} : { currency }),
          revenue_apart,
          ...(attribution === undefined ? {} : { attribution }),
        }
      : null,
  };
}

const undone = (order: CountedOrder, item: CountedItem, seenAt?: number): CountedDifference =>
  difference(order, item, nothingOf(item.item_id), seenAt);
const done = (order: CountedOrder, item: CountedItem, seenAt?: number): CountedDifference =>
  difference(order, nothingOf(item.item_id), item, seenAt);

function isSameFrame(one: CountedOrder, other: CountedOrder): boolean {
  return (
    one.shopper === other.shopper &&
    one.at === other.at &&
    one.date_only === other.date_only &&
    one.country === other.country &&
    one.currency === other.currency
  );
}

/** Who gets an item's sale is part of what is counted: another attribution takes the sale off the one before. */
function isSameSale(one: CountedItem, other: CountedItem): boolean {
  return (
    one.attribution?.recommendation_id === other.attribution?.recommendation_id &&
    one.attribution?.rule === other.attribution?.rule
  );
}

/** The same, the first of them telling how many orders more or less that is. */
function tellOrders(changes: CountedDifference[], orders: number): CountedDifference[] {
  const first = changes.findIndex(({ change }) => change !== null);
  return changes.map((one, place) =>
    place === first && one.change !== null ? { ...one, change: { ...one.change, orders } } : one,
  );
}

function differences(before: CountedOrder | null, after: CountedOrder | null, seenAt: number): CountedDifference[] {
  const hasChange = ({ change }: CountedDifference): boolean => change !== null;
  if (before === null || after === null || !isSameFrame(before, after)) {
    const taken = before === null ? [] : before.items.map((item) => undone(before, item)).filter(hasChange);
    const given = after === null ? [] : after.items.map((item) => done(after, item)).filter(hasChange);
    return [...tellOrders(taken, -(before?.orders ?? 0)), ...tellOrders(given, after?.orders ?? 0)];
  }
  const were = new Map(before.items.map((item) => [item.item_id, item]));
  const are = new Map(after.items.map((item) => [item.item_id, item]));
  const changes = [...new Set([...were.keys(), ...are.keys()])].flatMap((id) => {
    const [was, is] = [were.get(id) ?? nothingOf(id), are.get(id) ?? nothingOf(id)];
    // `as_of` of before: what was given to a client is taken from wherever that went.
    const both = isSameSale(was, is)
      ? [difference({ ...after, as_of: before.as_of }, was, is, seenAt)]
      : [undone(before, was, seenAt), done(before, is, seenAt)];
    return both.filter((one) => hasChange(one) || is.refunded_at > was.refunded_at);
  });
  return tellOrders(changes, after.orders - before.orders);
}

/**
 * Counts an order anew.
 * @param money revenue in another currency is converted where there is a rate, else kept apart
 * @param seenAt when the replica was read that says so (milliseconds since 1970 UTC), null when it was not it: what was
 * counted before and counts differently now was corrected then, as far as anybody knows
 * @returns the order with what it counts as, and what is different from before
 */
export function recount(
  state: OrderState,
  money: ShopMoney,
  seenAt: number | null,
): { readonly state: OrderState; readonly differences: CountedDifference[] } {
  const counted = count(state, money);
  const changed = differences(state.counted, counted, seenAt ?? 0);
  const isSame = counted !== null && state.counted !== null && isSameFrame(state.counted, counted);
  const before = isSame ? state.counted : null;
  // Who the shopper was known to be first stays: see `differences`.
  const asOf = before?.as_of ?? counted?.as_of;
  // An order of before orders were counted is told of when one of its changes can tell it.
  const orders = changed.some(({ change }) => change !== null) ? counted?.orders : (before?.orders ?? counted?.orders);
  return {
    state: { ...state, counted: counted === null ? null : { ...counted, as_of: asOf ?? 0, orders: orders ?? 0 } },
    differences: changed,
  };
}
