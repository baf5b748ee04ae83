import { pick } from "../property/changes.ts";
import { type ApiRow, type ApiRows, type ApiTable, customer, order, product, rating } from "./api-shop.ts";

const USERS = 12;
const ITEMS = 14;
const ORDERS = 12;
const CHANGES_MAX = 12;

/** What a sequence changes. */
export interface RandomShop {
  readonly random: () => number;
  readonly rows: ApiRows;
  /** False where only a row itself tells that it is deleted: nothing disappears. */
  readonly deletes: boolean;
  /** True where every row keeps its contract and refers to what is there: nothing is ever set aside. */
  readonly clean: boolean;
  readonly now: () => string;
  /** What was done, for whoever looks into a sequence that failed. */
  readonly log: string[];
}

const KEYS: Readonly<Record<ApiTable, readonly string[]>> = {
  customers: ["id"],
  products: ["code"],
  orders: ["id"],
  ratings: ["customer", "product"],
};

function keyOf(table: ApiTable, row: ApiRow): string {
  return KEYS[table].map((name) => String(row[name])).join("/");
}

/** Replaces the row of the same key where it stands; a new one comes first, last or between. */
function put({ random, rows, log }: RandomShop, table: ApiTable, row: ApiRow): void {
  const place = rows[table].findIndex((known) => keyOf(table, known) === keyOf(table, row));
  if (place >= 0) rows[table][place] = row;
  else rows[table].splice(Math.floor(random() * (rows[table].length + 1)), 0, row);
  log.push(`put ${table} ${JSON.stringify(row)}`);
}

const number = ({ random }: RandomShop, most: number): number => Math.floor(random() * most);

/** A customer that an order or rating refers to. */
function someCustomer(shop: RandomShop): number {
  const { clean, random, rows } = shop;
  return clean ? Number(pick(random, rows.customers)["id"]) : number(shop, USERS);
}

/** A product that an order or rating refers to. */
function someProduct(shop: RandomShop): string {
  const { clean, random, rows } = shop;
  return clean ? String(pick(random, rows.products)["code"]) : `P${number(shop, ITEMS)}`;
}

type Change = (shop: RandomShop) => void;

const putCustomer: Change = (shop) => {
  const { random, now } = shop;
  const city = pick(random, ["Nantes", "größe", "", null]);
  const values = { country: pick(random, ["France", "DE", "Nowhere"]), city, tier: pick(random, [1, 2, null]) };
  put(shop, "customers", customer(number(shop, USERS), { ...values, updated_at: now() }));
};

const putProduct: Change = (shop) => {
  const { clean, random, now } = shop;
  const values = {
    price: pick(random, [9.99, 120, clean ? 1 : -1, 0.5, 5]),
    stock: number(shop, 5),
    details: pick(random, [{}, { colour: "red" }, { colour: "blue", wheels: 4 }]),
    deleted_at: random() < 0.2 ? now() : null,
  };
  put(shop, "products", product(`P${number(shop, ITEMS)}`, { ...values, updated_at: now() }));
};

function refersToNothing({ clean, rows }: RandomShop): boolean {
  return clean && (rows.customers.length === 0 || rows.products.length === 0);
}

const putOrder: Change = (shop) => {
  if (refersToNothing(shop)) return;
  const codes = Array.from({ length: number(shop, 4) }, () => someProduct(shop));
  put(shop, "orders", order(number(shop, ORDERS), someCustomer(shop), codes, { updated_at: shop.now() }));
};

const putRating: Change = (shop) => {
  if (refersToNothing(shop)) return;
  const stars = shop.clean ? 1 + number(shop, 5) : number(shop, 7);
  put(shop, "ratings", rating(someCustomer(shop), someProduct(shop), stars, { updated_at: shop.now() }));
};

const remove: Change = ({ random, rows, deletes, log }) => {
  const table = pick(random, ["customers", "products", "orders", "ratings"] as const);
  if (!deletes || rows[table].length === 0) return;
  const [gone] = rows[table].splice(Math.floor(random() * rows[table].length), 1);
  log.push(`remove ${table} ${JSON.stringify(gone)}`);
};

const empty: Change = ({ random, rows, deletes, log }) => {
  if (!deletes) return;
  const table = pick(random, ["orders", "ratings", "products"] as const);
  rows[table] = [];
  log.push(`empty ${table}`);
};

const WEIGHTED: readonly [weight: number, change: Change][] = [
  [3, putCustomer],
  [4, putProduct],
  [2, putOrder],
  [2, putRating],
  [3, remove],
];
const CHANGES = WEIGHTED.flatMap(([weight, change]) => Array.from({ length: weight }, () => change));

/** Changes the API's rows at random. */
export function changeRows(shop: RandomShop): void {
  for (let left = 1 + number(shop, CHANGES_MAX); left > 0; left--) pick(shop.random, CHANGES)(shop);
  if (shop.random() < 0.05) empty(shop);
}
