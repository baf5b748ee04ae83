import type { PriceColumn } from "../config/schema.ts";
import { err, ok, type Result } from "../result.ts";
import type { SourceRow, TableDescription } from "./replica.ts";
import { quoted, type RowFault } from "./row-fault.ts";
import { toNumber } from "./values.ts";

/** A price in the shop's currency: a number of at least 0. */
export function mapPrice(row: SourceRow, table: TableDescription, price: PriceColumn): Result<number, RowFault> {
  const text = row[price.column] ?? null;
  const amount = toNumber(text);
  const where = `${table.table}.${price.column} is ${quoted(text)}`;
  if (amount === null) return err({ kind: "price_not_a_number", detail: `${where}, not a number.` });
  if (amount < 0) return err({ kind: "price_negative", detail: `${where}, below 0.` });
  return ok(amount / price.divisor);
}
