import { expect } from "vitest";

import { expectedShop } from "../property/expected.ts";
import type { Row, Writer } from "../property/shop.ts";
import type { Bed } from "./bed.ts";

/** Columns of `products` that are numbers. */
const NUMBERS: ReadonlySet<string> = new Set(["price", "stock"]);

/** Every live row by its key, as one text: what two copies of a shop are compared by. */
type Copy = Readonly<Record<"users" | "items" | "orders" | "ratings", ReadonlyMap<string, string>>>;

function byKey(rows: readonly Row[], key: (row: Row) => string, value: (row: Row) => unknown): Map<string, string> {
  return new Map(rows.map((row) => [key(row), JSON.stringify(value(row))]));
}

/** The shop as its own database has it; every row of it must be good. */
async function sourceCopy(writer: Writer): Promise<Copy> {
  const { users, items, orders, lines, ratings } = await expectedShop(writer, "color", NUMBERS);
  const linesOf = (id: string): string[] =>
    lines
      .filter((line) => line["order_id"] === id)
      .map((line) => `${line["product"]}×${Number(line["quantity"])}`)
      .toSorted();
  return {
    users,
    items,
    orders: byKey(
      orders,
      (row) => row["id"] ?? "",
      (row) => [row["customer"], linesOf(row["id"] ?? "")],
    ),
    ratings: byKey(
      ratings,
      (row) => `${row["customer"]}/${row["product"]}`,
      (row) => Number(row["stars"]),
    ),
  };
}

function parsed(row: Row, column: string): unknown {
  return JSON.parse(row[column] ?? "null");
}

/** The shop as D1 has it. @param stored reads D1 */
async function d1Copy(stored: Bed["stored"]): Promise<Copy> {
  const live = (columns: string, table: string): Promise<Row[]> =>
    stored(`SELECT ${columns} FROM ${table} WHERE deleted_at IS NULL`);
  const users = await live("user_id, country, features", "users");
  const items = await live("item_id, name, category, price, stock, features", "items");
  const orders = await live("order_id, user_id, lines", "orders");
  const ratings = await live("user_id, item_id, rating", "ratings");
  const linesOf = (row: Row): string[] =>
    (parsed(row, "lines") as { item_id: string; quantity: number }[])
      .map((line) => `${line.item_id}×${line.quantity}`)
      .toSorted();
  return {
    users: byKey(
      users,
      (row) => row["user_id"] ?? "",
      (row) => [row["country"], parsed(row, "features")],
    ),
    items: byKey(
      items,
      (row) => row["item_id"] ?? "",
      ({ name, category, price, stock, features }) => [name, category, price, stock, JSON.parse(features ?? "")],
    ),
    orders: byKey(
      orders,
      (row) => row["order_id"] ?? "",
      (row) => [row["user_id"], linesOf(row)],
    ),
    ratings: byKey(
      ratings,
      (row) => `${row["user_id"]}/${row["item_id"]}`,
      (row) => Number(row["rating"]),
    ),
  };
}

/** Asserts that D1 is the shop, row by row: nothing lost, nothing too much, nothing old. */
export async function expectCopy({ writer, stored }: Pick<Bed, "writer" | "stored">): Promise<void> {
  const [source, copy] = [await sourceCopy(writer), await d1Copy(stored)];
  for (const entity of ["users", "items", "orders", "ratings"] as const) {
    expect([entity, copy[entity]]).toEqual([entity, source[entity]]);
  }
}
