import { defineConfig } from "../../../domain/config/schema.ts";

/** A shop whose pages are small, so that a few dozen rows are many ranges. */
export default defineConfig({
  shop: { name: "Changing shop", currency: "EUR" },
  source: {
    users: { table: "customers", key: "id", country: "country", features: ["city", "tier"] },
    items: {
      table: "products",
      key: "code",
      name: "title",
      category: "category",
      price: "price",
      stock: "stock",
      columns: { colour: { was: "color" } },
    },
    orders: {
      table: "orders",
      key: "id",
      user: "customer",
      time: "placed",
      lines: { table: "order_lines", order: "order_id", item: "product", quantity: "quantity", price: "price" },
    },
    ratings: { table: "ratings", user: "customer", item: "product", rating: "stars" },
  },
  sync: { pageRows: 5 },
});
