import type { Row, Writer } from "./shop.ts";

/** What D1 must hold: key → the values that matter, as one text. Written without the sync's own code. */
export type Expected = Map<string, string>;

const COUNTRIES: Readonly<Record<string, string | null>> = { France: "FR", DE: "DE", Nowhere: null };

function expectedUsers(rows: readonly Row[]): Expected {
  return new Map(
    rows.map((row) => {
      const tier = row["tier"] === null ? null : Number(row["tier"]);
      const value = [COUNTRIES[row["country"] ?? ""] ?? null, { city: row["city"], tier }];
      return [row["id"] ?? "", JSON.stringify(value)];
    }),
  );
}

/** Items whose price is a number of at least 0: others are set aside, and what was known of them stays. */
function expectedItems(rows: readonly Row[], colour: string, numbers: ReadonlySet<string>): Expected {
  return new Map(
    rows
      .filter((row) => row["price"] !== null && Number(row["price"]) >= 0)
      .map((row) => {
        const { code, title, price, stock } = row;
        const entries = Object.entries(row)
          .filter(([name]) => name !== "code" && name !== "stock")
          .map(([name, value]): [string, unknown] => [
            name === colour ? "colour" : name,
            value !== null && value !== undefined && numbers.has(name) ? Number(value) : value,
          ]);
        // The configuration calls the colour by its new name from the beginning.
        const features = Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
        const name = (title ?? "").trim() || code;
        return [code ?? "", JSON.stringify([name, row["category"], Number(price), Number(stock), features])];
      }),
  );
}

/** Reads the shop and says what D1 must hold of it. */
export async function expectedShop(
  writer: Writer,
  colour: string,
  numbers: ReadonlySet<string>,
): Promise<{ users: Expected; items: Expected; orders: Row[]; lines: Row[]; ratings: Row[]; codes: string[] }> {
  const products = await writer.rows("SELECT * FROM products");
  return {
    users: expectedUsers(await writer.rows("SELECT * FROM customers")),
    items: expectedItems(products, colour, numbers),
    orders: await writer.rows("SELECT * FROM orders"),
    lines: await writer.rows("SELECT * FROM order_lines"),
    ratings: await writer.rows("SELECT * FROM ratings"),
    codes: products.map((row) => row["code"] ?? ""),
  };
}
