import type { EndcapConfig } from "../../../domain/config/schema.ts";
import shop from "./shop-config.ts";

const { users, items, orders, ratings } = shop.source;
if (orders === undefined || ratings === undefined) throw new Error("The bookshop has orders and ratings.");

const changedAt = { kind: "cursor", column: "changed_at", overlapSeconds: 300 } as const;

/**
 * The bookshop with the names that its columns are about to get. `name` is a trap: the genres have a column of that
 * name too, which nobody renames.
 */
export default {
  ...shop,
  source: {
    ...shop.source,
    users: {
      ...users,
      country: "land",
      features: ["letters"],
      change: changedAt,
      columns: { land: { was: "country" }, letters: { was: "newsletter" }, changed_at: { was: "updated_at" } },
    },
    items: {
      ...items,
      name: "name",
      price: { column: "cents", divisor: 100 },
      hidden: "withdrawn",
      deleted: "removed_at",
      url: "/books/{handle}",
      public: ["binding", "collection"],
      attributes: ["facts"],
      change: changedAt,
      columns: {
        name: { was: "title" },
        cents: { was: "price_cents" },
        withdrawn: { was: "unlisted" },
        removed_at: { was: "deleted_at" },
        handle: { was: "slug" },
        collection: { was: "series" },
        facts: { was: "details" },
        changed_at: { was: "updated_at" },
      },
    },
    orders: {
      ...orders,
      user: "customer_id",
      time: "bought_at",
      status: "state",
      change: changedAt,
      columns: {
        customer_id: { was: "reader_id" },
        bought_at: { was: "placed_at" },
        state: { was: "status" },
        changed_at: { was: "updated_at" },
      },
    },
    ratings: {
      ...ratings,
      user: "customer_id",
      rating: "score",
      columns: { customer_id: { was: "reader_id" }, score: { was: "stars" } },
    },
  },
} satisfies EndcapConfig;

/** What makes the source as {@link file://./renamed-config.ts} calls it. */
export const RENAMES: readonly string[] = [
  ...rename("readers", { country: "land", newsletter: "letters", updated_at: "changed_at" }),
  ...rename("catalogue.books", {
    title: "name",
    price_cents: "cents",
    unlisted: "withdrawn",
    deleted_at: "removed_at",
    slug: "handle",
    series: "collection",
    details: "facts",
    updated_at: "changed_at",
  }),
  ...rename("sales.purchases", {
    reader_id: "customer_id",
    placed_at: "bought_at",
    status: "state",
    updated_at: "changed_at",
  }),
  ...rename("reviews", { reader_id: "customer_id", stars: "score" }),
];

function rename(table: string, columns: Readonly<Record<string, string>>): string[] {
  return Object.entries(columns).map(([before, after]) => `ALTER TABLE ${table} RENAME COLUMN ${before} TO ${after}`);
}
