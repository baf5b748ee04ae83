import { defineConfig } from "../../../domain/config/schema.ts";

/** The shop that `bench sync` makes: no column tells what changed. */
export default defineConfig({
  shop: { name: "Bench", currency: "USD" },
  source: {
    users: {
      table: "customers",
      key: "id",
      country: "country",
      features: ["city", "segment", "credit_limit"],
    },
    items: {
      table: "products",
      key: "code",
      name: "title",
      category: "category",
      price: "price",
      stock: "stock",
    },
  },
});
