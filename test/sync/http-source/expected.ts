import type { ApiRow, ApiRows } from "./api-shop.ts";

/** What D1 must hold of each entity: key → the values that matter. */
export interface Expected {
  readonly users: ReadonlyMap<string, unknown>;
  readonly items: ReadonlyMap<string, unknown>;
  readonly orders: ReadonlyMap<string, unknown>;
  readonly ratings: ReadonlyMap<string, unknown>;
}

const COUNTRIES: Readonly<Record<string, string>> = { France: "FR", DE: "DE" };

function itemOf(row: ApiRow): unknown {
  const { title, category, price, stock, details } = row;
  return [title, category, price, stock, { category, price, stock, title, ...(details as object) }];
}

interface Line {
  readonly product: string;
  readonly quantity: number;
  readonly price: number;
}

function byItem(a: { item_id: string; quantity: number }, b: { item_id: string; quantity: number }): number {
  if (a.item_id !== b.item_id) return a.item_id < b.item_id ? -1 : 1;
  return a.quantity - b.quantity;
}

/**
 * What D1 must hold of an API's rows when all of them keep their contract, written without the sync's own code.
 * Rows that refer to something that the API does not have are left out.
 */
export function expectedOf({ customers, products, orders, ratings }: ApiRows): Expected {
  const users = new Map(
    customers.map(({ id, country, city, tier }) => [String(id), [COUNTRIES[String(country)] ?? null, { city, tier }]]),
  );
  const live = products.filter((row) => row["deleted_at"] === null);
  // Who buys something that was deleted before anybody saw it has bought it all the same.
  const known = new Set(products.map((row) => String(row["code"])));
  const lines = (row: ApiRow): readonly Line[] => row["lines"] as readonly Line[];
  return {
    users,
    items: new Map(live.map((row) => [String(row["code"]), itemOf(row)])),
    orders: new Map(
      orders
        .filter((row) => users.has(String(row["customer"])) && lines(row).every((line) => known.has(line.product)))
        .map((row) => {
          const kept = lines(row).map(({ product, quantity, price }) => ({ item_id: product, quantity, price }));
          return [String(row["id"]), [String(row["customer"]), kept.toSorted(byItem)]];
        }),
    ),
    ratings: new Map(
      ratings
        .filter((row) => users.has(String(row["customer"])) && known.has(String(row["product"])))
        .map(({ customer, product, stars }) => [`${String(customer)}/${String(product)}`, [stars]]),
    ),
  };
}
