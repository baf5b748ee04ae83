import { CANDIDATES_MAX } from "../limits.ts";
import { keysOf, type TableKey } from "./keys.ts";
import type { NamedTable } from "./named-tables.ts";
import { type Reference, referencesTo } from "./references.ts";
import { bestTables, scoreTable, type TableScore } from "./score-table.ts";
import { ORDERS_POINTS_MIN, OWN_WORDS, type Role, TABLE_POINTS_MIN } from "./table-rules.ts";

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

/** A row of the orders' table that is an order and its only line. */
const SAME_TABLE_POINTS = 3;
/** Tables within this many points of the chosen one are told of. */
const CLOSE_TABLE_POINTS = 3;
/** A table is worth a word from here on, even where it was not taken. */
const NEAR_POINTS_MIN = 4;

interface Candidate extends TableScore {
  readonly key: TableKey | null;
}

/** A table once for each column that may be its key. */
function candidatesFor(tables: readonly NamedTable[], role: Role): Candidate[] {
  return bestTables(tables, role, CANDIDATES_MAX).flatMap((score): Candidate[] => {
    const keys = keysOf(score.table);
    if (keys.length === 0) return [{ ...score, key: null }];
    // The first is the primary key: it wins unless what refers to the table means another.
    return keys.map((key, place) => ({ ...score, points: score.points - (place === 0 ? 0 : 1), key }));
  });
}

interface Combination {
  readonly points: number;
  readonly users: Candidate | null;
  readonly items: Candidate | null;
  readonly orders: Found | null;
}

interface Found {
  readonly orders: Candidate;
  readonly lines: TableScore;
  readonly user: Reference;
  readonly lineOrder: Reference;
  readonly lineItem: Reference;
}

type Refer = (from: NamedTable, to: Candidate, role: Role) => Reference | null;

/** Referring is asked for again and again while combinations are compared: each answer is kept. */
function referring(): Refer {
  const known = new Map<string, Reference | null>();
  return (from, to, role) => {
    if (to.key === null) return null;
    const name = JSON.stringify([from.name, to.table.name, to.key.column, role]);
    const answer = known.get(name);
    if (answer !== undefined) return answer;
    const found = referencesTo(from, to.table, to.key.column, new Set(OWN_WORDS[role]))[0] ?? null;
    known.set(name, found);
    return found;
  };
}

function ordersOf(orders: Candidate, lines: TableScore, users: Candidate, items: Candidate, refer: Refer): Found | null {
  const user = refer(orders.table, users, "users");
  const lineItem = refer(lines.table, items, "items");
  if (user === null || lineItem === null || orders.key === null) return null;
  if (lines.table === orders.table) {
    // The primary key is no reference to itself, but finds the row as one would.
    const why = "each row is an order and its only line";
    return { orders, lines, user, lineItem, lineOrder: { column: orders.key.column, points: SAME_TABLE_POINTS, why } };
  }
  const lineOrder = refer(lines.table, orders, "orders");
  return lineOrder === null ? null : { orders, lines, user, lineOrder, lineItem };
}

function ordersPoints({ orders, lines, user, lineOrder, lineItem }: Found): number {
  return orders.points + lines.points + user.points + lineOrder.points + lineItem.points;
}

function distinct(...tables: readonly (NamedTable | undefined)[]): boolean {
  const present = tables.filter((table) => table !== undefined);
  return new Set(present).size === present.length;
}

function bestOrders(tables: readonly NamedTable[], users: Candidate, items: Candidate, refer: Refer): Found | null {
  let best: Found | null = null;
  const lines = bestTables(tables, "lines", CANDIDATES_MAX);
  for (const orders of candidatesFor(tables, "orders")) {
    for (const line of lines) {
      if (!distinct(orders.table, users.table, items.table) || !distinct(line.table, users.table, items.table)) continue;
      const found = ordersOf(orders, line, users, items, refer);
      if (found !== null && (best === null || ordersPoints(found) > ordersPoints(best))) best = found;
    }
  }
  return best !== null && ordersPoints(best) >= ORDERS_POINTS_MIN ? best : null;
}

function bestCombination(tables: readonly NamedTable[], refer: Refer): Combination {
  let best: Combination = { points: 0, users: null, items: null, orders: null };
  const noUsers = [null, ...candidatesFor(tables, "users")];
  const noItems = [null, ...candidatesFor(tables, "items")];
  for (const users of noUsers) {
    for (const items of noItems) {
      if (!distinct(users?.table, items?.table)) continue;
      const orders = users === null || items === null ? null : bestOrders(tables, users, items, refer);
      const own = (users?.points ?? 0) + (items?.points ?? 0);
      const points = own + (orders === null ? 0 : ordersPoints(orders));
      if (points > best.points) best = { points, users, items, orders };
    }
  }
  return best;
}

function closeTo(tables: readonly NamedTable[], role: Role, chosen: NamedTable, not: readonly NamedTable[]): string[] {
  const { points } = scoreTable(chosen, role);
  return bestTables(tables, role, CANDIDATES_MAX)
    .filter((other) => other.table !== chosen && !not.includes(other.table))
    .filter((other) => other.points >= Math.max(points - CLOSE_TABLE_POINTS, NEAR_POINTS_MIN))
    .map((other) => other.table.name);
}

function ratingsFor(
  tables: readonly NamedTable[],
  users: Candidate,
  items: Candidate,
  refer: Refer,
): (TableScore & { user: Reference; item: Reference }) | null {
  const found = bestTables(tables, "ratings", CANDIDATES_MAX).flatMap((score) => {
    const user = refer(score.table, users, "users");
    const item = refer(score.table, items, "items");
    if (user === null || item === null || user.column === item.column) return [];
    const reasons = [...score.reasons, `it has ${user.column} and ${item.column}`];
    return [{ ...score, points: score.points + user.points + item.points, reasons, user, item }];
  });
  const [best] = found.toSorted((a, b) => b.points - a.points);
  return best !== undefined && best.points >= TABLE_POINTS_MIN.ratings ? best : null;
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
  const taken = [users?.table, items?.table, found?.orders.table, found?.lines.table].filter((one) => one !== undefined);
  const rest = tables.filter((table) => !taken.includes(table));
  const ratings = users === null || items === null ? null : ratingsFor(rest, users, items, refer);

  const chosen = (candidate: Candidate, role: Role, more: readonly string[]): ChosenTable => ({
    table: candidate.table,
    key: candidate.key,
    reasons: [...candidate.reasons, ...more],
    or: closeTo(tables, role, candidate.table, taken),
  });
  const referred = (by: string, reference: Reference): string => `${by}.${reference.column} refers to it`;
  return {
    users: users === null ? null : chosen(users, "users", found === null ? [] : [referred(found.orders.table.name, found.user)]),
    items: items === null ? null : chosen(items, "items", found === null ? [] : [referred(found.lines.table.name, found.lineItem)]),
    orders:
      found === null
        ? null
        : {
            ...chosen(found.orders, "orders", found.lines.table === found.orders.table ? [] : [referred(found.lines.table.name, found.lineOrder)]),
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
