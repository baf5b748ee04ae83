import { defineConfig } from "./domain/config/schema.ts";

/**
 * The shop that this deployment serves: a maker of scale models. Another shop changes this file and nothing else.
 * Every option is described in domain/config/schema.ts.
 */
export default defineConfig({
  shop: { name: "Scale model shop", currency: "USD" },
  source: {
    users: {
      table: "customers",
      key: "customerNumber",
      country: "country",
      features: ["creditLimit", "city", "postalCode", "country"],
    },
    items: {
      table: "products",
      key: "productCode",
      name: "productName",
      category: "productLine",
      price: "MSRP",
      stock: "quantityInStock",
      image: "/pictures/{productLine|slug}.svg",
      public: ["productScale", "productVendor"],
      excludeFeatures: ["buyPrice"],
    },
    orders: {
      table: "orders",
      key: "orderNumber",
      user: "customerNumber",
      time: "orderDate",
      status: "status",
      cancelled: ["Cancelled"],
      lines: {
        table: "orderdetails",
        order: "orderNumber",
        item: "productCode",
        quantity: "quantityOrdered",
        price: "priceEach",
      },
    },
    ratings: { table: "ratings", user: "customerNumber", item: "productCode", rating: "productRating" },
  },
});
