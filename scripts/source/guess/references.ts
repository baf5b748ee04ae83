import type { NamedColumn, NamedTable } from "./named-tables.ts";
import { KEY_WORDS } from "./vocabulary.ts";

/** A column that points to the rows of another table. */
export interface Reference {
  readonly column: string;
  readonly points: number;
  readonly why: string;
}

const DECLARED_POINTS = 5;
const SAME_NAME_POINTS = 4;
const NAMED_AFTER_POINTS = 3.5;
const NAMED_AFTER_HEAD_POINTS = 3;
const NAMED_AFTER_ROLE_POINTS = 2;
/** Who wrote the row, or sold: a person, but not the one whose row it is. */
const BYSTANDER_POINTS = -3;
const BYSTANDERS: ReadonlySet<string> = new Set([
  "by",
  "updated",
  "approved",
  "approver",
  "assigned",
  "assignee",
  "rep",
  "representative",
  "employee",
  "recipient",
  "seller",
  "staff",
  "admin",
  "agent",
  "parent",
  "referrer",
  "manager",
  "moderator",
]);
const BUYERS: ReadonlySet<string> = new Set(["by", "ordered", "placed", "purchased", "bought"]);

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, place) => word === b[place]);
}

function isGeneric(words: readonly string[]): boolean {
  return words.every((word) => KEY_WORDS.has(word));
}

/** `customer_id`, `id_customer` or `customer` for a table `customers`. */
function isNamedAfter(words: readonly string[], target: readonly string[]): boolean {
  if (target.length === 0) return false;
  const ends = words.at(-1);
  const begins = words[0];
  if (ends !== undefined && KEY_WORDS.has(ends) && sameWords(words.slice(0, -1), target)) return true;
  if (begins !== undefined && KEY_WORDS.has(begins) && sameWords(words.slice(1), target)) return true;
  return sameWords(words, target);
}

function byName(column: NamedColumn, target: NamedTable, key: NamedColumn, nouns: ReadonlySet<string>) {
  const { words } = column;
  if (column.kind !== key.kind) return null;
  if (!isGeneric(key.words) && sameWords(words, key.words)) {
    return { points: SAME_NAME_POINTS, why: `named like ${target.name}.${key.name}` };
  }
  if (isNamedAfter(words, target.words)) return { points: NAMED_AFTER_POINTS, why: `named after ${target.name}` };
  const head = target.words.slice(-1);
  if (isNamedAfter(words, head)) return { points: NAMED_AFTER_HEAD_POINTS, why: `named after ${target.name}` };
  const noun = words.find((word) => nouns.has(word));
  const last = words.at(-1);
  if (noun !== undefined && words.length > 1 && last !== undefined && KEY_WORDS.has(last)) {
    return { points: NAMED_AFTER_ROLE_POINTS, why: "by its name" };
  }
  return null;
}

function bystanderPoints(words: readonly string[]): number {
  if (words.some((word) => BYSTANDERS.has(word)) && !words.every((word) => BUYERS.has(word) || KEY_WORDS.has(word)))
    return BYSTANDER_POINTS;
  return 0;
}

/**
 * Columns of `table` that point to the rows of `target` by its column `key`, the likeliest first: declared, or named
 * like it.
 * @param nouns words by which such a row is called besides (`user` for a customer)
 */
export function referencesTo(
  table: NamedTable,
  target: NamedTable,
  key: string,
  nouns: ReadonlySet<string> = new Set(),
): Reference[] {
  const keyColumn = target.columns.find((column) => column.name === key);
  if (keyColumn === undefined) return [];
  const isDeclared = (column: NamedColumn): boolean =>
    table.foreignKeys.some(
      (declared) => declared.column === column.name && declared.table === target.name && declared.references === key,
    );
  const pointsElsewhere = (column: NamedColumn): boolean =>
    table.foreignKeys.some((declared) => declared.column === column.name);
  const found = table.columns.flatMap((column): Reference[] => {
    const penalty = bystanderPoints(column.words);
    if (isDeclared(column)) {
      const why = `a foreign key to ${target.name}`;
      // Of two foreign keys the one that is named after the table is meant.
      const named = byName(column, target, keyColumn, nouns) === null ? 0 : 0.5;
      return [{ column: column.name, points: DECLARED_POINTS + penalty + named, why }];
    }
    const isOwnKey = table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
    if (pointsElsewhere(column) || isOwnKey) return [];
    const named = byName(column, target, keyColumn, nouns);
    return named === null ? [] : [{ column: column.name, points: named.points + penalty, why: named.why }];
  });
  return found.filter((reference) => reference.points > 0).toSorted((a, b) => b.points - a.points);
}
