import type { ApiRow, ApiRows } from "./api-shop.ts";

/** What D1 must hold of each entity: key → the values that matter. */
export interface Expected {
  readonly users: ReadonlyMap<string, unknown>;
  readonly items: ReadonlyMap<string, unknown>;
  readonly orders: ReadonlyMap<string, unknown>;
  readonly ratings: ReadonlyMap<string, unknown>;
}

const STARS_MIN = 1;
const STARS_MAX = 5;
const COUNTRIES: Readonly<Record<string, string>> = { France: "FR", DE: "DE" };

function itemOf(row: ApiRow): unknown {
  const { title, category, price, stock, details } = row;
  return [title, category, price, stock, { category, price, title, ...(details as object) }];
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

/** Ids that orders and ratings may refer to. */
export interface KnownIds {
  readonly users: ReadonlySet<string>;
  readonly items: ReadonlySet<string>;
}

/** What the API itself has. Who buys something that was deleted before anybody saw it has bought it all the same. */
function ownIds({ customers, products }: ApiRows): KnownIds {
  return {
    users: new Set(customers.map((row) => String(row["id"]))),
    items: new Set(products.map((row) => String(row["code"]))),
  };
}

/**
 * What D1 must hold of an API's rows, written without the sync's own code: of every row that keeps its contract and
 * refers to what is known.
 * @param known what D1 has ever seen, where the API has deleted some of it
 */
export function expectedOf(rows: ApiRows, known: KnownIds = ownIds(rows)): Expected {
  const { customers, products, orders, ratings } = rows;
  const users = customers.map(
    ({ id, country, city, tier }) => [String(id), [COUNTRIES[String(country)] ?? null, { city, tier }]] as const,
  );
  const live = products.filter((row) => row["deleted_at"] === null && Number(row["price"]) >= 0);
  const lines = (row: ApiRow): readonly Line[] => row["lines"] as readonly Line[];
  return {
    users: new Map(users),
    items: new Map(live.map((row) => [String(row["code"]), itemOf(row)])),
    orders: new Map(
      orders
        .filter((row) => known.users.has(String(row["customer"])))
        .filter((row) => lines(row).every((line) => known.items.has(line.product)))
        .map((row) => {
          const kept = lines(row).map(({ product, quantity, price }) => ({ item_id: product, quantity, price }));
          return [String(row["id"]), [String(row["customer"]), kept.toSorted(byItem)]];
        }),
    ),
    ratings: new Map(
      ratings
        .filter((row) => known.users.has(String(row["customer"])) && known.items.has(String(row["product"])))
        .filter((row) => Number(row["stars"]) >= STARS_MIN && Number(row["stars"]) <= STARS_MAX)
        .map(({ customer, product, stars }) => [`${String(customer)}/${String(product)}`, [stars]]),
    ),
  };
}

/** Every key of which D1 may have a live row. */
export function keysOf({ customers, products, orders, ratings }: ApiRows): Record<keyof Expected, Set<string>> {
  return {
    users: new Set(customers.map((row) => String(row["id"]))),
    items: new Set(products.filter((row) => row["deleted_at"] === null).map((row) => String(row["code"]))),
    orders: new Set(orders.map((row) => String(row["id"]))),
    ratings: new Set(ratings.map((row) => `${String(row["customer"])}/${String(row["product"])}`)),
  };
}
