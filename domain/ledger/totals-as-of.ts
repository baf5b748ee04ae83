import { z } from "zod";

import { ERASED_ORDERS_PAGE_ROWS_MAX, TOTALS_COUNT_ROWS_MAX, TOTALS_PAGE_ROWS_MAX } from "./limits.ts";
import { USER_PREFIX } from "./routing.ts";

/** What totals say beside their key, in the order in which an earlier state holds it. */
export const TOTALS_COLUMNS = [
  "views",
  "carts",
  "removals",
  "purchases",
  "refunds",
  "others",
  "quantity",
  "revenue",
  "rating",
  "rated_at",
  "last_at",
] as const;
export type TotalsColumn = (typeof TOTALS_COLUMNS)[number];

/** A user's id with its kind: `u:…`. */
export const userShopperSchema = z.string().startsWith(USER_PREFIX);
const momentSchema = z.number().int().nonnegative();
const keySchema = z.object({ shopper: userShopperSchema, item_id: z.string() });
/** The key of a row of totals. */
export type TotalsKey = z.infer<typeof keySchema>;

/** Asks for a moment, milliseconds since 1970 UTC. */
export const cutSchema = momentSchema;

/** Asks for rows after a key (null = from the first), as they were at a moment. */
export const totalsAsOfSchema = z.object({
  /** Milliseconds since 1970 UTC. */
  asOf: momentSchema,
  after: keySchema.nullable(),
  /** How many rows to look at, at most. */
  rows: z.number().int().positive().max(TOTALS_PAGE_ROWS_MAX),
});
export type TotalsAsOfRequest = z.infer<typeof totalsAsOfSchema>;

/** Like {@link totalsAsOfSchema}, for counting: more rows a call. */
export const countAsOfSchema = totalsAsOfSchema.extend({
  rows: z.number().int().positive().max(TOTALS_COUNT_ROWS_MAX),
});

/** Asks which of some users and items have no totals at a moment. */
export const withoutTotalsSchema = z.object({
  asOf: momentSchema,
  pairs: z.array(keySchema).max(TOTALS_PAGE_ROWS_MAX),
});
export type WithoutTotalsRequest = z.infer<typeof withoutTotalsSchema>;

const clientPeriodSchema = z.object({
  /** `c:…`. */
  client: z.string(),
  /** What we received after this (milliseconds since 1970 UTC; −1 = everything) … */
  after: z.number(),
  /** … and up to this is the user's. */
  upto: z.number(),
});
/** A client that signed in, and which of its doings were the user's by that. */
export type ClientPeriod = z.infer<typeof clientPeriodSchema>;

/** Asks for some orders more in which to forget a user. */
export const eraseOrdersSchema = z.object({
  /** `u:…`. */
  user: userShopperSchema,
  /** Clients that signed in as the user, of all shards. */
  clients: z.array(clientPeriodSchema).default([]),
  /** The transaction id after which to go on; null = from the first. */
  after: z.string().nullable(),
  /** How many orders to look at, at most. */
  rows: z.number().int().positive().max(ERASED_ORDERS_PAGE_ROWS_MAX),
});
export type EraseOrdersRequest = z.input<typeof eraseOrdersSchema>;

/**
 * Some users' totals as they were, in columns of one length, in the order of their keys. A page may hold fewer rows than
 * were asked for, also none, and still not be the last.
 */
export type TotalsPage = Readonly<Record<TotalsColumn, Float64Array>> & {
  /** `u:…`. */
  readonly shoppers: readonly string[];
  readonly item_ids: readonly string[];
  /** Where to go on; null when this is the last page. */
  readonly next: TotalsKey | null;
};

/** What some users' totals came to. */
export interface TotalsCount {
  readonly rows: number;
  readonly purchases: number;
  readonly quantity: number;
  /** Where to go on; null when everything is counted. */
  readonly next: TotalsKey | null;
}

/** What a row was until a moment: that moment, then {@link TOTALS_COLUMNS}. */
export type EarlierState = readonly (number | null)[];

/**
 * The state that held at `asOf`, of states in the order of their ends.
 * @returns null when the last of them had ended by then: it is the present one that held
 */
export function stateAsOf(states: readonly EarlierState[], asOf: number): EarlierState | null {
  return states.find((state) => (state[0] ?? 0) > asOf) ?? null;
}
