import { defineConfig } from "../../../../domain/config/schema.ts";

/** A shop whose products may be anything: each test makes their table anew. */
export default defineConfig({
  shop: { name: "Odd shop", currency: "EUR" },
  source: {
    users: { table: "customers", key: "id" },
    items: { table: "products", key: "code", name: "title", category: "category", price: "price" },
    orders: {
      table: "orders",
      key: "id",
      user: "customer",
      time: "placed",
      lines: { table: "order_lines", order: "order_id", item: "product", quantity: "quantity", price: "price" },
    },
  },
  sync: { pageRows: 5 },
});
