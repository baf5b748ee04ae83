import type { Writer } from "../property/shop.ts";

/** How many rows of each table a shop begins with. Every rating and order line refers to rows that are there. */
export interface ShopSize {
  readonly customers: number;
  readonly products: number;
  readonly orders: number;
  readonly ratings: number;
}

export const SMALL_SHOP: ShopSize = { customers: 20, products: 20, orders: 12, ratings: 12 };
/** Rows that one statement inserts. */
const ROWS_PER_INSERT = 500;
const CATEGORIES = ["Cars", "Ships", "Kites"];

/** The code of the n-th product: sorts like its number in every collation. */
export function productCode(n: number): string {
  return `p${String(n).padStart(6, "0")}`;
}

async function insert(writer: Writer, into: string, rows: number, row: (n: number) => string): Promise<void> {
  for (let start = 1; start <= rows; start += ROWS_PER_INSERT) {
    const count = Math.min(ROWS_PER_INSERT, rows - start + 1);
    await writer.run(
      `INSERT INTO ${into} VALUES ${Array.from({ length: count }, (_, n) => `(${row(start + n)})`).join(", ")}`,
    );
  }
}

/** Inserts products from one number through another. */
export async function addProducts(writer: Writer, from: number, through: number): Promise<void> {
  await insert(writer, "products (code, title, category, price, stock, color, size)", through - from + 1, (place) => {
    const n = from + place - 1;
    return `'${productCode(n)}', 'Product ${n}', '${CATEGORIES[n % CATEGORIES.length]}', ${n % 90}.50, ${n % 7}, 'red', 'M'`;
  });
}

/** Inserts customers from one number through another. */
export async function addCustomers(writer: Writer, from: number, through: number): Promise<void> {
  await insert(writer, "customers (id, country, city, tier, email)", through - from + 1, (place) => {
    const n = from + place - 1;
    return `${n}, '${n % 2 === 0 ? "France" : "DE"}', 'City ${n}', ${n % 3}, 'mail'`;
  });
}

/** Fills the empty tables of the shop. */
export async function fillShop(writer: Writer, { customers, products, orders, ratings }: ShopSize): Promise<void> {
  await addCustomers(writer, 1, customers);
  await addProducts(writer, 1, products);
  await insert(writer, "orders (id, customer, placed)", orders, (n) => `${n}, ${1 + (n % customers)}, '2026-03-11'`);
  await insert(
    writer,
    "order_lines (order_id, line, product, quantity, price)",
    orders,
    (n) => `${n}, 1, '${productCode(1 + (n % products))}', ${1 + (n % 3)}, 5.00`,
  );
  await insert(
    writer,
    "ratings (customer, product, stars)",
    ratings,
    (n) => `${1 + (n % customers)}, '${productCode(1 + (n % products))}', ${1 + (n % 5)}`,
  );
}
