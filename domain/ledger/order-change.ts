import { z } from "zod";

import { attributionSchema } from "../events/interaction.ts";

/**
 * What an order has come to mean more or less than before, for one item. The sum of an order's changes is the order as
 * it counts now: a cancellation is the same changes with the other sign.
 */
export const orderChangeSchema = z.object({
  /** `<shard>-<sequence>-<position>`: never twice. */
  change_id: z.string(),
  transaction_id: z.string(),
  /** Whose totals it goes to: `u:…`, `c:…` or `x:…`. */
  shopper: z.string(),
  item_id: z.string(),
  /** When the order was placed, milliseconds since 1970 UTC. */
  at: z.number(),
  /** True where only the day is known: `at` is the day's beginning. */
  date_only: z.boolean(),
  /** When the ledger learnt of it. */
  changed_at: z.number(),
  /** Who said so. */
  source: z.enum(["storefront", "replica"]),
  /** ISO 3166-1 alpha-2, if known. */
  country: z.string().optional(),
  /** Orders that hold anything: one of an order's changes tells it for the whole order. */
  orders: z.number().default(0),
  /** Orders that hold the item: 1, 0 or −1. */
  purchases: z.number(),
  /** Pieces. */
  quantity: z.number(),
  /** In the shop's currency; 0 of money that is kept apart. */
  revenue: z.number(),
  /** ISO 4217 of money that is kept apart; absent for the shop's own. */
  currency: z.string().optional(),
  /** In that currency. */
  revenue_apart: z.number().default(0),
  attribution: attributionSchema.optional(),
});
export type OrderChange = z.infer<typeof orderChangeSchema>;
