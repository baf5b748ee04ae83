import { existsSync, statSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { generateDemoShop } from "../../scripts/demo-shop/generate.ts";

const NOW = new Date("2026-11-21T10:00:00.000Z");
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const OPTIONS = { seed: 7, customers: 120, products: 110, now: NOW };
const PICTURE_BYTES_MAX = 4_096;

const shop = generateDemoShop(OPTIONS);
const histories = [...shop.histories()];
const orders = histories.flatMap((history) => history.orders);
const lines = histories.flatMap((history) => history.orderdetails);
const ratings = histories.flatMap((history) => history.ratings);

describe("the demo shop", () => {
  it("is the same for the same seed, and again each time it is iterated", () => {
    const again = generateDemoShop(OPTIONS);
    expect([...again.histories()]).toEqual(histories);
    expect([...shop.histories()]).toEqual(histories);
    expect({ ...again, histories: null }).toEqual({ ...shop, histories: null });
  });

  it("is another for another seed", () => {
    expect(generateDemoShop({ ...OPTIONS, seed: 8 }).products).not.toEqual(shop.products);
  });

  it("keeps its products when it gets more customers", () => {
    expect(generateDemoShop({ ...OPTIONS, customers: 10 }).products).toEqual(shop.products);
  });

  it("has as many customers and products as asked for, and enough to learn from", () => {
    expect(shop.customers).toHaveLength(120);
    expect(shop.products).toHaveLength(110);
    expect(shop.productlines).toHaveLength(7);
    expect(orders.length / 120).toBeGreaterThan(12);
    expect(lines.length / orders.length).toBeGreaterThan(2);
    expect(ratings.length / 120).toBeGreaterThan(12);
  });

  it("has keys and names that are unique", () => {
    const unique = (values: readonly unknown[]): void => expect(new Set(values).size).toBe(values.length);
    unique(shop.products.map(({ productCode }) => productCode));
    unique(shop.products.map(({ productName }) => productName));
    unique(shop.customers.map(({ customerNumber }) => customerNumber));
    unique(orders.map(({ orderNumber }) => orderNumber));
    unique(lines.map(({ orderNumber, productCode }) => `${orderNumber}|${productCode}`));
    unique(ratings.map(({ customerNumber, productCode }) => `${customerNumber}|${productCode}`));
  });

  it("refers only to rows that it has", () => {
    const products = new Set(shop.products.map(({ productCode }) => productCode));
    const productLines = new Set(shop.productlines.map(({ productLine }) => productLine));
    const orderNumbers = new Set(orders.map(({ orderNumber }) => orderNumber));
    const customers = new Set(shop.customers.map(({ customerNumber }) => customerNumber));
    expect(shop.products.every(({ productLine }) => productLines.has(productLine))).toBe(true);
    expect([...lines, ...ratings].every(({ productCode }) => products.has(productCode))).toBe(true);
    expect(lines.every(({ orderNumber }) => orderNumbers.has(orderNumber))).toBe(true);
    expect([...orders, ...ratings].every(({ customerNumber }) => customers.has(customerNumber))).toBe(true);
  });

  it("sells at prices from 10 to 250, above what it pays, and is sold out of a few things only", () => {
    for (const { MSRP, buyPrice } of shop.products) {
      expect(MSRP).toBeGreaterThanOrEqual(10);
      expect(MSRP).toBeLessThanOrEqual(250);
      expect(buyPrice).toBeLessThan(MSRP);
    }
    const soldOut = shop.products.filter(({ quantityInStock }) => quantityInStock === 0);
    expect(soldOut.length).toBeGreaterThan(0);
    expect(soldOut.length).toBeLessThan(15);
  });

  it("took its orders in the 18 months before now, at times of day, and shipped none in the future", () => {
    for (const { orderDate, shippedDate, requiredDate, status } of orders) {
      expect(orderDate.getTime()).toBeLessThan(NOW.getTime());
      expect(orderDate.getTime()).toBeGreaterThan(NOW.getTime() - 550 * DAY_MILLISECONDS);
      expect(requiredDate > orderDate).toBe(true);
      if (shippedDate !== null) expect(shippedDate > orderDate && shippedDate <= NOW).toBe(true);
      expect(["Shipped", "Disputed"].includes(status)).toBe(shippedDate !== null);
    }
    expect(orders.some(({ orderDate }) => orderDate.getTime() % DAY_MILLISECONDS !== 0)).toBe(true);
  });

  it("holds texts that fit the columns", () => {
    const longest = (values: readonly string[]): number => Math.max(...values.map(({ length }) => length));
    expect(longest(shop.products.map(({ productName }) => productName))).toBeLessThanOrEqual(70);
    expect(longest(shop.products.map(({ productCode }) => productCode))).toBeLessThanOrEqual(15);
    expect(longest(shop.customers.map(({ customerName }) => customerName))).toBeLessThanOrEqual(50);
    expect(longest(shop.customers.map(({ addressLine1 }) => addressLine1))).toBeLessThanOrEqual(50);
    expect(longest(shop.customers.map(({ postalCode }) => postalCode ?? ""))).toBeLessThanOrEqual(15);
  });

  it("has a small picture for every product line", () => {
    for (const { productLine } of shop.productlines) {
      const picture = `web/pictures/${productLine.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.svg`;
      expect(existsSync(picture), picture).toBe(true);
      expect(statSync(picture).size).toBeLessThan(PICTURE_BYTES_MAX);
    }
  });

  it("grows to many products without growing the work of each customer", () => {
    const large = generateDemoShop({ ...OPTIONS, customers: 20, products: 50_000 });
    expect(new Set(large.products.map(({ productName }) => productName)).size).toBe(50_000);
    expect([...large.histories()]).toHaveLength(20);
  });

  it.each([{ customers: 0 }, { products: 0 }, { customers: 1.5 }, { products: 1_000_001 }])(
    "refuses sizes out of bounds: %o",
    (sizes) => {
      expect(() => generateDemoShop({ ...OPTIONS, ...sizes })).toThrow(RangeError);
    },
  );

  it("can be as small as one customer and one product", () => {
    const [history] = [...generateDemoShop({ ...OPTIONS, customers: 1, products: 1 }).histories()];
    expect(new Set(history?.orderdetails.map(({ productCode }) => productCode)).size).toBe(1);
  });
});
