import type { OrderChange } from "../ledger/order-change.ts";
import { ATTRIBUTION_COLUMNS, attributionValues } from "./attribution-columns.ts";
import { type LakeRow, lakeRow, type LakeTable } from "./lake-table.ts";
import { shopperKind } from "./shopper-kind.ts";

/** `orders`: a row per change of what an order means for one item. The sum of the changes is how the orders stand. */
export const ORDERS_TABLE: LakeTable = {
  name: "orders",
  version: 2,
  columns: [
    {
      name: "change_id",
      type: "string",
      nullable: false,
      unit: null,
      meaning: "The change's id; no two rows share it.",
    },
    { name: "transaction_id", type: "string", nullable: false, unit: null, meaning: "The order." },
    {
      name: "shopper",
      type: "string",
      nullable: false,
      unit: null,
      meaning: "Pseudonym of whoever bought; joins `events.shopper`.",
    },
    {
      name: "shopper_kind",
      type: "string",
      nullable: false,
      unit: null,
      meaning: "`user`, `client` or `one_off`, as in `events`.",
    },
    { name: "item_id", type: "string", nullable: false, unit: null, meaning: "The item." },
    {
      name: "order_time",
      type: "timestamp",
      nullable: false,
      unit: "UTC, ms",
      meaning: "When the order was placed; the day's beginning where `date_only`.",
    },
    {
      name: "date_only",
      type: "boolean",
      nullable: false,
      unit: null,
      meaning: "True where only the day of the order is known.",
    },
    {
      name: "changed_at",
      type: "timestamp",
      nullable: false,
      unit: "UTC, ms",
      meaning: "When the runtime learnt of the change.",
    },
    {
      name: "source",
      type: "string",
      nullable: false,
      unit: null,
      meaning: "Who said so: `storefront` (events) or `replica` (the shop's database).",
    },
    { name: "country", type: "string", nullable: true, unit: "ISO 3166-1 alpha-2", meaning: "Of the order." },
    {
      name: "purchases",
      type: "integer",
      nullable: false,
      unit: "orders",
      meaning: "Orders that hold the item, more or less than before: 1, 0 or −1.",
    },
    {
      name: "quantity",
      type: "double",
      nullable: false,
      unit: "pieces",
      meaning: "Pieces more or less than before.",
    },
    {
      name: "revenue",
      type: "double",
      nullable: false,
      unit: "the shop's currency",
      meaning: "Money more or less than before; 0 of money that is kept apart.",
    },
    ...ATTRIBUTION_COLUMNS,
    {
      name: "orders",
      type: "integer",
      nullable: true,
      unit: "orders",
      meaning:
        "Orders that hold anything, more or less than before: one of an order's changes tells it. Null before 2.",
    },
    {
      name: "currency",
      type: "string",
      nullable: true,
      unit: "ISO 4217",
      meaning: "Of money that is kept apart, having no rate; null for the shop's own.",
    },
    {
      name: "revenue_apart",
      type: "double",
      nullable: true,
      unit: "`currency`",
      meaning: "Money in that currency, more or less than before; null for the shop's own.",
    },
  ],
};

/**
 * The row of an order change.
 * @param pseudonym of an id with its kind: `u:…`, `c:…`, `x:…`
 */
export function orderChangeRow(change: OrderChange, pseudonym: (id: string) => string): LakeRow {
  return lakeRow(ORDERS_TABLE, {
    change_id: change.change_id,
    transaction_id: change.transaction_id,
    shopper: pseudonym(change.shopper),
    shopper_kind: shopperKind(change.shopper),
    item_id: change.item_id,
    order_time: new Date(change.at),
    date_only: change.date_only,
    changed_at: new Date(change.changed_at),
    source: change.source,
    country: change.country,
    purchases: change.purchases,
    quantity: change.quantity,
    revenue: change.revenue,
    ...attributionValues(change.attribution, change.item_id),
    orders: change.orders,
    currency: change.currency,
    revenue_apart: change.currency === undefined ? null : change.revenue_apart,
  });
}
