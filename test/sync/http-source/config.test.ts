import { expect, it } from "vitest";

import { defineConfig, type EndcapConfigInput } from "../../../domain/config/schema.ts";

const HTTP = { url: "https://shop.example/api" };
const ITEMS = { table: "products", key: "id", name: "name", category: "category", price: "price" };
const LINKS = { table: "product_categories", item: "product", category: "category" };

function shopWith(source: Partial<EndcapConfigInput["source"]>): EndcapConfigInput {
  const users = { table: "users", key: "id" };
  return { shop: { name: "Shop", currency: "EUR" }, source: { users, items: ITEMS, ...source } };
}

it("is refused when an entity is to be read by HTTP, and nothing says where that is", () => {
  const source = { items: { ...ITEMS, via: "http" } } as const;
  expect(() => defineConfig(shopWith(source))).toThrow("source.items.via: needs source.http");
  expect(() => defineConfig(shopWith({ ...source, http: HTTP }))).not.toThrow();
});

it("is refused when items are to be read by HTTP, and their categories from a table of links", () => {
  const items = { ...ITEMS, category: LINKS };
  expect(() => defineConfig(shopWith({ items: { ...items, via: "http" }, http: HTTP }))).toThrow(
    "source.items.category: by HTTP the category is a member of the item",
  );
  expect(() => defineConfig(shopWith({ items, http: HTTP }))).not.toThrow();
});
