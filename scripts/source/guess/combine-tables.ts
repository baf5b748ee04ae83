import { CANDIDATES_MAX } from "../limits.ts";
import { keysOf, type TableKey } from "./keys.ts";
import type { NamedTable } from "./named-tables.ts";
import { type Reference, referencesTo } from "./references.ts";
import { bestTables, type TableScore } from "./score-table.ts";
import { ORDERS_POINTS_MIN, OWN_WORDS, type Role, TABLE_POINTS_MIN } from "./table-rules.ts";

/** A row of the orders' table that is an order and its only line. */
const SAME_TABLE_POINTS = 3;

/** A table that may be of a role, with one of the columns that may be its key. */
export interface Candidate extends TableScore {
  readonly key: TableKey | null;
}

/** A table once for each column that may be its key. */
function candidatesFor(tables: readonly NamedTable[], role: Role): Candidate[] {
  return bestTables(tables, role, CANDIDATES_MAX).flatMap((score): Candidate[] => {
    const keys = keysOf(score.table);
    if (keys.length === 0) return [{ ...score, key: null }];
    // The first is the primary key: of equal combinations the first wins, unless what refers to the table means another.
    return keys.map((key) => ({ ...score, key }));
  });
}

/** Tables that go together. */
export interface Combination {
  readonly points: number;
  readonly users: Candidate | null;
  readonly items: Candidate | null;
  readonly orders: FoundOrders | null;
}

/** Orders with lines, users and items that they refer to. */
export interface FoundOrders {
  readonly orders: Candidate;
  readonly lines: TableScore;
  readonly user: Reference;
  readonly lineOrder: Reference;
  readonly lineItem: Reference;
}

/** The likeliest column of one table that points to another. */
export type Refer = (from: NamedTable, to: Candidate, role: Role) => Reference | null;

/** Referring is asked for again and again while combinations are compared: each answer is kept. */
export function referring(): Refer {
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

function ordersOf(
  orders: Candidate,
  lines: TableScore,
  users: Candidate,
  items: Candidate,
  refer: Refer,
): FoundOrders | null {
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

function ordersPoints({ orders, lines, user, lineOrder, lineItem }: FoundOrders): number {
  return orders.points + lines.points + user.points + lineOrder.points + lineItem.points;
}

function distinct(...tables: readonly (NamedTable | undefined)[]): boolean {
  const present = tables.filter((table) => table !== undefined);
  return new Set(present).size === present.length;
}

function bestOrders(
  tables: readonly NamedTable[],
  users: Candidate,
  items: Candidate,
  refer: Refer,
): FoundOrders | null {
  let best: FoundOrders | null = null;
  const lines = bestTables(tables, "lines", CANDIDATES_MAX);
  for (const orders of candidatesFor(tables, "orders")) {
    for (const line of lines) {
      if (!distinct(orders.table, users.table, items.table) || !distinct(line.table, users.table, items.table))
        continue;
      const found = ordersOf(orders, line, users, items, refer);
      if (found !== null && (best === null || ordersPoints(found) > ordersPoints(best))) best = found;
    }
  }
  return best !== null && ordersPoints(best) >= ORDERS_POINTS_MIN ? best : null;
}

/**
 * The tables that fit their roles best together. What orders refer to is a user, and what their lines refer to is an
 * item, for better reasons than its own name.
 */
export function bestCombination(tables: readonly NamedTable[], refer: Refer): Combination {
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

/** Ratings with the user and the item that they refer to. */
export interface FoundRatings extends TableScore {
  readonly user: Reference;
  readonly item: Reference;
}

/** The table that holds ratings of these items by these users; null when none does. */
export function ratingsOf(
  tables: readonly NamedTable[],
  users: Candidate,
  items: Candidate,
  refer: Refer,
): FoundRatings | null {
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
