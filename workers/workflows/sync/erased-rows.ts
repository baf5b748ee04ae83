import type { OrderRecord } from "../../../domain/catalogue/records.ts";
import { columnOf } from "../../../domain/sync/map-key.ts";
import type { SourceRow } from "../../../domain/sync/replica.ts";
import { toText } from "../../../domain/sync/values.ts";
import type { SyncContext } from "./context.ts";
import type { EntitySource, LoadedRow } from "./entity-source.ts";

/** Whose an order is that an erased user placed: nobody's. No row of users has this id. */
export const NOBODY = "";

/** Rows of a page without what is an erased user's. */
export interface RowsWithoutErased {
  readonly rows: readonly LoadedRow[];
  /** How many rows are left out, or are nobody's. */
  readonly erased: number;
  /** Maps a row like the entity's source; the order of an erased user is nobody's, and refers to no user. */
  readonly map: (...input: Parameters<EntitySource["map"]>) => ReturnType<EntitySource["map"]>;
  /** An order as the ledger is told of it: with its buyer, whom the ledger knows not to keep. */
  readonly booked: (order: OrderRecord) => OrderRecord;
  /** A row as it may be kept for a replay: without the id of an erased user. */
  readonly kept: (loaded: LoadedRow) => LoadedRow;
}

function everyRow(source: EntitySource, rows: readonly LoadedRow[]): RowsWithoutErased {
  return {
    rows,
    erased: 0,
    map: (loaded, names) => source.map(loaded, names),
    booked: (order) => order,
    kept: (loaded) => loaded,
  };
}

function ordersWithoutErased(
  source: EntitySource,
  rows: readonly LoadedRow[],
  column: string,
  theirs: ReadonlyMap<LoadedRow, string>,
): RowsWithoutErased {
  const buyers = new Map<string, string>();
  return {
    rows,
    erased: theirs.size,
    map: (loaded, names) => {
      const mapped = source.map(loaded, names);
      const buyer = theirs.get(loaded);
      if (!mapped.ok || buyer === undefined || !("orderId" in mapped.value.record)) return mapped;
      const { record } = mapped.value;
      buyers.set(record.orderId, buyer);
      return { ok: true, value: { ...mapped.value, record: { ...record, userId: NOBODY }, users: [] } };
    },
    booked: (order) => ({ ...order, userId: buyers.get(order.orderId) ?? order.userId }),
    kept: (loaded) => (theirs.has(loaded) ? { ...loaded, row: { ...loaded.row, [column]: null } } : loaded),
  };
}

/**
 * The beginning of a page whose last row's key is kept as the place where reading goes on: without erased users' rows at
 * its end, which are read with what comes behind it. A page of nothing else stays as it is, or reading would never go on.
 */
export async function untilKept(
  context: Pick<SyncContext, "erasedAmong">,
  source: EntitySource,
  rows: readonly SourceRow[],
): Promise<readonly SourceRow[]> {
  // An order's key says nothing of a person.
  if (source.entity === "orders") return rows;
  const loaded = rows.map((row) => ({ row, satellites: [] }));
  const kept = new Set((await withoutErased(context, source, loaded)).rows);
  const last = loaded.findLastIndex((one) => kept.has(one));
  return last === -1 ? rows : rows.slice(0, last + 1);
}

/**
 * Leaves out of a page what is an erased user's: users and ratings as if the source did not have them, so that neither
 * they nor their faults are kept anywhere. Orders stay, since sales are counted, and become nobody's.
 */
export async function withoutErased(
  { erasedAmong }: Pick<SyncContext, "erasedAmong">,
  source: EntitySource,
  rows: readonly LoadedRow[],
): Promise<RowsWithoutErased> {
  const [column] = source.people;
  if (column === undefined || rows.length === 0) return everyRow(source, rows);
  const description = columnOf(source.table, column);
  const idOf = ({ row }: LoadedRow): string => toText(row[column] ?? "", description);
  const erased = await erasedAmong(new Set(rows.map(idOf)));
  if (erased.size === 0) return everyRow(source, rows);
  const theirs = new Map(rows.filter((loaded) => erased.has(idOf(loaded))).map((loaded) => [loaded, idOf(loaded)]));
  if (source.entity === "orders") return ordersWithoutErased(source, rows, column, theirs);
  const others = rows.filter((loaded) => !theirs.has(loaded));
  return { ...everyRow(source, others), erased: theirs.size };
}
