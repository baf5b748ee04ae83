import { LINES_PER_READ_MAX } from "../../../domain/sync/limits.ts";
import { columnOf } from "../../../domain/sync/map-key.ts";
import type { ReplicaReader, RowKey, SourceRow } from "../../../domain/sync/replica.ts";
import { toText } from "../../../domain/sync/values.ts";
import type { EntitySource, LinesSource, LoadedRow } from "./entity-source.ts";

/** The key of a row as Endcap knows it. NULL reads as the empty text, which no row may have as its key. */
export function keyOf(source: EntitySource, row: SourceRow): RowKey {
  return source.keys.map((name) => toText(row[name] ?? "", columnOf(source.table, name)));
}

async function readLines(reader: ReplicaReader, lines: LinesSource, orders: readonly RowKey[]): Promise<SourceRow[]> {
  // One more than may be: a full answer would not tell whether it was cut.
  const rows = await reader.readByKeys(lines.table, lines.columns, [lines.order], orders, LINES_PER_READ_MAX + 1);
  if (rows.length <= LINES_PER_READ_MAX || orders.length === 1) return rows;
  const middle = Math.ceil(orders.length / 2);
  return [
    ...(await readLines(reader, lines, orders.slice(0, middle))),
    ...(await readLines(reader, lines, orders.slice(middle))),
  ];
}

/** Rows of an entity with their lines, which are of the same moment when `reader` is the one that read the rows. */
export async function withLines(
  reader: ReplicaReader,
  source: EntitySource,
  rows: readonly SourceRow[],
): Promise<LoadedRow[]> {
  const { lines } = source;
  if (lines === null || rows.length === 0) return rows.map((row) => ({ row, lines: [] }));
  const byOrder = new Map<string, SourceRow[]>();
  const orderColumn = columnOf(lines.table, lines.order);
  for (const line of await readLines(
    reader,
    lines,
    rows.map((row) => keyOf(source, row)),
  )) {
    const order = toText(line[lines.order] ?? "", orderColumn);
    const known = byOrder.get(order);
    if (known === undefined) byOrder.set(order, [line]);
    else known.push(line);
  }
  return rows.map((row) => ({ row, lines: byOrder.get(keyOf(source, row)[0] ?? "") ?? [] }));
}
