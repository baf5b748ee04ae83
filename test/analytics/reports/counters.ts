import { LINE_KEYS, LINE_SUMS, mergeLineDeltas } from "../../../platform/d1/line-deltas.ts";
import type { TestRuntime } from "../../support/runtime.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

const NOTHING = { country: "", currency: "", views: 0, carts: 0, removals: 0, purchases: 0, quantity: 0, revenue: 0 };

/** A row of counters; whatever is not named is empty or 0. */
export interface CounterRow {
  /** ISO 8601. */
  readonly at: string;
  readonly grain?: "hour" | "day";
  readonly country?: string;
  readonly currency?: string;
  readonly item_id?: string;
  readonly line?: string;
  readonly views?: number;
  readonly carts?: number;
  readonly removals?: number;
  readonly purchases?: number;
  readonly quantity?: number;
  readonly revenue?: number;
  readonly orders?: number;
}

type Table =
  | "hourly_items"
  | "line_deltas"
  | "hourly_orders"
  | "hourly_recommendations"
  | "weekly_shoppers"
  | "items"
  | "orders";

/** Inserts rows as they are. */
export async function insertRows(
  { env }: TestRuntime,
  table: Table | "sync_runs",
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  for (const row of rows) {
    const columns = Object.keys(row);
    const sql = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
    await env.DB.prepare(sql)
      .bind(...Object.values(row))
      .run();
  }
}

/** Puts what shoppers did where the ledger would have put it: of lines, the second half as flushes bring them. */
export async function insertCounters(
  runtime: TestRuntime,
  table: "hourly_items" | "hourly_lines" | "hourly_orders",
  rows: readonly CounterRow[],
): Promise<void> {
  const full = rows.map(({ at, grain = "hour", country = "", currency = "", orders = 1, ...row }) => {
    const where = { hour: Date.parse(at), grain, country, currency };
    if (table === "hourly_orders") return { ...where, orders };
    return { ...NOTHING, ...where, ...(table === "hourly_items" ? { item_id: "" } : { line: "" }), ...row };
  });
  if (table !== "hourly_lines") return insertRows(runtime, table, full);
  const flushes = full.map((row: Record<string, unknown>) => {
    const entry = [...LINE_KEYS, ...LINE_SUMS].map((name) => row[name]);
    return { entries: JSON.stringify([entry]) };
  });
  const middle = Math.floor(flushes.length / 2);
  await insertRows(runtime, "line_deltas", flushes.slice(0, middle));
  await mergeLineDeltas(runtime.env.DB);
  await insertRows(runtime, "line_deltas", flushes.slice(middle));
}

/** An item of the catalogue. */
export function catalogueItem(
  item_id: string,
  category: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    item_id,
    name: `The ${item_id}`,
    category,
    price: 1,
    stock: null,
    hidden: 0,
    public_values: "{}",
    features: "{}",
    row_hash: "",
    changed_run: 0,
    ...more,
  };
}
