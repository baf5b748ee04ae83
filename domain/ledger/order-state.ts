import { z } from "zod";

import { attributionSchema, type Interaction } from "../events/interaction.ts";
import type { OrderChange } from "./order-change.ts";
import { NO_TOTALS, type Totals } from "./totals.ts";

const lineSchema = z.object({
  item_id: z.string(),
  quantity: z.number(),
  /** Per piece. */
  price: z.number(),
});

/** What the storefront said by its `purchase` event. */
const storefrontSchema = z.object({
  event_id: z.string(),
  shopper: z.string(),
  at: z.number(),
  received_at: z.number(),
  currency: z.string(),
  country: z.string().optional(),
  lines: z.array(lineSchema.extend({ attribution: attributionSchema.optional() })),
});

/** An order as the replica has it. */
export const replicaOrderSchema = z.object({
  transaction_id: z.string(),
  /** Grows with every reading: one that is no newer changes nothing. */
  version: z.number(),
  user_id: z.string(),
  at: z.number(),
  date_only: z.boolean(),
  cancelled: z.boolean(),
  /** ISO 3166-1 alpha-2 of the customer, if known. */
  country: z.string().optional(),
  lines: z.array(lineSchema),
});
export type ReplicaOrder = z.infer<typeof replicaOrderSchema>;

const countedItemSchema = z.object({
  item_id: z.string(),
  purchases: z.number(),
  refunds: z.number(),
  quantity: z.number(),
  revenue: z.number(),
  attribution: attributionSchema.optional(),
});

/** What an order counts as. */
const countedSchema = z.object({
  shopper: z.string(),
  /** When we learnt of the shopper: decides whose it is when that is a client who signs in. */
  as_of: z.number(),
  at: z.number(),
  date_only: z.boolean(),
  country: z.string().optional(),
  items: z.array(countedItemSchema),
});
type CountedOrder = z.infer<typeof countedSchema>;
type CountedItem = z.infer<typeof countedItemSchema>;
const refundedSchema = z.object({ item_id: z.string(), quantity: z.number() });

/** An order as the ledger keeps it, for ever: what was said of it, and what of it was counted. */
export const orderStateSchema = z.object({
  storefront: storefrontSchema.nullable(),
  replica: replicaOrderSchema.omit({ transaction_id: true }).nullable(),
  /** Pieces given back by `refund` events, one entry per item. */
  refunded: z.array(refundedSchema),
  counted: countedSchema.nullable(),
});
export type OrderState = z.infer<typeof orderStateSchema>;

/** An order of which nothing is known. */
export const NO_ORDER: OrderState = { storefront: null, replica: null, refunded: [], counted: null };

function storefrontOf(interaction: Interaction): NonNullable<OrderState["storefront"]> {
  const { event_id, shopper, at, received_at, country, items, params } = interaction;
  const { currency } = params;
  return {
    event_id,
    shopper,
    at,
    received_at,
    currency: typeof currency === "string" ? currency : "",
    ...(country === undefined ? {} : { country }),
    lines: items.map(({ item_id, quantity = 1, price = 0, attribution }) => ({
      item_id,
      quantity,
      price,
      ...(attribution === undefined ? {} : { attribution }),
    })),
  };
}

/** Of two purchases under one transaction id the first by its own time counts, whichever reached us first. */
function isEarlier(one: { at: number; event_id: string }, other: { at: number; event_id: string }): boolean {
  return one.at < other.at || (one.at === other.at && one.event_id < other.event_id);
}

/** The order after a `purchase` or `refund` event. What it counts as is for {@link recount}. */
export function withOrderEvent(state: OrderState, interaction: Interaction): OrderState {
  if (interaction.name === "refund") {
    const refunded = new Map(state.refunded.map(({ item_id, quantity }) => [item_id, quantity]));
    for (const { item_id, quantity = 1 } of interaction.items) {
      refunded.set(item_id, (refunded.get(item_id) ?? 0) + quantity);
    }
    return { ...state, refunded: [...refunded].map(([item_id, quantity]) => ({ item_id, quantity })) };
  }
  const said = storefrontOf(interaction);
  if (state.storefront !== null && !isEarlier(said, state.storefront)) return state;
  return { ...state, storefront: said };
}

/** The order after a reading of the replica: the very same one when that is no newer than what is known. */
export function withReplicaOrder(state: OrderState, order: ReplicaOrder): OrderState {
  const { transaction_id: _id, ...said } = replicaOrderSchema.parse(order);
  const known = state.replica;
  return known !== null && known.version >= said.version ? state : { ...state, replica: said };
}

function countItems({ storefront, replica, ...state }: OrderState, currency: string): CountedItem[] {
  const lines = replica?.lines ?? storefront?.lines ?? [];
  // Money of another currency cannot be added up; the replica's is the shop's own.
  const isShopMoney = replica !== null || storefront?.currency === currency;
  const attributions = new Map(storefront?.lines.map((line) => [line.item_id, line.attribution]));
  const sums = new Map<string, { quantity: number; revenue: number }>();
  for (const { item_id, quantity, price } of lines) {
    const sum = sums.get(item_id) ?? { quantity: 0, revenue: 0 };
    sums.set(item_id, { quantity: sum.quantity + quantity, revenue: sum.revenue + quantity * price });
  }
  const refunded = new Map(state.refunded.map(({ item_id, quantity }) => [item_id, quantity]));
  return [...sums].map(([item_id, sum]) => {
    const kept = replica?.cancelled === true ? 0 : Math.max(0, sum.quantity - (refunded.get(item_id) ?? 0));
    const attribution = attributions.get(item_id);
    return {
      item_id,
      purchases: kept > 0 ? 1 : 0,
      refunds: sum.quantity > 0 && kept === 0 ? 1 : 0,
      quantity: kept,
      revenue: isShopMoney && sum.quantity > 0 ? (sum.revenue * kept) / sum.quantity : 0,
      ...(attribution === undefined ? {} : { attribution }),
    };
  });
}

/** What an order counts as now; null while neither side has named its lines. */
function count(state: OrderState, currency: string): CountedOrder | null {
  const { storefront, replica } = state;
  if (storefront === null && replica === null) return null;
  const country = storefront?.country ?? replica?.country;
  return {
    shopper: replica === null ? (storefront?.shopper ?? "") : `u:${replica.user_id}`,
    as_of: storefront?.received_at ?? 0,
    // The storefront knows the minute; the replica may know only the day.
    at: storefront?.at ?? replica?.at ?? 0,
    date_only: storefront === null && replica?.date_only === true,
    ...(country === undefined ? {} : { country }),
    items: countItems(state, currency),
  };
}

/** What an order has come to count more or less than before, for one item and one shopper. */
export interface CountedDifference {
  readonly as_of: number;
  readonly totals: Totals;
  readonly change: Omit<OrderChange, "change_id" | "transaction_id" | "changed_at" | "source">;
}

const nothingOf = (item_id: string): CountedItem => ({ item_id, purchases: 0, refunds: 0, quantity: 0, revenue: 0 });

function difference(order: CountedOrder, before: CountedItem, after: CountedItem): CountedDifference {
  const { shopper, as_of, at, date_only, country } = order;
  const { item_id } = after;
  const attribution = after.attribution ?? before.attribution;
  const counts = {
    purchases: after.purchases - before.purchases,
    quantity: after.quantity - before.quantity,
    revenue: after.revenue - before.revenue,
  };
  return {
    as_of,
    totals: { ...NO_TOTALS, shopper, item_id, ...counts, refunds: after.refunds - before.refunds, last_at: at },
    change: {
      shopper,
      item_id,
      at,
      date_only,
      ...(country === undefined ? {} : { country }),
      ...counts,
      ...(attribution === undefined ? {} : { attribution }),
    },
  };
}

const undone = (order: CountedOrder, item: CountedItem): CountedDifference =>
  difference(order, item, nothingOf(item.item_id));
const done = (order: CountedOrder, item: CountedItem): CountedDifference =>
  difference(order, nothingOf(item.item_id), item);

function isSameFrame(one: CountedOrder, other: CountedOrder): boolean {
  return (
    one.shopper === other.shopper &&
    one.at === other.at &&
    one.date_only === other.date_only &&
    one.country === other.country
  );
}

function isNoDifference({ totals }: CountedDifference): boolean {
  return totals.purchases === 0 && totals.refunds === 0 && totals.quantity === 0 && totals.revenue === 0;
}

/** Who gets an item's sale is part of what is counted: another attribution takes the sale off the one before. */
function isSameSale(one: CountedItem, other: CountedItem): boolean {
  return (
    one.attribution?.recommendation_id === other.attribution?.recommendation_id &&
    one.attribution?.rule === other.attribution?.rule
  );
}

function differences(before: CountedOrder | null, after: CountedOrder | null): CountedDifference[] {
  if (before === null || after === null || !isSameFrame(before, after)) {
    return [
      ...(before === null ? [] : before.items.map((item) => undone(before, item))),
      ...(after === null ? [] : after.items.map((item) => done(after, item))),
    ];
  }
  const were = new Map(before.items.map((item) => [item.item_id, item]));
  const are = new Map(after.items.map((item) => [item.item_id, item]));
  return [...new Set([...were.keys(), ...are.keys()])].flatMap((id) => {
    const [was, is] = [were.get(id) ?? nothingOf(id), are.get(id) ?? nothingOf(id)];
    // `as_of` of before: what was given to a client is taken from wherever that went.
    if (isSameSale(was, is)) return [difference({ ...after, as_of: before.as_of }, was, is)];
    return [undone(before, was), done(before, is)];
  });
}

/**
 * Counts an order anew.
 * @param currency the shop's: revenue in another one is not added up
 * @returns the order with what it counts as, and what is different from before
 */
export function recount(
  state: OrderState,
  currency: string,
): { readonly state: OrderState; readonly differences: CountedDifference[] } {
  const counted = count(state, currency);
  const changed = differences(state.counted, counted).filter((one) => !isNoDifference(one));
  // Who the shopper was known to be first stays: see `differences`.
  const asOf =
    counted !== null && state.counted !== null && isSameFrame(state.counted, counted)
      ? state.counted.as_of
      : counted?.as_of;
  return {
    state: { ...state, counted: counted === null ? null : { ...counted, as_of: asOf ?? counted.as_of } },
    differences: changed,
  };
}
