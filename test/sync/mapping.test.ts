import { describe, expect, it } from "vitest";

import config from "../../endcap.config.ts";
import { recordHash } from "../../domain/sync/compare.ts";
import { mapItem } from "../../domain/sync/map-item.ts";
import { mapOrder } from "../../domain/sync/map-order.ts";
import { mapRating } from "../../domain/sync/map-rating.ts";
import { mapUser } from "../../domain/sync/map-user.ts";
import { nextEntry } from "../../domain/sync/quarantine.ts";
import type { ColumnKind, TableDescription } from "../../domain/sync/replica.ts";
import { schemaProblems, tableNeeds } from "../../domain/sync/source-schema.ts";

const { users, items, orders, ratings } = config.source;
if (orders === undefined || ratings === undefined)
  throw new Error("The project's configuration has all four entities.");

function table(name: string, columns: Record<string, ColumnKind>): TableDescription {
  const described = Object.entries(columns).map(([column, kind]) => ({
    name: column,
    kind,
    type: kind,
    declared: kind,
    nullable: true,
    length: null,
    default: null,
    characterSet: null,
  }));
  return { table: name, columns: described, primaryKey: [], rows: 0 };
}

const PRODUCTS = table("products", {
  productCode: "text",
  productName: "text",
  productLine: "text",
  productScale: "text",
  productVendor: "text",
  productDescription: "text",
  quantityInStock: "number",
  buyPrice: "number",
  MSRP: "number",
  photo: "binary",
});
const CUSTOMERS = table("customers", {
  customerNumber: "number",
  customerName: "text",
  city: "text",
  postalCode: "text",
  country: "text",
  creditLimit: "number",
});
const ORDERS = table("orders", { orderNumber: "number", orderDate: "date", status: "text", customerNumber: "number" });
const LINES = table("orderdetails", {
  orderNumber: "number",
  productCode: "text",
  quantityOrdered: "number",
  priceEach: "number",
});
const RATINGS = table("ratings", { customerNumber: "number", productCode: "text", productRating: "number" });

const PRODUCT = {
  productCode: "P10_1001",
  productName: "1968 Kestrel",
  productLine: "Classic Cars",
  productScale: "1:10",
  productVendor: "Foundry Nine",
  productDescription: "Fine",
  quantityInStock: "640",
  buyPrice: "41.20",
  MSRP: "88.40",
};
const CUSTOMER = {
  customerNumber: "103",
  customerName: "Atelier",
  city: "Brest",
  postalCode: "29200",
  country: "France",
  creditLimit: "18500.00",
};

describe("an item", () => {
  it("has every column as a feature but its key, its stock, excluded ones and binary ones", () => {
    expect(mapItem(PRODUCT, PRODUCTS, items)).toEqual({
      ok: true,
      value: {
        itemId: "P10_1001",
        name: "1968 Kestrel",
        category: "Classic Cars",
        price: 88.4,
        stock: 640,
        hidden: false,
        image: "/pictures/classic-cars.svg",
        url: null,
        publicValues: { productScale: "1:10", productVendor: "Foundry Nine" },
        features: {
          MSRP: 88.4,
          productDescription: "Fine",
          productLine: "Classic Cars",
          productName: "1968 Kestrel",
          productScale: "1:10",
          productVendor: "Foundry Nine",
        },
      },
    });
  });

  it("hashes alike when the source reorders its columns", () => {
    const reordered = { ...PRODUCTS, columns: PRODUCTS.columns.toReversed() };
    const [one, other] = [mapItem(PRODUCT, PRODUCTS, items), mapItem(PRODUCT, reordered, items)];
    expect(one.ok && other.ok && recordHash(one.value) === recordHash(other.value)).toBe(true);
  });

  it.each([
    [{ quantityInStock: "-5" }, { stock: 0 }],
    [{ quantityInStock: null }, { stock: null }],
    [{ productName: null }, { name: "P10_1001" }],
    [{ productLine: null }, { category: "", image: null }],
  ])("with %j has %j", (cells, expected) => {
    expect(mapItem({ ...PRODUCT, ...cells }, PRODUCTS, items)).toMatchObject({ ok: true, value: expected });
  });

  it.each([
    [{ productCode: "" }, "key_missing"],
    [{ productCode: null }, "key_missing"],
    [{ productCode: "x".repeat(129) }, "key_too_long"],
    [{ MSRP: null }, "price_not_a_number"],
    [{ MSRP: "free" }, "price_not_a_number"],
    [{ MSRP: "NaN" }, "price_not_a_number"],
    [{ MSRP: "-0.01" }, "price_negative"],
  ])("with %j is set aside as %s", (cells, kind) => {
    expect(mapItem({ ...PRODUCT, ...cells }, PRODUCTS, items)).toMatchObject({ ok: false, error: { kind } });
  });
});

describe("a user", () => {
  it("has only the features that the configuration names, and a normalised country", () => {
    expect(mapUser(CUSTOMER, CUSTOMERS, users)).toEqual({
      ok: true,
      value: {
        userId: "103",
        country: "FR",
        features: { city: "Brest", country: "France", creditLimit: 18_500, postalCode: "29200" },
      },
    });
  });
});

describe("an order", () => {
  const order = { orderNumber: "20001", orderDate: "2004-05-03", status: "Shipped", customerNumber: "103" };
  const line = (
    productCode: string | null,
    quantityOrdered: string,
    priceEach = "1.5",
  ): Record<string, string | null> => ({
    orderNumber: "20001",
    productCode,
    quantityOrdered,
    priceEach,
  });
  const map = (cells: Record<string, string | null>, lines = [line("B", "2"), line("A", "1")]): unknown =>
    mapOrder({ order: { ...order, ...cells }, lines }, ORDERS, LINES, orders);

  it("carries its lines, sorted, and knows only the day of a date column", () => {
    expect(map({})).toEqual({
      ok: true,
      value: {
        orderId: "20001",
        userId: "103",
        orderedAt: Date.UTC(2004, 4, 3),
        dateOnly: true,
        cancelled: false,
        lines: [
          { item_id: "A", quantity: 1, price: 1.5 },
          { item_id: "B", quantity: 2, price: 1.5 },
        ],
      },
    });
  });

  it("is cancelled by the configured status", () => {
    expect(map({ status: "Cancelled" })).toMatchObject({ value: { cancelled: true } });
  });

  it.each([
    [map({ customerNumber: null }), "user_missing"],
    [map({ orderDate: "0000-00-00" }), "time_not_readable"],
    [map({ orderDate: null }), "time_not_readable"],
    [map({}, [line(null, "1")]), "item_missing"],
    [map({}, [line("A", "0")]), "quantity_not_positive"],
    [map({}, [line("A", "1", "-1")]), "price_negative"],
    [
      map(
        {},
        Array.from({ length: 1_001 }, () => line("A", "1")),
      ),
      "too_many_lines",
    ],
  ])("is set aside whole (%#: %s)", (result, kind) => {
    expect(result).toMatchObject({ ok: false, error: { kind } });
  });
});

it.each([
  ["1", true],
  ["5", true],
  ["4.5", true],
  ["0", false],
  ["6", false],
  ["good", false],
  [null, false],
])("a rating of %j is taken: %s", (productRating, taken) => {
  const row = { customerNumber: "103", productCode: "A", productRating };
  expect(mapRating(row, RATINGS, ratings).ok).toBe(taken);
});

describe("quarantine", () => {
  const unknown = { kind: "unknown_item", detail: "There is no item." } as const;
  const price = { kind: "price_negative", detail: "Below 0." } as const;

  it("lets a reference wait one run, then sets the row aside, then writes nothing more", () => {
    const first = nextEntry(undefined, unknown, 7);
    expect(first).toMatchObject({ state: "waiting", firstRun: 7 });
    expect(nextEntry(first ?? undefined, unknown, 7)).toBeNull();
    const second = nextEntry(first ?? undefined, unknown, 8);
    expect(second).toMatchObject({ state: "set_aside", firstRun: 7, lastRun: 8 });
    expect(nextEntry(second ?? undefined, unknown, 9)).toBeNull();
  });

  it("sets other faults aside at once, and begins anew when the fault is another", () => {
    const first = nextEntry(undefined, price, 7);
    expect(first).toMatchObject({ state: "set_aside", firstRun: 7 });
    expect(nextEntry(first ?? undefined, price, 8)).toBeNull();
    expect(nextEntry(first ?? undefined, unknown, 8)).toMatchObject({ state: "waiting", firstRun: 8 });
  });
});

describe("the source's schema", () => {
  const tables = [CUSTOMERS, PRODUCTS, ORDERS, LINES, RATINGS];
  const problems = (changed: readonly TableDescription[]): string[] =>
    schemaProblems(tableNeeds(config.source), changed);

  it("is accepted when it has what the configuration names", () => {
    expect(problems(tables)).toEqual([]);
  });

  it("is refused with one sentence per problem", () => {
    const narrow = table("products", { productCode: "date", productName: "binary" });
    expect(problems([CUSTOMERS, narrow, ORDERS, LINES])).toEqual([
      "Column products.productCode is a date: a key must be text, a number or a uuid.",
      "Column products.productName is binary (binary), which cannot be used.",
      ...["productLine", "MSRP", "quantityInStock"].map((name) => `Table products has no column ${name}.`),
      "The source has no table ratings, or its user may not read it.",
    ]);
  });
});
