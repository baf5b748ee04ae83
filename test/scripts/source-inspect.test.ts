import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import project from "../../endcap.config.ts";
import type { EndcapConfig } from "../../domain/config/schema.ts";
import { parseAddress } from "../../scripts/source/read/address.ts";
import { openSession } from "../../scripts/source/read/open-session.ts";
import { fill } from "../source/databases.ts";
import { evaluateConfig } from "../source/evaluate.ts";
import { TEST_SERVERS, type TestDatabase, type TestServer } from "../support/databases.ts";
import { createShop } from "../sync/shop-database.ts";
import { type Ended, runEndcap } from "./cli.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "endcap-inspect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inspect(url: string, ...options: readonly string[]): Promise<Ended> {
  return runEndcap(["source", "inspect", url, ...options]);
}

const guessSchema = z.object({
  config: z.object({ shop: z.unknown(), source: z.unknown() }),
  missing: z.array(z.object({ path: z.string(), why: z.string() })),
  tables: z.array(z.object({ name: z.string(), is: z.string(), why: z.string() })),
  grants: z.array(z.string()),
});

function lines(text: string): string[] {
  return text.trim().split("\n");
}

/** Every table and column of a configuration, as one text each: `.orders.lines.item="productCode"`. */
function namesIn({ users, items, orders, ratings }: EndcapConfig["source"]): string[] {
  const skipped = new Set(["via", "kind", "divisor", "image", "url"]);
  const walk = (value: unknown, path: string): string[] => {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.map((member) => `${path}=${JSON.stringify(member)}`);
    if (typeof value !== "object" || value === null) return [`${path}=${JSON.stringify(value)}`];
    return Object.entries(value).flatMap(([name, member]) =>
      skipped.has(name) ? [] : walk(member, `${path}.${name}`),
    );
  };
  return walk({ users, items, orders, ratings }, "").toSorted();
}

const servers = new Map<TestServer["dialect"], TestServer>();
beforeAll(async () => {
  for (const { dialect, start } of TEST_SERVERS) {
    const server = await start();
    if (server !== null) servers.set(dialect, server);
  }
});
afterAll(async () => {
  for (const server of servers.values()) await server.stop();
});

/** A test that needs a server: skipped where there is none. */
function onServer(dialect: TestServer["dialect"], name: string, work: (server: TestServer) => Promise<void>): void {
  it(name, async ({ skip }) => {
    const server = servers.get(dialect);
    if (server === undefined) return skip();
    return work(server);
  });
}

async function databaseWith(server: TestServer, name: Parameters<typeof fill>[1]): Promise<TestDatabase> {
  return fill(await server.createDatabase(), name);
}

describe.each(TEST_SERVERS)("a $dialect database", ({ dialect }) => {
  onServer(
    dialect,
    "with the scale model shop gives the tables and columns of the project's configuration",
    async (one) => {
      const shop = await createShop(one);
      const { status, stdout, stderr } = await inspect(shop.url);
      expect({ status, missing: stderr.includes("was not found") }).toEqual({ status: 0, missing: false });
      expect(namesIn(evaluateConfig(stdout).source)).toEqual(namesIn(project.source));
      expect(stderr).toContain("customers (4 rows): users: its name; orders.customerNumber refers to it");
      expect(stderr).toContain("orderdetails (3 rows): lines of orders");
    },
  );

  onServer(dialect, "is written to a file that runs where endcap.config.ts stands", async (one) => {
    const shop = await createShop(one);
    const file = join(folder, `${dialect}.config.ts`);
    const { status, stdout } = await inspect(shop.url, "--out", file);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    const text = readFileSync(file, "utf8");
    expect(text).toContain('import { defineConfig } from "./domain/config/schema.ts";');
    // The same import, from where the file lies now.
    writeFileSync(file, text.replace("./domain", pathToFileURL(join(ROOT, "domain")).href));
    const loaded = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { default: EndcapConfig };
    expect(loaded.default).toEqual(evaluateConfig(text));

    const again = await inspect(shop.url, "--out", file);
    expect(again.status).toBe(1);
    expect(lines(again.stderr)).toEqual([expect.stringContaining(`${file} exists already`)]);
    expect((await inspect(shop.url, "--out", file, "--force")).status).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  onServer(dialect, "whose names say little is told apart line by line, without a crash", async (one) => {
    const { url } = await databaseWith(one, "LEDGER");
    const { status, stdout, stderr } = await inspect(url);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("Nothing in this database looks like a shop");
    expect(lines(stderr).filter((line) => line.startsWith("endcap source: "))).toEqual([
      expect.stringMatching(/^endcap source: source\.users\.table was not found: fill in the table/),
      expect.stringMatching(/^endcap source: source\.items\.table was not found: fill in the table/),
    ]);
  });

  onServer(dialect, "that is no shop is said to be none, and nothing is written", async (one) => {
    const { url } = await databaseWith(one, "WEATHER");
    const file = join(folder, `${dialect}-weather.config.ts`);
    const { status, stderr } = await inspect(url, "--out", file);
    expect(status).toBe(1);
    expect(stderr).toContain("Nothing in this database looks like a shop");
    expect(existsSync(file)).toBe(false);
    const json = await inspect(url, "--json");
    expect(guessSchema.parse(JSON.parse(json.stdout)).tables).toEqual([]);
  });

  onServer(dialect, "without a table is said to be empty", async (one) => {
    const { url } = await one.createDatabase();
    const { status, stderr } = await inspect(url);
    expect(status).toBe(1);
    expect(lines(stderr).at(-1)).toMatch(/^endcap source: The database .* has no table that the user ".*" may read\./);
    expect((await inspect(url, "--schema", "nowhere")).stderr).toContain('The schema "nowhere" has no table');
  });

  onServer(dialect, "is only read: nothing can be changed through the connection", async (one) => {
    const shop = await createShop(one);
    const session = await openSession(parseAddress(shop.url));
    try {
      const [table, column] = [session.name("ratings"), session.name("productRating")];
      await expect(session.read(`UPDATE ${table} SET ${column} = 1`)).rejects.toThrow(/read.only/i);
      expect(await session.read(`SELECT max(${column}) AS n FROM ${table}`)).toEqual([{ n: "5" }]);
    } finally {
      await session.close();
    }
  });
});

describe("a PostgreSQL shop of another kind", () => {
  let boutique: TestDatabase;
  beforeAll(async () => {
    const server = servers.get("postgres");
    if (server !== undefined) boutique = await databaseWith(server, "BOUTIQUE");
  });

  onServer("postgres", "gives uuids, cents, soft deletes, JSON attributes, linked categories and cursors", async () => {
    const { status, stdout, stderr } = await inspect(boutique.url, "--json");
    expect(status).toBe(0);
    const { config, missing, tables } = guessSchema.parse(JSON.parse(stdout));
    expect(missing).toEqual([]);
    const cursor = { kind: "cursor", column: "updated_at" };
    expect(config).toEqual({
      shop: { name: expect.any(String), currency: "CHF" },
      source: {
        users: {
          table: "accounts",
          key: "id",
          country: "country_code",
          features: ["country_code", "city", "segment"],
          deleted: "deleted_at",
          change: cursor,
        },
        items: {
          table: "products",
          key: "id",
          name: "title",
          category: {
            table: "product_categories",
            item: "product_id",
            category: "category_id",
            names: { table: "categories", key: "id", name: "name" },
          },
          price: { column: "price_cents", divisor: 100 },
          stock: "units_in_stock",
          hidden: "is_hidden",
          image: "{image_url}",
          url: "{product_url}",
          public: ["brand", "color"],
          attributes: ["attributes"],
          excludeFeatures: ["cost_cents", "search"],
          deleted: "deleted_at",
          change: cursor,
        },
        orders: {
          table: "orders",
          key: "id",
          user: "account_id",
          time: "placed_at",
          status: "status",
          cancelled: ["cancelled", "refunded"],
          change: cursor,
          lines: {
            table: "order_items",
            order: "order_id",
            item: "product_id",
            quantity: "quantity",
            price: { column: "unit_price_cents", divisor: 100 },
          },
        },
        ratings: { table: "reviews", user: "account_id", item: "product_id", rating: "stars", time: "created_at" },
      },
    });
    expect(tables.map(({ name, is }) => `${name}: ${is}`)).toEqual([
      "accounts: users",
      "products: items",
      "product_categories: categories of items",
      "categories: categories of items",
      "orders: orders",
      "order_items: lines of orders",
      "reviews: ratings",
    ]);
    expect(stderr).not.toContain("was not found");
  });

  onServer("postgres", "has its people listed by column and never by value", async () => {
    const { stdout, stderr } = await inspect(boutique.url);
    expect(evaluateConfig(stdout).source.users.key).toBe("id");
    expect(stdout).toContain('key: "id", // the primary key');
    expect(stdout).toContain("make sure that every change sets it; indexed");
    expect(stdout).toContain("may be personal: not taken: email, full_name, phone, born_on, marketing_opt_in");
    expect(stdout + stderr).not.toMatch(/secret|Bern|\+41/i);
  });

  onServer(
    "postgres",
    "lets the user that the summary proposes read what the configuration names, and nothing else",
    async () => {
      const { stdout } = await inspect(boutique.url, "--json");
      const { grants } = guessSchema.parse(JSON.parse(stdout));
      const role = `endcap_reader_${process.pid}`;
      for (const statement of grants) await boutique.run(statement.replaceAll(/\bendcap\b/g, role));
      const session = await openSession(parseAddress(boutique.url));
      try {
        const rows = await session.read(
          `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
           AND has_table_privilege('${role}', oid, 'SELECT') ORDER BY relname`,
        );
        const read = ["accounts", "categories", "order_items", "orders", "product_categories", "products", "reviews"];
        expect(rows).toEqual(read.map((name) => ({ name })));
      } finally {
        await session.close();
        await boutique.run(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      }
    },
  );

  onServer(
    "postgres",
    "is found in other schemas when these are asked for, and hinted at when they are not",
    async (server) => {
      const database = await server.createDatabase();
      await database.run(`CREATE SCHEMA people; CREATE SCHEMA "Sales";
        CREATE TABLE people.customers (id int PRIMARY KEY, email text, country text);
        CREATE TABLE "Sales".products (id int PRIMARY KEY, name text, category text, price numeric);
        CREATE TABLE "Sales".orders (id int PRIMARY KEY, buyer int REFERENCES people.customers, ordered_at timestamptz);
        CREATE TABLE "Sales".order_items (id int PRIMARY KEY, order_id int REFERENCES "Sales".orders,
          product_id int REFERENCES "Sales".products, quantity int, price numeric)`);
      expect((await inspect(database.url)).stderr).toMatch(/Others that can be read, with --schema: .*\bpeople\b/);
      const { status, stdout, stderr } = await inspect(database.url, "--schema", "Sales", "--schema", "people");
      expect(status).toBe(0);
      expect(evaluateConfig(stdout).source).toMatchObject({
        users: { table: "people.customers" },
        items: { table: "Sales.products" },
        orders: { table: "Sales.orders", user: "buyer", lines: { table: "Sales.order_items" } },
      });
      expect(stderr).toContain('GRANT USAGE ON SCHEMA "people" TO endcap;');
      expect(stderr).toContain('GRANT SELECT ON "Sales"."products" TO endcap;');
    },
  );
});

describe("a MariaDB shop of another kind", () => {
  onServer(
    "mysql",
    "gives JSON by its check, a time that sets itself, and a status by the names of its keys",
    async (server) => {
      const { url } = await databaseWith(server, "BAZAAR");
      const { status, stdout, stderr } = await inspect(url);
      expect({ status, missing: stderr.includes("was not found") }).toEqual({ status: 0, missing: false });
      expect(evaluateConfig(stdout).source).toMatchObject({
        users: { table: "users", key: "id", country: "country" },
        items: {
          table: "items",
          category: { kind: "column", column: "type" },
          stock: "qty",
          attributes: ["specs"],
          change: { kind: "cursor", column: "changed" },
        },
        orders: {
          table: "sales",
          user: "user_id",
          status: "status_id",
          cancelled: ["3"],
          lines: { table: "sale_items", order: "sale_id", item: "item_id", quantity: "qty" },
        },
      });
      expect(stdout).toContain("the database sets it; indexed");
      expect(stdout).toContain('the names of order_status say so: 3 is "Cancelled"');
      expect(stdout).toContain("if these are cents, write { column, divisor: 100 }");
      expect(stdout).toContain("which holds no whole addresses");
      expect(stdout + stderr).not.toContain("secret.person");
      expect(stderr).toMatch(/GRANT SELECT ON `.*`\.`sale_items` TO 'endcap'@'%';/);
      expect(stderr).toContain("npm start -- --replica 'mysql://endcap:PASSWORD@127.0.0.1:");
    },
  );

  onServer("mysql", "is refused in one line without the password when that is wrong", async (server) => {
    const url = new URL((await server.createDatabase()).url);
    url.password = "hunter2secret";
    const { status, stdout, stderr } = await inspect(url.href);
    expect(status).toBe(1);
    expect(lines(stderr).at(-1)).toBe(
      `endcap source: The server refuses the user "${url.username}": wrong name or password.`,
    );
    expect(stdout + stderr).not.toContain("hunter2secret");
  });

  onServer("mysql", "is said not to be there when it is not", async (server) => {
    const url = new URL((await server.createDatabase()).url);
    url.pathname = "/elsewhere";
    expect(lines((await inspect(url.href)).stderr).at(-1)).toBe(
      'endcap source: There is no database "elsewhere" on the server.',
    );
  });
});

it.each([
  ["another kind of database", "redis://u:hunter2secret@localhost/0", '"redis:" is no database that can be inspected'],
  ["no address", "localhost", "The address must be mysql://user:password@host:port/database"],
  ["no user", "mysql://localhost/shop", "The address must be mysql://"],
  ["a password that ends the address", "mysql://u:hunter2#secret@localhost/shop", "(# is %23)"],
  ["a password that looks like a host", "mysql://u:p@hunter2/secret@localhost/shop", "(# is %23)"],
  ["no database", "postgres://u:hunter2secret@localhost", "Name the database in the address"],
  ["a port where nothing listens", "postgres://u:hunter2secret@127.0.0.1:1/shop", "Nothing listens at 127.0.0.1:1"],
  ["the same in MySQL", "mariadb://u:hunter2secret@127.0.0.1:1/shop", "Nothing listens at 127.0.0.1:1"],
  ["a host that is none", "mysql://u:hunter2secret@nowhere.invalid/shop", 'host "nowhere.invalid"'],
])("refuses %s in one line, without the password", async (_name, url, message) => {
  const { status, stdout, stderr } = await inspect(url);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(lines(stderr).at(-1)).toContain(message);
  expect(lines(stderr).filter((line) => line.startsWith("endcap source"))).toHaveLength(1);
  expect(stderr).not.toContain("hunter2");
});

it("says what it takes, and what to do when something else is asked of it", async () => {
  const help = await runEndcap(["source", "--help"]);
  expect(help.stdout).toContain("endcap source inspect URL [--schema NAME …] [--out FILE] [--force] [--json]");
  expect((await runEndcap(["source"])).stderr).toContain("Say what to do: endcap source inspect URL");
  expect((await runEndcap(["source", "inspect"])).stderr).toContain("Name the database");
});
