import { z } from "zod";

import { defineConfig, type EndcapConfig } from "../../../domain/config/schema.ts";

/** The bearer token of the shop's API. */
export const API_TOKEN = "shop-api-token";

/** Small: a dozen rows are several pages. */
const PAGE_ROWS = 4;

/** How a shop of these tests is read. */
export const variantSchema = z.object({
  url: z.url(),
  paging: z.enum(["cursor", "link"]),
  /** Whether the API is asked for what has changed since the last run. */
  since: z.boolean(),
  /** Where orders and ratings are read; users and items always come from the API. */
  orders: z.enum(["replica", "http"]),
  verifyEveryRuns: z.number(),
  pageRows: z.number().default(PAGE_ROWS),
});
export type Variant = z.input<typeof variantSchema>;

const CURSOR_PAGES = {
  rows: "page.rows",
  paging: { kind: "cursor", parameter: "cursor", next: "page.next" },
} as const;

/** No overlap: it would hide a cursor that moved on too early. The API's clock is the runs' own. */
const CHANGED = { kind: "cursor", column: "updated_at", overlapSeconds: 0 } as const;
const WHOLE = { kind: "snapshot" } as const;

/** The configuration of a shop whose API has the tables of ./api-shop.ts. */
export function httpShop(variant: Variant): EndcapConfig {
  const { url, paging, since, orders, verifyEveryRuns, pageRows } = variantSchema.parse(variant);
  const http = { via: "http", change: since ? CHANGED : WHOLE } as const;
  const ordersVia = orders === "http" ? http : {};
  return defineConfig({
    shop: { name: "Shop with an API", currency: "EUR" },
    source: {
      users: { ...http, table: "customers", key: "id", country: "country", features: ["city", "tier"] },
      items: {
        ...http,
        table: "products",
        key: "code",
        name: "title",
        category: "category",
        price: "price",
        stock: "stock",
        deleted: "deleted_at",
        attributes: ["details"],
        excludeFeatures: ["updated_at"],
      },
      orders: {
        ...ordersVia,
        table: "orders",
        key: "id",
        user: "customer",
        time: "placed",
        lines: {
          // By HTTP a member of the order; in the replica a table.
          table: orders === "http" ? "lines" : "order_lines",
          order: "order_id",
          item: "product",
          quantity: "quantity",
          price: "price",
        },
      },
      ratings: { ...ordersVia, table: "ratings", user: "customer", item: "product", rating: "stars" },
      http: {
        url,
        ...(paging === "cursor" ? CURSOR_PAGES : {}),
        ...(since ? { sinceParameter: "since" } : {}),
      },
    },
    sync: { pageRows, verifyEveryRuns },
  });
}
