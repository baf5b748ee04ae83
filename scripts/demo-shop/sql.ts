import type { DemoShop } from "./generate.ts";
import { TABLES, type TableName } from "./tables.ts";

export const DIALECTS = ["postgres", "mysql"] as const;
export type Dialect = (typeof DIALECTS)[number];

/** Rows of one INSERT: far below what a packet may hold, and few enough for a smooth progress bar. */
const ROWS_PER_STATEMENT = 500;

type Cell = string | number | Date | null;
type Row = Readonly<Record<string, Cell>>;

function quoteIdentifier(name: string, dialect: Dialect): string {
  return dialect === "mysql" ? `\`${name}\`` : `"${name}"`;
}

function literal(value: Cell, dialect: Dialect): string {
  if (value === null) return "NULL";
  if (typeof value === "number") return String(value);
  if (value instanceof Date) {
    const text = value.toISOString().slice(0, 19).replace("T", " ");
    return dialect === "mysql" ? `'${text}'` : `'${text}+00'`;
  }
  const quoted = value.replaceAll("'", "''");
  // MySQL reads a backslash as an escape, PostgreSQL (with standard_conforming_strings) as itself.
  return dialect === "mysql" ? `'${quoted.replaceAll("\\", "\\\\")}'` : `'${quoted}'`;
}

function createTable(name: TableName, dialect: Dialect): string {
  const { columns, primaryKey } = TABLES[name];
  const quote = (identifier: string): string => quoteIdentifier(identifier, dialect);
  const definitions = Object.entries(columns).map(([column, types]) => `${quote(column)} ${types[dialect]}`);
  const key = `PRIMARY KEY (${primaryKey.map(quote).join(", ")})`;
  const options = dialect === "mysql" ? " DEFAULT CHARSET=utf8mb4" : "";
  return `CREATE TABLE ${quote(name)} (\n  ${[...definitions, key].join(",\n  ")}\n)${options};`;
}

/** Collects the rows of one table and gives an INSERT whenever enough have come. */
class Inserts {
  readonly #head: string;
  readonly #columns: readonly string[];
  readonly #dialect: Dialect;
  #rows: string[] = [];

  constructor(table: TableName, dialect: Dialect) {
    this.#dialect = dialect;
    this.#columns = Object.keys(TABLES[table].columns);
    const columns = this.#columns.map((column) => quoteIdentifier(column, dialect)).join(", ");
    this.#head = `INSERT INTO ${quoteIdentifier(table, dialect)} (${columns}) VALUES\n`;
  }

  *add(rows: readonly Row[]): Generator<string> {
    for (const row of rows) {
      this.#rows.push(`(${this.#columns.map((column) => literal(row[column] ?? null, this.#dialect)).join(", ")})`);
      if (this.#rows.length === ROWS_PER_STATEMENT) yield* this.rest();
    }
  }

  *rest(): Generator<string> {
    if (this.#rows.length > 0) yield `${this.#head}${this.#rows.join(",\n")};`;
    this.#rows = [];
  }
}

/**
 * The statements that make `shop` in an empty database, one by one and each ending in `;`: memory stays bounded
 * whatever the shop's size. Tables have no foreign keys: a shop may lose a row that another refers to, and its reader
 * must cope.
 */
export function* demoShopSql(shop: DemoShop, dialect: Dialect): Generator<string> {
  if (dialect === "mysql") yield "SET NAMES utf8mb4;";
  for (const name of Object.keys(TABLES) as TableName[]) yield createTable(name, dialect);
  for (const name of ["productlines", "products", "customers"] as const) {
    const inserts = new Inserts(name, dialect);
    yield* inserts.add(shop[name].map((row): Row => ({ ...row })));
    yield* inserts.rest();
  }
  const histories = {
    orders: new Inserts("orders", dialect),
    orderdetails: new Inserts("orderdetails", dialect),
    ratings: new Inserts("ratings", dialect),
  };
  for (const history of shop.histories()) {
    yield* histories.orders.add(history.orders.map((row): Row => ({ ...row })));
    yield* histories.orderdetails.add(history.orderdetails.map((row): Row => ({ ...row })));
    yield* histories.ratings.add(history.ratings.map((row): Row => ({ ...row })));
  }
  for (const inserts of Object.values(histories)) yield* inserts.rest();
}
