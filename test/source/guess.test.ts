import { describe, expect, it } from "vitest";

import project from "../../endcap.config.ts";
import { guessConfiguration } from "../../scripts/source/guess.ts";
import { configOf } from "../../scripts/source/write/config-of.ts";
import {
  BLOG,
  BOOKSHOP,
  CHINOOK,
  GERMAN,
  NORTHWIND,
  OPENCART,
  RAILS,
  SCALE_MODELS,
  SINGLE_LINES,
  TERSE,
  VARIANTS,
  WEATHER,
} from "./known-schemas.ts";
import bookshop from "../sync/other-shop/shop-config.ts";
import { databaseFrom } from "./notation.ts";

function sourceOf(notation: string): unknown {
  return configOf(guessConfiguration(databaseFrom(notation)))["source"];
}

function missingIn(notation: string): string[] {
  return guessConfiguration(databaseFrom(notation)).missing.map(({ path }) => path);
}

it("finds of the scale model shop what the project's own configuration says", () => {
  const { users, items, orders, ratings } = project.source;
  if (items.category.kind !== "column" || orders === undefined || ratings === undefined) throw new Error("Changed.");
  expect(sourceOf(SCALE_MODELS)).toEqual({
    users: {
      table: users.table,
      key: users.key,
      country: users.country,
      features: expect.toSatisfy(
        (found: readonly string[]) => found.toSorted().join() === users.features.toSorted().join(),
      ),
    },
    items: {
      table: items.table,
      key: items.key,
      name: items.name,
      category: items.category.column,
      price: items.price.column,
      stock: items.stock,
      public: items.public,
      excludeFeatures: items.excludeFeatures,
    },
    orders: {
      table: orders.table,
      key: orders.key,
      user: orders.user,
      time: orders.time,
      status: orders.status,
      lines: { ...orders.lines, price: orders.lines.price.column },
    },
    ratings: { table: ratings.table, user: ratings.user, item: ratings.item, rating: ratings.rating },
  });
});

describe("shops that many people know", () => {
  it("Northwind: categories by their key, what is discontinued is hidden", () => {
    expect(missingIn(NORTHWIND)).toEqual([]);
    expect(sourceOf(NORTHWIND)).toMatchObject({
      users: { table: "customers", key: "CustomerID", country: "Country" },
      items: {
        table: "products",
        name: "ProductName",
        category: {
          table: "products",
          item: "ProductID",
          category: "CategoryID",
          names: { table: "categories", key: "CategoryID", name: "CategoryName" },
        },
        price: "UnitPrice",
        stock: "UnitsInStock",
        hidden: "Discontinued",
      },
      orders: {
        table: "orders",
        user: "CustomerID",
        time: "OrderDate",
        lines: {
          table: "order_details",
          order: "OrderID",
          item: "ProductID",
          quantity: "Quantity",
          price: "UnitPrice",
        },
      },
    });
  });

  it("Chinook: invoices are orders, tracks are items, playlists are neither", () => {
    expect(missingIn(CHINOOK)).toEqual([]);
    expect(sourceOf(CHINOOK)).toMatchObject({
      users: { table: "Customer" },
      items: { table: "Track", name: "Name", category: { category: "GenreId", names: { table: "Genre" } } },
      orders: { table: "Invoice", user: "CustomerId", time: "InvoiceDate", lines: { table: "InvoiceLine" } },
    });
  });

  it("OpenCart: by names alone, and says that a view is needed for the items' names", () => {
    const guess = guessConfiguration(databaseFrom(OPENCART));
    expect(guess.missing).toEqual([
      {
        path: "source.items.name",
        why: expect.stringContaining("oc_product_description has name, so a view that joins both would do"),
      },
    ]);
    expect(configOf(guess)["source"]).toMatchObject({
      users: { table: "oc_customer", key: "customer_id" },
      items: {
        table: "oc_product",
        category: {
          table: "oc_product_to_category",
          item: "product_id",
          category: "category_id",
          names: { table: "oc_category_description", key: "category_id", name: "name" },
        },
        stock: "quantity",
        change: { kind: "cursor", column: "date_modified" },
      },
      orders: { table: "oc_order", time: "date_added", lines: { table: "oc_order_product", quantity: "quantity" } },
      ratings: { table: "oc_review", user: "customer_id", item: "product_id", rating: "rating", time: "date_added" },
    });
  });

  it("a shop on Rails: cents, a status with its values, no carts, and nobody's administrators", () => {
    expect(missingIn(RAILS)).toEqual([]);
    expect(sourceOf(RAILS)).toMatchObject({
      users: { table: "users", key: "id", change: { kind: "cursor", column: "updated_at" } },
      items: { table: "products", key: "id", price: { column: "price_cents", divisor: 100 }, stock: "stock_quantity" },
      orders: {
        table: "orders",
        user: "user_id",
        time: "placed_at",
        status: "status",
        cancelled: ["canceled"],
        lines: { table: "order_items", price: { column: "unit_price_cents", divisor: 100 } },
      },
      ratings: { table: "reviews", rating: "rating", time: "created_at" },
    });
  });

  it("a German shop: by the same rules", () => {
    expect(missingIn(GERMAN)).toEqual([]);
    expect(sourceOf(GERMAN)).toEqual({
      users: { table: "kunden", key: "kundennr", country: "land", features: ["plz", "ort", "land"] },
      items: {
        table: "artikel",
        key: "artikelnr",
        name: "bezeichnung",
        category: "warengruppe",
        price: "verkaufspreis",
        stock: "lagerbestand",
        public: ["marke"],
        excludeFeatures: ["einkaufspreis"],
      },
      orders: {
        table: "bestellungen",
        key: "bestellnr",
        user: "kundennr",
        time: "bestelldatum",
        status: "status",
        cancelled: ["storniert"],
        change: { kind: "cursor", column: "geändert_am" },
        lines: {
          table: "bestellpositionen",
          order: "bestellnr",
          item: "artikelnr",
          quantity: "menge",
          price: "einzelpreis",
        },
      },
      ratings: { table: "bewertungen", user: "kundennr", item: "artikelnr", rating: "sterne", time: "datum" },
    });
  });

  it("orders of a single line each: the orders' table is the lines' table too", () => {
    expect(sourceOf(SINGLE_LINES)).toMatchObject({
      users: { table: "members" },
      items: { table: "books", name: "title", price: "list_price", excludeFeatures: ["cost"] },
      orders: {
        table: "purchases",
        key: "id",
        user: "member_id",
        lines: { table: "purchases", order: "id", item: "book_id", quantity: "quantity", price: "price" },
      },
    });
  });

  it("a bookshop in three schemas: what the configuration of the tests of the sync says of it", () => {
    const { users, items, orders, ratings } = bookshop.source;
    const { category } = items;
    if (category.kind !== "links" || orders === undefined || ratings === undefined) throw new Error("Changed.");
    const { cancelled: _values, deleted: _deletion, via: _via, columns: _columns, ...order } = orders;
    expect(missingIn(BOOKSHOP)).toEqual([]);
    expect(sourceOf(BOOKSHOP)).toMatchObject({
      users: { table: users.table, key: users.key, country: users.country, deleted: users.deleted },
      items: {
        table: items.table,
        key: items.key,
        name: items.name,
        category: { table: category.table, item: category.item, category: category.category, names: category.names },
        price: items.price,
        stock: items.stock,
        hidden: items.hidden,
        deleted: items.deleted,
        attributes: items.attributes,
        excludeFeatures: items.excludeFeatures,
        change: { kind: "cursor", column: "updated_at" },
      },
      orders: { ...order, change: { kind: "cursor", column: "updated_at" } },
      ratings: {
        table: ratings.table,
        user: ratings.user,
        item: ratings.item,
        rating: ratings.rating,
        time: ratings.time,
      },
    });
  });

  it("variants: what orders refer to is the item, and a view is to give it the product's name", () => {
    const { missing } = guessConfiguration(databaseFrom(VARIANTS));
    expect(missing.map(({ path }) => path)).toEqual(["source.items.name", "source.items.category"]);
    expect(missing[0]?.why).toContain("products has title, so a view that joins both would do");
    expect(missing[1]?.why).toContain("products has product_type");
    expect(sourceOf(VARIANTS)).toMatchObject({
      items: { table: "product_variants", key: "id", price: "price" },
      orders: { status: "financial_status", deleted: "cancelled_at", lines: { item: "variant_id" } },
    });
  });
});

describe("databases that say little", () => {
  it("takes nothing for a shop whose names mean nothing", () => {
    expect(sourceOf(TERSE)).toEqual({ users: {}, items: {} });
    expect(missingIn(TERSE)).toEqual(["source.users.table", "source.items.table"]);
  });

  it("finds the users of a blog and no items", () => {
    expect(sourceOf(BLOG)).toMatchObject({ users: { table: "users", key: "id" }, items: {} });
    expect(missingIn(BLOG)).toEqual(["source.items.table"]);
  });

  it("finds nothing among measurements", () => {
    expect(sourceOf(WEATHER)).toEqual({ users: {}, items: {} });
  });

  it("leaves away orders of which the lines are missing, and says so", () => {
    const { orders, missing } = guessConfiguration(
      databaseFrom(`
        customers: id int key, email varchar
        products: id int key, name varchar, category varchar, price decimal
        orders: id int key, customer_id int, created_at datetime, status varchar`),
    );
    expect(missing).toEqual([]);
    expect(orders).toMatchObject({ kind: "absent", why: expect.stringContaining("orders looks like orders") });
  });
});
