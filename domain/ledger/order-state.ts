import { z } from "zod";

import { attributionSchema, type Interaction } from "../events/interaction.ts";
import { ONE_OFF_PREFIX } from "./routing.ts";

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
  /** When the sync read it, milliseconds since 1970 UTC: a correction that it sees happened no earlier than that it knows. */
  seen_at: z.number().optional(),
});
export type ReplicaOrder = z.infer<typeof replicaOrderSchema>;

/** What is kept of it. */
const replicaSaidSchema = replicaOrderSchema.omit({ transaction_id: true, seen_at: true }).extend({
  /** Of the order of a user who was forgotten: whose it is instead. `user_id` is empty then. */
  one_off: z.string().optional(),
});

const countedItemSchema = z.object({
  item_id: z.string(),
  purchases: z.number(),
  refunds: z.number(),
  quantity: z.number(),
  revenue: z.number(),
  /** In the order's own currency where that is kept apart; then `revenue`, which is in the shop's, is 0. */
  revenue_apart: z.number().default(0),
  /** When pieces of it were last given back, 0 when none were. */
  refunded_at: z.number().default(0),
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
  /** ISO 4217 of money that is kept apart, empty for the shop's own. */
  currency: z.string().default(""),
  /** 1 when it holds anything, 0 when it does not; orders of before orders were counted say 0. */
  orders: z.number().default(0),
  items: z.array(countedItemSchema),
});
export type CountedOrder = z.infer<typeof countedSchema>;
export type CountedItem = z.infer<typeof countedItemSchema>;
const refundedSchema = z.object({
  item_id: z.string(),
  quantity: z.number(),
  /** The time of the latest refund of the item; orders of before this was kept say 0. */
  refunded_at: z.number().default(0),
});

/** An order as the ledger keeps it, for ever: what was said of it, and what of it was counted. */
export const orderStateSchema = z.object({
  storefront: storefrontSchema.nullable(),
  replica: replicaSaidSchema.nullable(),
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
    const refunded = new Map(state.refunded.map((entry) => [entry.item_id, entry]));
    for (const { item_id, quantity = 1 } of interaction.items) {
      const before = refunded.get(item_id);
      refunded.set(item_id, {
        item_id,
        quantity: (before?.quantity ?? 0) + quantity,
        refunded_at: Math.max(before?.refunded_at ?? 0, interaction.at),
      });
    }
    return { ...state, refunded: [...refunded.values()] };
  }
  const said = storefrontOf(interaction);
  if (state.storefront !== null && !isEarlier(said, state.storefront)) return state;
  return { ...state, storefront: said };
}

/** Whose an order is that both sides, either or none have told of. */
export function shopperOfOrder({ storefront, replica }: Pick<OrderState, "storefront" | "replica">): string {
  if (replica !== null) return replica.one_off ?? `u:${replica.user_id}`;
  return storefront?.shopper ?? "";
}

/**
 * The order after a reading of the replica: the very same one when that is no newer than what is known.
 * @param oneOff set when the reading's user was forgotten: the id that the order gets unless it has such a one
 */
export function withReplicaOrder(state: OrderState, order: ReplicaOrder, oneOff: string | null): OrderState {
  const { transaction_id: _id, seen_at: _seen, ...said } = replicaOrderSchema.parse(order);
  const known = state.replica;
  if (known !== null && known.version >= said.version) return state;
  if (oneOff === null) return { ...state, replica: said };
  const before = shopperOfOrder(state);
  return { ...state, replica: { ...said, user_id: "", one_off: before.startsWith(ONE_OFF_PREFIX) ? before : oneOff } };
}
