import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type DemoShop, generateDemoShop } from "../../scripts/demo-shop/generate.ts";
import { demoShopSql } from "../../scripts/demo-shop/sql.ts";

const shop = generateDemoShop({
  seed: 7,
  customers: 60,
  products: 40,
  now: new Date("2026-11-21T10:00:00.000Z"),
});
// Whatever a text holds must arrive as it is.
const AWKWARD = "L'atelier \\ 'Zoë' \"№ 1\"; -- DROP";
const awkward: DemoShop = {
  ...shop,
  products: shop.products.map((row, position) => (position === 0 ? { ...row, productDescription: AWKWARD } : row)),
};

describe("the demo shop's SQL for PostgreSQL", () => {
  let database: PGlite;
  beforeAll(async () => {
    database = await PGlite.create();
    for (const statement of demoShopSql(awkward, "postgres")) await database.exec(statement);
  });
  afterAll(() => database.close());

  async function rows(query: string): Promise<Record<string, unknown>[]> {
    return (await database.query<Record<string, unknown>>(query)).rows;
  }

  it("fills every table with every row", async () => {
    const histories = [...shop.histories()];
    const expected = {
      productlines: shop.productlines.length,
      products: shop.products.length,
      customers: shop.customers.length,
      orders: histories.reduce((sum, { orders }) => sum + orders.length, 0),
      orderdetails: histories.reduce((sum, { orderdetails }) => sum + orderdetails.length, 0),
      ratings: histories.reduce((sum, { ratings }) => sum + ratings.length, 0),
    };
    expect(expected.orderdetails).toBeGreaterThan(500);
    for (const [table, count] of Object.entries(expected)) {
      expect(await rows(`SELECT count(*)::int AS count FROM ${table}`)).toEqual([{ count }]);
    }
  });

  it("keeps quotes, backslashes and letters of any script as they are", async () => {
    const [product] = await rows(
      `SELECT "productDescription" FROM products ORDER BY "productCode" = '${shop.products[0]?.productCode}' DESC`,
    );
    expect(product?.["productDescription"]).toBe(AWKWARD);
    const stored = await rows(
      `SELECT "customerName", "postalCode", "creditLimit"::float8 FROM customers ORDER BY "customerNumber"`,
    );
    expect(stored).toEqual(
      shop.customers.map(({ customerName, postalCode, creditLimit }) => ({ customerName, postalCode, creditLimit })),
    );
  });

  it("keeps times to the second, in UTC", async () => {
    const [order] = await rows(`SELECT "orderDate" FROM orders ORDER BY "orderNumber"`);
    const [history] = [...shop.histories()];
    expect(order?.["orderDate"]).toEqual(history?.orders[0]?.orderDate);
  });

  it("gives each table its primary key", async () => {
    const keys = await rows(
      `SELECT table_name FROM information_schema.table_constraints WHERE constraint_type = 'PRIMARY KEY' AND table_schema = 'public' ORDER BY table_name`,
    );
    expect(keys.map((key) => key["table_name"])).toEqual([
      "customers",
      "orderdetails",
      "orders",
      "productlines",
      "products",
      "ratings",
    ]);
  });
});

describe("the demo shop's SQL for MySQL", () => {
  const statements = [...demoShopSql(awkward, "mysql")];

  it("quotes names with backticks, doubles backslashes, and says that it is UTF-8", () => {
    const all = statements.join("\n");
    expect(statements[0]).toBe("SET NAMES utf8mb4;");
    expect(all).toContain("CREATE TABLE `orderdetails`");
    expect(all).toContain("PRIMARY KEY (`orderNumber`, `productCode`)");
    expect(all).toContain(`'L''atelier \\\\ ''Zoë'' "№ 1"; -- DROP'`);
    expect(all).toMatch(/'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d'/);
  });

  it("ends every statement with a semicolon and holds at most 500 rows in one", () => {
    for (const statement of statements) {
      expect(statement.endsWith(";")).toBe(true);
      expect(statement.split("\n(").length - 1).toBeLessThanOrEqual(500);
    }
  });
});
