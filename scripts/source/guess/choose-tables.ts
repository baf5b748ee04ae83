import { CANDIDATES_MAX } from "../limits.ts";
import { bestCombination, type Candidate, ratingsOf, referring } from "./combine-tables.ts";
import type { TableKey } from "./keys.ts";
import type { NamedTable } from "./named-tables.ts";
import type { Reference } from "./references.ts";
import { bestTables, scoreTable, type TableScore } from "./score-table.ts";
import { type Role, TABLE_POINTS_MIN } from "./table-rules.ts";

/** A table that was taken for a role. */
export interface ChosenTable {
  readonly table: NamedTable;
  /** Null where it has none that Endcap can use. */
  readonly key: TableKey | null;
  readonly reasons: readonly string[];
  /** Names of tables that were nearly as good. */
  readonly or: readonly string[];
}

/** Orders with their lines; every order's line stands in its own row, or the order is its only line. */
export interface ChosenOrders extends ChosenTable {
  readonly user: Reference;
  readonly lines: NamedTable;
  readonly linesReasons: readonly string[];
  /** The lines' columns with the order's and the item's key. */
  readonly lineOrder: Reference;
  readonly lineItem: Reference;
}

export interface ChosenRatings extends ChosenTable {
  readonly user: Reference;
  readonly item: Reference;
}

/** Which table is what; null for what was not found. */
export interface ChosenTables {
  readonly users: ChosenTable | null;
  readonly items: ChosenTable | null;
  readonly orders: ChosenOrders | null;
  readonly ratings: ChosenRatings | null;
  /** The best guess for orders where users, items or lines to go with them are missing. */
  readonly nearOrders: TableScore | null;
  readonly nearRatings: TableScore | null;
  readonly nearItems: TableScore | null;
  readonly nearUsers: TableScore | null;
}

/** Tables within this many points of the chosen one are told of. */
const CLOSE_TABLE_POINTS = 3;
/** A table is worth a word from here on, even where it was not taken. */
const NEAR_POINTS_MIN = 4;

function closeTo(tables: readonly NamedTable[], role: Role, chosen: NamedTable, not: readonly NamedTable[]): string[] {
  const { points } = scoreTable(chosen, role);
  return bestTables(tables, role, CANDIDATES_MAX)
    .filter((other) => other.table !== chosen && !not.includes(other.table))
    .filter((other) => other.points >= Math.max(points - CLOSE_TABLE_POINTS, NEAR_POINTS_MIN))
    .map((other) => other.table.name);
}

function near(tables: readonly NamedTable[], role: Role, taken: readonly NamedTable[]): TableScore | null {
  const [best] = bestTables(
    tables.filter((table) => !taken.includes(table)),
    role,
    1,
  );
  return best !== undefined && best.points >= NEAR_POINTS_MIN ? best : null;
}

/**
 * Finds out which table is what. Roles are chosen together: a table called `item` is goods when lines refer to it and
 * lines when it refers to orders, and only all of them together tell.
 */
export function chooseTables(tables: readonly NamedTable[]): ChosenTables {
  const refer = referring();
  const best = bestCombination(tables, refer);
  const { orders } = best;
  // What orders refer to is a user or an item for better reasons than its own.
  const usersPoints = (best.users?.points ?? 0) + (orders?.user.points ?? 0);
  const itemsPoints = (best.items?.points ?? 0) + (orders?.lineItem.points ?? 0);
  const users = usersPoints >= TABLE_POINTS_MIN.users ? best.users : null;
  const items = itemsPoints >= TABLE_POINTS_MIN.items ? best.items : null;
  const found = users === null || items === null ? null : orders;
  const taken = [users?.table, items?.table, found?.orders.table, found?.lines.table].filter(
    (one) => one !== undefined,
  );
  const rest = tables.filter((table) => !taken.includes(table));
  const ratings = users === null || items === null ? null : ratingsOf(rest, users, items, refer);

  const chosen = (candidate: Candidate, role: Role, more: readonly string[]): ChosenTable => ({
    table: candidate.table,
    key: candidate.key,
    reasons: [...candidate.reasons, ...more],
    or: closeTo(tables, role, candidate.table, taken),
  });
  const referred = (by: string, reference: Reference): string => `${by}.${reference.column} refers to it`;
  return {
    users:
      users === null
        ? null
        : chosen(users, "users", found === null ? [] : [referred(found.orders.table.name, found.user)]),
    items:
      items === null
        ? null
        : chosen(items, "items", found === null ? [] : [referred(found.lines.table.name, found.lineItem)]),
    orders:
      found === null
        ? null
        : {
            ...chosen(
              found.orders,
              "orders",
              found.lines.table === found.orders.table ? [] : [referred(found.lines.table.name, found.lineOrder)],
            ),
            user: found.user,
            lines: found.lines.table,
            linesReasons: found.lines.reasons,
            lineOrder: found.lineOrder,
            lineItem: found.lineItem,
          },
    ratings:
      ratings === null
        ? null
        : {
            table: ratings.table,
            key: null,
            reasons: ratings.reasons,
            or: closeTo(rest, "ratings", ratings.table, taken),
            user: ratings.user,
            item: ratings.item,
          },
    nearOrders: found === null ? near(tables, "orders", taken) : null,
    nearRatings: ratings === null ? near(rest, "ratings", taken) : null,
    nearItems: items === null ? near(tables, "items", taken) : null,
    nearUsers: users === null ? near(tables, "users", taken) : null,
  };
}
