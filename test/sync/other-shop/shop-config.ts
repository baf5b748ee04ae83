import { defineConfig } from "../../../domain/config/schema.ts";

/** A bookshop that has nothing in common with the shop of endcap.config.ts but that it sells things. */
export default defineConfig({
  shop: { name: "Harbour Street Books", currency: "EUR" },
  source: {
    users: {
      table: "readers",
      key: "id",
      country: "country",
      features: ["newsletter"],
      deleted: "deleted_at",
      change: { kind: "cursor", column: "updated_at" },
    },
    items: {
      table: "catalogue.books",
      key: "id",
      name: "title",
      category: {
        table: "catalogue.book_genres",
        item: "book_id",
        category: "genre_id",
        names: { table: "catalogue.genres", key: "id", name: "name" },
      },
      price: { column: "price_cents", divisor: 100 },
      stock: "on_hand",
      hidden: "unlisted",
      deleted: "deleted_at",
      image: "https://covers.example/{isbn}.jpg",
      url: "/books/{slug}",
      public: ["binding", "series"],
      attributes: ["details"],
      excludeFeatures: ["cost_cents"],
      change: { kind: "cursor", column: "updated_at" },
    },
    orders: {
      table: "sales.purchases",
      key: "id",
      user: "reader_id",
      time: "placed_at",
      status: "status",
      cancelled: ["cancelled", "refunded"],
      lines: {
        table: "sales.purchase_lines",
        order: "purchase_id",
        item: "book_id",
        quantity: "copies",
        price: { column: "unit_cents", divisor: 100 },
      },
      change: { kind: "cursor", column: "updated_at" },
    },
    ratings: { table: "reviews", user: "reader_id", item: "book_id", rating: "stars", time: "written_at" },
  },
  // Few rows a page and few runs between two comparisons: a test sees both within a handful of rows and runs.
  sync: { pageRows: 3, verifyEveryRuns: 3 },
});
