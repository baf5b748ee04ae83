import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { EvaluationRow } from "../../domain/evaluation/split.ts";
import { generateDemoShop } from "../../scripts/demo-shop/generate.ts";

const NOW = new Date("2026-11-21T00:00:00Z");

/** A demo shop as files for an evaluation would hold it. */
export interface DemoShopRows {
  readonly rows: readonly EvaluationRow[];
  readonly users: ReadonlyMap<string, FeatureValues>;
  readonly items: ReadonlyMap<string, FeatureValues>;
}

/** The demo shop's purchases and ratings, and the features that endcap.config.ts names. */
export function demoShopRows(seed: number): DemoShopRows {
  const shop = generateDemoShop({ seed, customers: 120, products: 110, now: NOW });
  const countries = [...new Set(shop.customers.map((customer) => customer.country))].sort();
  // Any two letters that are a country's alone do: the sync's own normalisation is tested where it is.
  const codeOf = (country: string): string => `X${String.fromCodePoint(65 + countries.indexOf(country))}`;
  const users = new Map<string, FeatureValues>();
  for (const { customerNumber, creditLimit, city, postalCode, country } of shop.customers)
    users.set(String(customerNumber), { creditLimit, city, postalCode, country, country_code: codeOf(country) });
  const items = new Map<string, FeatureValues>();
  for (const { productCode, quantityInStock: _stock, buyPrice: _cost, ...features } of shop.products) {
    const { productName: name, productLine: category, MSRP: price } = features;
    items.set(productCode, { ...features, name, category, price });
  }
  const rows: EvaluationRow[] = [];
  for (const { orders, orderdetails, ratings } of shop.histories()) {
    const orderOf = new Map(orders.map((order) => [order.orderNumber, order]));
    for (const line of orderdetails) {
      const order = orderOf.get(line.orderNumber);
      if (order === undefined || order.status === "Cancelled") continue;
      rows.push({
        userId: String(order.customerNumber),
        itemId: line.productCode,
        rating: null,
        at: order.orderDate.getTime(),
        orderId: String(order.orderNumber),
        sessionId: null,
        quantity: line.quantityOrdered,
      });
    }
    for (const { customerNumber, productCode, productRating } of ratings) {
      const row = { userId: String(customerNumber), itemId: productCode, rating: productRating };
      rows.push({ ...row, at: null, orderId: `rating ${productCode}`, sessionId: null, quantity: null });
    }
  }
  return { rows, users, items };
}
