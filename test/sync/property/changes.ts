import type { Dialect, Writer } from "./shop.ts";

/** Numbers between 0 and 1 that follow from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a sequence knows of the shop that it changes. */
export interface ShopState {
  readonly seed: number;
  readonly dialect: Dialect;
  readonly random: () => number;
  /** The colour's column as it is called now. */
  colour: "color" | "colour";
  sizeIsNumber: boolean;
  added: number;
  readonly extra: Set<string>;
  readonly away: Set<string>;
  /** What was done, for whoever looks into a sequence that failed. */
  readonly log: string[];
}

const USERS = 14;
const ITEMS = 16;
const ORDERS = 14;

export function pick<Value>(random: () => number, values: readonly Value[]): Value {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error("Nothing to pick from.");
  return value;
}

/** Ids of a sequence's items are its own: the vectors of all sequences are looked at together. */
export function itemCode(seed: number, n: number): string {
  return `s${seed}-${n}`;
}

function text(random: () => number): string {
  const value = pick(random, ["plain", "", "it''s", "größe", "a,b", "x\ty", "NULL", '"q"', null]);
  return value === null ? "NULL" : `'${value}'`;
}

type Change = (shop: ShopState) => string[];

const user = ({ random }: ShopState): number => Math.floor(random() * USERS);
const item = ({ random, seed }: ShopState): string => itemCode(seed, Math.floor(random() * ITEMS));

const putUser: Change = (shop) => {
  const id = user(shop);
  const { random } = shop;
  const values = `${id}, '${pick(random, ["France", "DE", "Nowhere"])}', ${text(random)}, ${Math.floor(random() * 3)}, 'mail'`;
  return [
    `DELETE FROM customers WHERE id = ${id}`,
    `INSERT INTO customers (id, country, city, tier, email) VALUES (${values})`,
  ];
};

const putItem: Change = (shop) => {
  const code = item(shop);
  const { random, colour } = shop;
  const price = random() < 0.1 ? "NULL" : pick(random, ["9.99", "120.00", "-1", "0.50"]);
  const size = shop.sizeIsNumber ? String(Math.floor(random() * 50)) : text(random);
  const values = `'${code}', ${text(random)}, '${pick(random, ["Cars", "Ships", "Kites"])}', ${price}, ${Math.floor(random() * 5)}, ${text(random)}, ${size}`;
  return [
    `DELETE FROM products WHERE code = '${code}'`,
    `INSERT INTO products (code, title, category, price, stock, ${colour}, size) VALUES (${values})`,
  ];
};

const putOrder: Change = (shop) => {
  const id = Math.floor(shop.random() * ORDERS);
  const lines = Array.from(
    { length: Math.floor(shop.random() * 4) },
    (_, line) => `(${id}, ${line}, '${item(shop)}', ${1 + Math.floor(shop.random() * 3)}, 5.00)`,
  );
  return [
    `DELETE FROM order_lines WHERE order_id = ${id}`,
    `DELETE FROM orders WHERE id = ${id}`,
    `INSERT INTO orders (id, customer, placed) VALUES (${id}, ${user(shop)}, '2026-0${1 + Math.floor(shop.random() * 9)}-11')`,
    ...(lines.length === 0
      ? []
      : [`INSERT INTO order_lines (order_id, line, product, quantity, price) VALUES ${lines.join(", ")}`]),
  ];
};

const putRating: Change = (shop) => {
  const [customer, product] = [user(shop), item(shop)];
  return [
    `DELETE FROM ratings WHERE customer = ${customer} AND product = '${product}'`,
    `INSERT INTO ratings (customer, product, stars) VALUES (${customer}, '${product}', ${Math.floor(shop.random() * 7)})`,
  ];
};

const CHANGES: readonly [weight: number, change: Change][] = [
  [6, putUser],
  [8, putItem],
  [4, putOrder],
  [4, putRating],
  [2, (shop) => [`DELETE FROM customers WHERE id = ${user(shop)}`]],
  [3, (shop) => [`DELETE FROM products WHERE code = '${item(shop)}'`]],
  [1, (shop) => [`DELETE FROM order_lines WHERE order_id = ${Math.floor(shop.random() * ORDERS)}`]],
  [1, (shop) => [`DELETE FROM ratings WHERE customer = ${user(shop)}`]],
  [1, (shop) => [`DELETE FROM orders WHERE id > ${Math.floor(shop.random() * ORDERS)}`]],
  [1, (shop) => [`UPDATE products SET stock = stock + 1, title = ${text(shop.random)} WHERE code > '${item(shop)}'`]],
  [
    1,
    (shop) => [`UPDATE order_lines SET quantity = quantity + 1 WHERE order_id = ${Math.floor(shop.random() * ORDERS)}`],
  ],
];

const addColumn: Change = (shop) => {
  shop.added += 1;
  const name = `extra_${shop.added}`;
  shop.extra.add(name);
  return [`ALTER TABLE products ADD COLUMN ${name} ${pick(shop.random, ["int DEFAULT 3", "varchar(10)", "date"])}`];
};

const dropColumn: Change = (shop) => {
  const [name] = shop.extra;
  if (name === undefined) return [];
  shop.extra.delete(name);
  return [`ALTER TABLE products DROP COLUMN ${name}`];
};

const renameColumn: Change = (shop) => {
  const before = shop.colour;
  shop.colour = before === "color" ? "colour" : "color";
  return [`ALTER TABLE products RENAME COLUMN ${before} TO ${shop.colour}`];
};

const retypeColumn: Change = (shop) => {
  shop.sizeIsNumber = !shop.sizeIsNumber;
  const type = shop.sizeIsNumber ? "int" : "varchar(20)";
  return shop.dialect === "mysql"
    ? ["UPDATE products SET size = NULL", `ALTER TABLE products MODIFY size ${type}`]
    : ["UPDATE products SET size = NULL", `ALTER TABLE products ALTER size TYPE ${type} USING size::text::${type}`];
};

const widenColumn: Change = ({ dialect }) =>
  dialect === "mysql"
    ? ["ALTER TABLE products MODIFY title varchar(90)", "ALTER TABLE customers MODIFY tier bigint"]
    : ["ALTER TABLE products ALTER title TYPE varchar(90)", "ALTER TABLE customers ALTER tier TYPE bigint"];

const moveTable: Change = (shop) => {
  const table = pick(shop.random, ["ratings", "products", "order_lines"]);
  if (shop.away.has(table)) {
    shop.away.delete(table);
    return [`ALTER TABLE ${table}_away RENAME TO ${table}`];
  }
  shop.away.add(table);
  return [`ALTER TABLE ${table} RENAME TO ${table}_away`];
};

const FORMAT_CHANGES: readonly Change[] = [addColumn, dropColumn, renameColumn, retypeColumn, widenColumn, moveTable];

/** Ids below `count`, most of them. */
function most({ random }: ShopState, count: number): number[] {
  return Array.from({ length: count }, (_, n) => n).filter(() => random() < 0.7);
}

/** Fills an empty shop: most of the ids that changes are made to, and some references to rows that are not there. */
export async function fillShop(writer: Writer, shop: ShopState): Promise<void> {
  const { random, seed } = shop;
  const insert = async (table: string, rows: readonly string[]): Promise<void> => {
    if (rows.length > 0) await writer.run(`INSERT INTO ${table} VALUES ${rows.join(", ")}`);
  };
  await insert(
    "customers",
    most(shop, USERS).map((id) => `(${id}, 'France', 'Nantes', ${id % 3}, 'mail')`),
  );
  await insert(
    "products",
    most(shop, ITEMS).map((n) => `('${itemCode(seed, n)}', 'Item ${n}', 'Cars', 5.00, 3, ${text(random)}, '${n}')`),
  );
  const orders = most(shop, ORDERS);
  await insert(
    "orders",
    orders.map((id) => `(${id}, ${user(shop)}, '2026-02-11')`),
  );
  await insert(
    "order_lines",
    orders.flatMap((id) => [1, 2].map((line) => `(${id}, ${line}, '${item(shop)}', ${line}, 5.00)`)),
  );
  await insert(
    "ratings",
    most(shop, USERS).map((id) => `(${id}, '${item(shop)}', ${1 + Math.floor(random() * 5)})`),
  );
}

function touches(statement: string, tables: ReadonlySet<string>): boolean {
  return [...tables].some((table) => new RegExp(`\\b${table}\\b`).test(statement));
}

/** Changes the shop at random: rows, now and then its format. */
export async function changeShop(writer: Writer, shop: ShopState): Promise<void> {
  const { random } = shop;
  const total = CHANGES.reduce((sum, [weight]) => sum + weight, 0);
  const statements: string[] = [];
  for (let left = 1 + Math.floor(random() * 12); left > 0; left--) {
    let place = random() * total;
    const found = CHANGES.find(([weight]) => (place -= weight) < 0);
    // What happens to a table that is away happens to nobody.
    statements.push(...(found?.[1](shop) ?? []).filter((sql) => !touches(sql, shop.away)));
  }
  for (const sql of statements) await writer.run(sql);
  shop.log.push(...statements);
  if (random() >= 0.3) return;
  const change = pick(random, FORMAT_CHANGES);
  if (change !== moveTable && shop.away.has("products")) return;
  for (const sql of change(shop)) {
    shop.log.push(sql);
    await writer.run(sql);
  }
}

/** Brings back the tables that are away: the last run is a quiet one. */
export async function restoreTables(writer: Writer, shop: ShopState): Promise<void> {
  for (const table of shop.away) await writer.run(`ALTER TABLE ${table}_away RENAME TO ${table}`);
  shop.away.clear();
}
