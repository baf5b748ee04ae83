import { keysOf } from "./keys.ts";
import type { NamedTable } from "./named-tables.ts";
import { COLUMN_POINTS_MIN, rankColumns } from "./rank-columns.ts";
import { OWN_WORDS, type Role, TABLE_RULES } from "./table-rules.ts";
import { FOREIGN_WORDS } from "./vocabulary.ts";

/** How well a table fits a role, and what speaks for it in words. */
export interface TableScore {
  readonly table: NamedTable;
  readonly points: number;
  readonly reasons: readonly string[];
}

const FOREIGN_POINTS = -6;
const NO_KEY_POINTS = -3;
const EMPTY_POINTS = -1;
const VIEW_POINTS = -1;
/** A name says its role clearly from here on. */
const CLEAR_NAME_POINTS = 2;
/** A column speaks for a table's role when its name is about that good. */
const SPEAKING_POINTS = COLUMN_POINTS_MIN + 2;

/** The words that stand for a table's own rows in front of its columns' names. */
export function ownWords(table: NamedTable, role: Role): ReadonlySet<string> {
  return new Set([...table.words, ...OWN_WORDS[role]]);
}

function nounPoints(table: NamedTable, role: Role): number {
  const { nouns, notAfter = [] } = TABLE_RULES[role];
  const before = table.words.slice(0, -1);
  if (before.some((word) => notAfter.includes(word))) return 0;
  const points = nouns[table.words.at(-1) ?? ""] ?? 0;
  // "items" alone are goods; "order_items" are lines.
  if (role !== "lines") return points;
  return before.some((word) => word === "line" || Object.hasOwn(TABLE_RULES.orders.nouns, word))
    ? points * 2
    : points / 2;
}

/** How well one table fits one role by itself, whatever refers to it. */
export function scoreTable(table: NamedTable, role: Role): TableScore {
  const rule = TABLE_RULES[role];
  const own = ownWords(table, role);
  const reasons: string[] = [];
  let points = nounPoints(table, role);
  if (points >= CLEAR_NAME_POINTS) reasons.push("its name");
  if (table.words.some((word) => FOREIGN_WORDS.has(word))) points += FOREIGN_POINTS;

  const said: string[] = [];
  for (const { rule: column, points: worth, says } of rule.columns) {
    const [best] = rankColumns(table, column, own);
    if (best === undefined || best.points < SPEAKING_POINTS) continue;
    points += worth;
    if (worth > 0) said.push(says);
  }
  const words = new Set(table.columns.flatMap((column) => column.words));
  for (const [word, spoken] of Object.entries(rule.words)) {
    if (!words.has(word)) continue;
    points += spoken.points;
    if (spoken.says !== undefined) said.push(spoken.says);
  }
  if (said.length > 0) reasons.push(`it holds ${said.join(", ")}`);

  // Lines and ratings are found by what they belong to: they need no key of their own.
  if (role !== "lines" && role !== "ratings" && keysOf(table).length === 0) points += NO_KEY_POINTS;
  if (table.rows === 0) points += EMPTY_POINTS;
  if (table.view) points += VIEW_POINTS;
  return { table, points, reasons };
}

/** The tables that fit a role best, at most `limit`; those that nothing speaks for are left out. */
export function bestTables(tables: readonly NamedTable[], role: Role, limit: number): TableScore[] {
  return tables
    .map((table) => scoreTable(table, role))
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points)
    .slice(0, limit);
}
