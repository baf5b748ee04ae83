import type { OrderLine, OrderRecord } from "../catalogue/records.ts";
import type { EndcapConfig } from "../config/schema.ts";
import { err, ok, type Result } from "../result.ts";
import { ORDER_LINES_MAX } from "./limits.ts";
import { columnOf, mapKey } from "./map-key.ts";
import { mapPrice } from "./map-price.ts";
import type { SourceRow, TableDescription } from "./replica.ts";
import { quoted, type RowFault } from "./row-fault.ts";
import { toNumber, toText, toTime } from "./values.ts";

type OrdersConfig = NonNullable<EndcapConfig["source"]["orders"]>;

/** An order's row with the rows of its lines: together they are one record. */
export interface OrderRows {
  readonly order: SourceRow;
  readonly lines: readonly SourceRow[];
}

function mapLine(row: SourceRow, table: TableDescription, config: OrdersConfig["lines"]): Result<OrderLine, RowFault> {
  const item = mapKey(row, table, config.item);
  if (!item.ok) return err({ kind: "item_missing", detail: item.error.detail });
  const price = mapPrice(row, table, config.price);
  if (!price.ok) return price;
  const quantity = toNumber(row[config.quantity] ?? null);
  if (quantity === null || quantity <= 0) {
    const text = quoted(row[config.quantity] ?? null);
    const detail = `${table.table}.${config.quantity} is ${text} for item ${item.value}; it must be above 0.`;
    return err({ kind: "quantity_not_positive", detail });
  }
  return ok({ item_id: item.value, quantity, price: price.value });
}

/** Lines have no order of their own: sorted, so that the same lines are the same record. */
function compareLines(a: OrderLine, b: OrderLine): number {
  if (a.item_id !== b.item_id) return a.item_id < b.item_id ? -1 : 1;
  return a.price - b.price || a.quantity - b.quantity;
}

function isCancelled(row: SourceRow, table: TableDescription, { status, cancelled }: OrdersConfig): boolean {
  const text = status === undefined ? null : (row[status] ?? null);
  return status !== undefined && text !== null && cancelled.includes(toText(text, columnOf(table, status)));
}

/** An order with its lines. One bad line sets the whole order aside: half an order would be a wrong one. */
export function mapOrder(
  rows: OrderRows,
  table: TableDescription,
  linesTable: TableDescription,
  config: OrdersConfig,
): Result<OrderRecord, RowFault> {
  const key = mapKey(rows.order, table, config.key);
  if (!key.ok) return key;
  const user = mapKey(rows.order, table, config.user);
  if (!user.ok) return err({ kind: "user_missing", detail: user.error.detail });
  const timeText = rows.order[config.time] ?? null;
  const time = toTime(timeText, columnOf(table, config.time));
  if (time === null) {
    const detail = `${table.table}.${config.time} is ${quoted(timeText)}, not a time.`;
    return err({ kind: "time_not_readable", detail });
  }
  if (rows.lines.length > ORDER_LINES_MAX) {
    const detail = `The order has ${rows.lines.length} lines; at most ${ORDER_LINES_MAX} can be kept.`;
    return err({ kind: "too_many_lines", detail });
  }
  const lines: OrderLine[] = [];
  for (const row of rows.lines) {
    const line = mapLine(row, linesTable, config.lines);
    if (!line.ok) return line;
    lines.push(line.value);
  }
  return ok({
    orderId: key.value,
    userId: user.value,
    orderedAt: time.at,
    dateOnly: time.dateOnly,
    cancelled: isCancelled(rows.order, table, config),
    lines: lines.toSorted(compareLines),
  });
}
