import { describe, expect, it } from "vitest";

import type { Database, DatabaseTable } from "../../scripts/source/database.ts";
import { type ChosenTables, chooseTables } from "../../scripts/source/guess/choose-tables.ts";
import { nameTables } from "../../scripts/source/guess/named-tables.ts";
import { referencesTo } from "../../scripts/source/guess/references.ts";
import { OPENCART } from "./known-schemas.ts";
import { databaseFrom } from "./notation.ts";

function chosenOf(database: Database): ChosenTables {
  return chooseTables(nameTables(database));
}

function namesOf({ users, items, orders, ratings }: ChosenTables): Record<string, string | undefined> {
  return {
    users: users?.table.name,
    items: items?.table.name,
    orders: orders?.table.name,
    lines: orders?.lines.name,
    ratings: ratings?.table.name,
  };
}

describe("tables are chosen", () => {
  const SHOP = `
    customers: id int key, email varchar
    products: id int key, name varchar, category varchar, price decimal
    orders: id int key, customer_id int, ordered_at datetime, status varchar
    order_lines: id int key, order_id int, product_id int, quantity int, price decimal`;

  it("and not their archives, drafts and copies, which look the same", () => {
    const copies = `
      archived_customers: id int key, email varchar, first_name varchar, phone varchar, city varchar
      cart_orders: id int key, customer_id int, ordered_at datetime, status varchar, total decimal
      draft_orders: id int key, customer_id int, ordered_at datetime, status varchar, total decimal
      draft_order_lines: id int key, order_id int, product_id int, quantity int, price decimal
      old_products: id int key, name varchar, category varchar, price decimal, stock int`;
    expect(namesOf(chosenOf(databaseFrom(copies + SHOP)))).toEqual({
      users: "customers",
      items: "products",
      orders: "orders",
      lines: "order_lines",
      ratings: undefined,
    });
  });

  it("that hold the shop's customers and not those who work there", () => {
    const people = `
      admin_users: id int key, email varchar, first_name varchar, last_name varchar, phone varchar, password varchar
      members: id int key, email varchar`;
    expect(chosenOf(databaseFrom(people)).users?.table.name).toBe("members");
  });

  it("only when enough speaks for them", () => {
    expect(chosenOf(databaseFrom("contacts: id int key, name varchar, phone varchar")).users).toBeNull();
  });

  it("that have a key before those that have none", () => {
    const people = "customers: email varchar, first_name varchar, phone varchar\nusers: id int key, email varchar";
    expect(chosenOf(databaseFrom(people)).users?.table.name).toBe("users");
  });

  it.each([
    ["empty", { rows: 0 }],
    ["a view", { view: true }],
  ])("before one that is %s", (_name, worse: Partial<DatabaseTable>) => {
    const database = databaseFrom("clients: id int key, email varchar\nshop_clients: id int key, email varchar");
    const tables = database.tables.map((table) => (table.name === "clients" ? { ...table, ...worse } : table));
    expect(chosenOf({ ...database, tables }).users?.table.name).toBe("shop_clients");
  });

  it("as items only when they are no lines of orders", () => {
    const lines = "order_items: id int key, order_id int, name varchar, category varchar, price decimal";
    expect(chosenOf(databaseFrom(lines)).items).toBeNull();
  });

  it("by what refers to them where their names say nothing", () => {
    const renamed = SHOP.replaceAll("products", "wares_of_ours")
      .replaceAll("product_id", "ware_no")
      .replaceAll("wares_of_ours: id int key", "wares_of_ours: ware_no int key");
    expect(namesOf(chosenOf(databaseFrom(renamed)))).toMatchObject({ items: "wares_of_ours", lines: "order_lines" });
  });

  it("with the others that were nearly as good beside them", () => {
    const more = "clients: id int key, email varchar";
    expect(chosenOf(databaseFrom(`${SHOP}\n${more}`)).users?.or).toEqual(["clients"]);
  });
});

it("what all names of a database begin with says nothing", () => {
  expect(nameTables(databaseFrom(OPENCART)).map((table) => table.words.join(" "))).toContain("product description");
  const tables = nameTables(databaseFrom("part: p_partkey int key, p_name varchar, p_retailprice decimal"));
  expect(tables[0]?.columns.map((column) => column.words.join(" "))).toEqual(["partkey", "name", "retail price"]);
});

describe("a column points to a table", () => {
  const reference = (columns: string, target: string, key: string, nouns: readonly string[] = []): unknown => {
    const [from, to] = nameTables(databaseFrom(`rows_of_it: id int key, ${columns}\n${target}`));
    if (from === undefined || to === undefined) throw new Error("Two tables were given.");
    return referencesTo(from, to, key, new Set(nouns)).map(({ column, why }) => `${column}: ${why}`);
  };

  it.each([
    ["by a foreign key", "buyer int >parties.id", "parties: id int key", "id", ["buyer: a foreign key to parties"]],
    [
      "by its key's name",
      "party_no int",
      "people_we_know: party_no int key",
      "party_no",
      ["party_no: named like people_we_know.party_no"],
    ],
    ["by its name and a word for keys", "party_id int", "parties: id int key", "id", ["party_id: named after parties"]],
    ["the other way round", "id_party int", "parties: id int key", "id", ["id_party: named after parties"]],
    ["by its name alone", "party int", "parties: id int key", "id", ["party: named after parties"]],
    [
      "by the last word of its name",
      "party_id int",
      "known_parties: id int key",
      "id",
      ["party_id: named after known_parties"],
    ],
    [
      "by all words of its name first",
      "party_id int, known_party_id int",
      "known_parties: id int key",
      "id",
      ["known_party_id: named after known_parties", "party_id: named after known_parties"],
    ],
    ["not by a common name of keys", "code varchar", "parties: code varchar key", "code", []],
    ["not when its type is another", "party_id varchar", "parties: id int key", "id", []],
    ["not when it points elsewhere", "party_id int >others.id", "parties: id int key", "id", []],
  ])("%s", (_name, columns, target, key, expected) => {
    expect(reference(columns, target, key)).toEqual(expected);
  });

  it("by another word for its rows", () => {
    expect(reference("user_id int", "customers: id int key", "id", ["user", "buyer"])).toEqual([
      "user_id: by its name",
    ]);
  });
});
