import { describe, expect, it } from "vitest";

import { type Answers, NO_ANSWERS } from "../../scripts/source/guess/answers.ts";
import type { Finding } from "../../scripts/source/guess/finding.ts";
import { isCancelled } from "../../scripts/source/guess/guess-status.ts";
import { type Guess, guessConfiguration, questionsOf } from "../../scripts/source/guess.ts";
import { configOf } from "../../scripts/source/write/config-of.ts";
import { databaseFrom } from "./notation.ts";

/** A shop of which one part at a time is another. */
const SHOP = {
  users: "customers: id int key, email varchar",
  items: "products: id int key, name varchar, category varchar, price decimal",
  orders: "orders: id int key, customer_id int >customers.id, ordered_at datetime, status varchar",
  lines: "order_lines: id int key, order_id int >orders.id, product_id int >products.id, quantity int, price decimal",
  ratings: "ratings: id int key, customer_id int >customers.id, product_id int >products.id, rating int",
  more: "",
};

function guessOf(parts: Partial<typeof SHOP>, answers: Partial<Answers> = {}): Guess {
  const database = databaseFrom(Object.values({ ...SHOP, ...parts }).join("\n"));
  return guessConfiguration(database, { ...NO_ANSWERS, ...answers });
}

function sourceOf(parts: Partial<typeof SHOP>, answers: Partial<Answers> = {}): unknown {
  return configOf(guessOf(parts, answers))["source"];
}

function findingOf(findings: readonly Finding[], name: string): Finding | undefined {
  return findings.find((finding) => finding.name === name);
}

function items(columns: string): Partial<typeof SHOP> {
  return { items: `products: id int key, name varchar, category varchar, ${columns}` };
}

describe("prices", () => {
  it.each([
    ["price decimal", "price"],
    ["price_cents int", { column: "price_cents", divisor: 100 }],
    ["price_in_cents int", { column: "price_in_cents", divisor: 100 }],
    ["amount_minor int", { column: "amount_minor", divisor: 100 }],
    ["price_minor_units int", { column: "price_minor_units", divisor: 100 }],
    ["price_cents decimal", "price_cents"],
    ["price_eur decimal", "price_eur"],
    ["unitPrice decimal", "unitPrice"],
    ["cost decimal, list_price decimal", "list_price"],
    ["compare_at_price decimal, price decimal", "price"],
    ["old_price decimal, sale_price decimal", "sale_price"],
  ])("%s gives %j", (columns, price) => {
    expect(sourceOf(items(columns))).toMatchObject({ items: { price } });
  });

  it("does not take for the price what the shop paid, and keeps it from the features", () => {
    const columns = "buyPrice decimal, unit_cost decimal, wholesale_price decimal";
    const guess = guessOf(items(columns));
    expect(guess.missing.map(({ path }) => path)).toEqual(["source.items.price"]);
    expect(findingOf(guess.items.findings, "excludeFeatures")?.value).toEqual([
      "buyPrice",
      "unit_cost",
      "wholesale_price",
    ]);
  });

  it("says which column would have been the price, were it a number", () => {
    expect(guessOf(items("price varchar")).missing).toEqual([
      { path: "source.items.price", why: expect.stringContaining("price is varchar, which does not fit") },
    ]);
  });

  it("takes the currency that a column names, or is named after", () => {
    const values = (): { values: string[]; all: boolean } => ({ values: ["CHF"], all: true });
    expect(configOf(guessOf(items("price decimal, currency varchar"), { values }))).toMatchObject({
      shop: { currency: "CHF" },
    });
    expect(configOf(guessOf(items("price_eur decimal")))).toMatchObject({ shop: { currency: "EUR" } });
    expect(findingOf(guessOf({}).shop, "currency")).toMatchObject({
      value: "USD",
      why: expect.stringContaining("assumed"),
    });
  });
});

describe("how change is found", () => {
  it.each([
    ["updated_at datetime indexed", { kind: "cursor", column: "updated_at" }],
    ["last_update datetime", { kind: "cursor", column: "last_update" }],
    ["modified datetime", { kind: "cursor", column: "modified" }],
    ["ModifiedDate datetime", { kind: "cursor", column: "ModifiedDate" }],
    ["updated_at datetime, changed_on datetime indexed", { kind: "cursor", column: "changed_on" }],
    ["updated_at datetime null, modified datetime", { kind: "cursor", column: "modified" }],
    ["updated_at datetime null", undefined],
    ["updated_at date", undefined],
    ["updated_by int", undefined],
    ["created_at datetime", undefined],
  ])("%s gives %j", (columns, change) => {
    const found = sourceOf(items(`price decimal, ${columns}`)) as { items: { change?: unknown } };
    expect(found.items.change).toEqual(change);
  });

  it("says what is wrong with a column that is not indexed, and with one that may be NULL", () => {
    const whyOf = (columns: string): string | undefined =>
      findingOf(guessOf(items(`price decimal, ${columns}`)).items.findings, "change")?.why;
    expect(whyOf("updated_at datetime")).toContain("no index begins with it");
    expect(whyOf("updated_at datetime null")).toContain("updated_at may be NULL");
  });
});

describe("categories", () => {
  it.each([
    ["a column", "products: id int key, name varchar, price decimal, productGroup varchar", "", "productGroup"],
    [
      "a key of the item",
      "products: id int key, name varchar, price decimal, department_id int",
      "departments: id int key, title varchar",
      {
        table: "products",
        item: "id",
        category: "department_id",
        names: { table: "departments", key: "id", name: "title" },
      },
    ],
    [
      "a table of links",
      "products: id int key, name varchar, price decimal",
      "categories: id int key, name varchar\nproduct_categories: product_id int key, category_id int key",
      {
        table: "product_categories",
        item: "product_id",
        category: "category_id",
        names: { table: "categories", key: "id", name: "name" },
      },
    ],
    [
      "a table of texts",
      "products: id int key, name varchar, price decimal",
      "product_categories: product_id int key, category varchar key",
      { table: "product_categories", item: "product_id", category: "category" },
    ],
    ["a number without names", "products: id int key, name varchar, price decimal, category int", "", "category"],
  ])("%s", (_name, products, more, category) => {
    expect(guessOf({ items: products, more }).missing).toEqual([]);
    expect(sourceOf({ items: products, more })).toMatchObject({ items: { category } });
  });

  it("that are texts need no looking up, though a table lists them", () => {
    const products = "products: id int key, name varchar, price decimal, line varchar >product_lines.line";
    const more = "product_lines: line varchar key, description varchar";
    const category = (parts: Partial<typeof SHOP>): Finding | undefined =>
      findingOf(guessOf(parts).items.findings, "category");
    expect(category({ items: products, more })).toMatchObject({ value: "line", or: [] });
    const coded = {
      items: "products: id int key, name varchar, price decimal, line_code varchar >product_lines.line_code",
      more: "product_lines: line_code varchar key, description varchar",
    };
    expect(category(coded)).toMatchObject({
      value: "line_code",
      why: "line_code is a foreign key to product_lines, which has no other name for it",
    });
  });

  it("are not what merely has a name: brands and suppliers", () => {
    const products = "products: id int key, name varchar, price decimal, brand_id int, supplier_id int";
    const more = "brands: id int key, name varchar\nsuppliers: id int key, name varchar";
    expect(guessOf({ items: products, more }).missing.map(({ path }) => path)).toEqual(["source.items.category"]);
  });
});

describe("users", () => {
  const users =
    "customers: id int key, email varchar, first_name varchar, phone varchar, birth_date date, password_hash varchar, " +
    "street varchar, city varchar, zip_code varchar, country_code varchar, segment varchar, credit_limit decimal, " +
    "loyalty_tier varchar, notes varchar, ip_address varchar, deleted_at datetime null";

  it("become known by what is harmless only", () => {
    expect(sourceOf({ users })).toMatchObject({
      users: {
        country: "country_code",
        features: ["city", "zip_code", "country_code", "segment", "credit_limit", "loyalty_tier"],
        deleted: "deleted_at",
      },
    });
  });

  it("have everything else listed as personal", () => {
    expect(guessOf({ users }).users.notes).toEqual([
      "may be personal: not taken: email, first_name, phone, birth_date, password_hash, street, notes, ip_address",
    ]);
  });

  it("are never known by their e-mail address", () => {
    const guess = guessOf({ users: "customers: email varchar key, country varchar" });
    expect(guess.missing).toEqual([{ path: "source.users.key", why: expect.stringContaining("is personal") }]);
  });

  it("are never asked anything", () => {
    const database = databaseFrom(
      Object.values({ ...SHOP, users: `${users}, status varchar, currency varchar` }).join("\n"),
    );
    expect(questionsOf(database).map(({ table }) => table)).not.toContain("customers");
  });
});

describe("items", () => {
  it("have no name in a table about something else", () => {
    const products = "products: id int key, category varchar, price decimal, brand_id int";
    const { missing } = guessOf({ items: products, more: "brands: id int key, name varchar" });
    expect(missing).toEqual([{ path: "source.items.name", why: expect.not.stringContaining("brands") }]);
  });

  it("are hidden by what says so, never by its opposite", () => {
    expect(sourceOf(items("price decimal, is_hidden bool"))).toMatchObject({ items: { hidden: "is_hidden" } });
    const hidden = findingOf(guessOf(items("price decimal, is_active bool")).items.findings, "hidden");
    expect(hidden).toMatchObject({ value: null, why: expect.stringContaining("is_active says the opposite") });
  });

  it("are gone by a time or a truth of deletion", () => {
    expect(sourceOf(items("price decimal, deleted_at datetime null"))).toMatchObject({
      items: { deleted: "deleted_at" },
    });
    expect(sourceOf(items("price decimal, isDeleted bool"))).toMatchObject({ items: { deleted: "isDeleted" } });
    expect(sourceOf(items("price decimal, deleted_by int"))).not.toHaveProperty("items.deleted");
  });

  it("have JSON taken apart where every row that was looked at is an object", () => {
    const columns = items("price decimal, attributes json, specs json, gallery json");
    const objects: Answers["objects"] = (_, column) => ({ rows: 10, matching: column === "specs" ? 9 : 10 });
    expect(sourceOf(columns, { objects })).toMatchObject({ items: { attributes: ["attributes"] } });
  });

  it("have the key that lines refer to, though it is not the primary one", () => {
    const products = "products: id int key, sku varchar unique, name varchar, category varchar, price decimal";
    const lines =
      "order_lines: id int key, order_id int >orders.id, sku varchar >products.sku, quantity int, price decimal";
    const ratings = "ratings: customer_id int, sku varchar >products.sku, rating int";
    expect(sourceOf({ items: products, lines, ratings })).toMatchObject({
      items: { key: "sku" },
      orders: { lines: { item: "sku" } },
      ratings: { item: "sku" },
    });
  });
});

describe("orders", () => {
  it.each([
    ["Cancelled", true],
    ["canceled", true],
    ["CANCELLED_BY_CUSTOMER", true],
    ["refunded", true],
    ["void", true],
    ["voided", true],
    ["payment_failed", true],
    ["storniert", true],
    ["PartiallyRefunded", false],
    ["refund requested", false],
    ["not cancelled", false],
    ["avoidance", false],
    ["shipped", false],
    ["On Hold", false],
  ])("the status %s means that an order does not count: %s", (value, cancelled) => {
    expect(isCancelled(value)).toBe(cancelled);
  });

  it("take the status whose values tell of cancelled orders", () => {
    const orders = "orders: id int key, customer_id int, ordered_at datetime, status varchar, payment_status varchar";
    const values: Answers["values"] = (_, column) => ({
      values: column === "payment_status" ? ["paid", "refunded"] : ["new", "sent"],
      all: true,
    });
    expect(sourceOf({ orders }, { values })).toMatchObject({
      orders: { status: "payment_status", cancelled: ["refunded"] },
    });
  });

  it("read a status that is a key by the names of its table", () => {
    const orders = "orders: id int key, customer_id int, ordered_at datetime, status_id int >order_statuses.id";
    const more = "order_statuses: id int key, name varchar";
    const labels = (): { key: string; label: string }[] => [
      { key: "1", label: "New" },
      { key: "7", label: "Cancelled" },
    ];
    const database = databaseFrom(Object.values({ ...SHOP, orders, more }).join("\n"));
    expect(questionsOf(database)).toContainEqual({
      kind: "labels",
      table: "order_statuses",
      column: "id",
      label: "name",
    });
    expect(sourceOf({ orders, more }, { labels })).toMatchObject({ orders: { status: "status_id", cancelled: ["7"] } });
  });

  it("belong to who bought, not to who wrote them down", () => {
    const orders =
      "orders: id int key, created_by_customer_id int >customers.id, customer_id int >customers.id, ordered_at datetime";
    expect(sourceOf({ orders })).toMatchObject({ orders: { user: "customer_id" } });
  });

  it("count pieces, and not cents", () => {
    const lines = "order_lines: id int key, order_id int, product_id int, unit_cents int, copies int";
    expect(sourceOf({ lines })).toMatchObject({
      orders: { lines: { quantity: "copies", price: { column: "unit_cents", divisor: 100 } } },
    });
  });

  it("stand in the file as a comment while their lines have no price of a piece", () => {
    const lines = "order_lines: id int key, order_id int, product_id int, quantity int, line_total decimal";
    const guess = guessOf({ lines });
    expect(guess.orders.kind).toBe("found");
    expect(sourceOf({ lines })).not.toHaveProperty("orders");
    expect(guess.missing).toEqual([]);
  });
});

describe("ratings", () => {
  it("are refused where they go beyond 5, since all of those would be set aside", () => {
    const range = (): { least: number; greatest: number } => ({ least: 0, greatest: 100 });
    const guess = guessOf({}, { range });
    expect(sourceOf({}, { range })).not.toHaveProperty("ratings");
    if (guess.ratings.kind !== "found") throw new Error("The table was not found.");
    expect(findingOf(guess.ratings.guess.findings, "rating")?.why).toContain("rating holds 0 to 100");
  });

  it("need both a user and an item", () => {
    const guess = guessOf({ ratings: "reviews: id int key, order_id int >orders.id, rating int" });
    expect(guess.ratings).toMatchObject({ kind: "absent", why: expect.stringContaining("reviews looks like ratings") });
  });
});
