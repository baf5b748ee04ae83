import { namesMoneyUnit, withoutMoneyUnit } from "./money.ts";
import type { NamedColumn, NamedTable } from "./named-tables.ts";
import type { ColumnRule } from "./rules/column-rule.ts";

/** A column that may be what a rule looks for. */
export interface RankedColumn {
  readonly column: NamedColumn;
  readonly points: number;
}

/** Below this a name says too little. */
export const COLUMN_POINTS_MIN = 4;
/** Candidates within this many points of the best are told of. */
export const CLOSE_POINTS = 2.5;
const NOT_NULL_POINTS = 0.4;
/** A number may be a time, but seldom is where a real one is at hand. */
const EPOCH_POINTS = -2;

const TRUTH_WORDS: ReadonlySet<string> = new Set(["is", "has"]);

/** A column's name without the words of its table in front: `product_name` of an item is its name. */
export function stemOf(column: NamedColumn, own: ReadonlySet<string>): readonly string[] {
  const words = withoutMoneyUnit(column.words);
  const begin = words.findIndex((word) => !own.has(word));
  // The last word is what it is about, even where the table is called so too: `product_rating` in `ratings`.
  return words.slice(begin === -1 ? -1 : begin);
}

function namePoints(rule: ColumnRule, stem: readonly string[]): number {
  const plain = TRUTH_WORDS.has(stem[0] ?? "") ? stem.slice(1) : stem;
  const phrase = rule.phrases[plain.join(" ")];
  if (phrase !== undefined) return phrase;
  const { among } = rule;
  if (among !== undefined && stem.includes(among.word)) {
    if (stem.every((word) => word === among.word || among.fillers.includes(word))) return among.points;
  }
  const last = stem.at(-1);
  return stem.length > 1 && last !== undefined ? (rule.heads?.[last] ?? 0) : 0;
}

function pointsOf(rule: ColumnRule, column: NamedColumn, own: ReadonlySet<string>): number {
  if (rule.never !== undefined && column.words.some((word) => rule.never?.includes(word))) return 0;
  if (rule.money !== true && column.kind === "number" && namesMoneyUnit(column)) return 0;
  const points = Math.max(namePoints(rule, withoutMoneyUnit(column.words)), namePoints(rule, stemOf(column, own)));
  if (points === 0) return 0;
  const isEpoch = column.kind === "number" && rule.kinds.includes("datetime") && !rule.kinds.includes("boolean");
  return points + (column.nullable ? 0 : NOT_NULL_POINTS) + (isEpoch ? EPOCH_POINTS : 0);
}

/**
 * Columns of a table by how well they fit a rule, best first; equal ones in the table's order.
 * @param own words that stand for the table itself
 */
export function rankColumns(table: NamedTable, rule: ColumnRule, own: ReadonlySet<string>): RankedColumn[] {
  return table.columns
    .filter((column) => rule.kinds.includes(column.kind) && (!column.json || rule.kinds.includes("json")))
    .map((column) => ({ column, points: pointsOf(rule, column, own) }))
    .filter(({ points }) => points >= COLUMN_POINTS_MIN)
    .toSorted((a, b) => b.points - a.points);
}

/** Columns that are named right and have a type that cannot be used, with that type. */
export function misfits(table: NamedTable, rule: ColumnRule, own: ReadonlySet<string>): string[] {
  return table.columns
    .filter((column) => !rule.kinds.includes(column.kind) && pointsOf(rule, column, own) >= COLUMN_POINTS_MIN)
    .map((column) => `${column.name} is ${column.declared}`);
}

/** The names of the candidates that were nearly as good as the best. */
export function runnersUp(ranked: readonly RankedColumn[]): string[] {
  const [best, ...others] = ranked;
  if (best === undefined) return [];
  return others.filter(({ points }) => points >= best.points - CLOSE_POINTS).map(({ column }) => column.name);
}
