import type { Database, DatabaseColumn, DatabaseTable } from "../database.ts";
import { TABLE_NOISE } from "./vocabulary.ts";
import { wordsOf } from "./words.ts";

/** A column with what its name says. */
export interface NamedColumn extends DatabaseColumn {
  readonly words: readonly string[];
}

/** A table with what its name says, without the prefixes that all names of a database share. */
export interface NamedTable extends DatabaseTable {
  readonly words: readonly string[];
  readonly columns: readonly NamedColumn[];
}

/** Below this many names a shared first word is a coincidence. */
const SHARED_PREFIX_MIN_NAMES = 3;

/** Without the first word when every name begins with it and says something beyond it (`oc_order`, `c_name`). */
function withoutSharedPrefix(names: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const prefix = names[0]?.[0];
  const shared = names.length >= SHARED_PREFIX_MIN_NAMES && names.every((words) => words[0] === prefix);
  return shared && names.every((words) => words.length > 1) ? names.map((words) => words.slice(1)) : names;
}

function withoutNoise(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !TABLE_NOISE.has(word));
  if (first === -1) return words;
  const last = words.findLastIndex((word) => !TABLE_NOISE.has(word));
  return words.slice(first, last + 1);
}

function named(table: DatabaseTable, words: readonly string[]): NamedTable {
  const columnWords = withoutSharedPrefix(table.columns.map((column) => wordsOf(column.name)));
  const columns = table.columns.map((column, place) => ({ ...column, words: columnWords[place] ?? [] }));
  return { ...table, words: withoutNoise(words), columns };
}

/** The tables of a database with what their names say. */
export function nameTables({ tables }: Database): readonly NamedTable[] {
  const words = withoutSharedPrefix(tables.map((table) => wordsOf(table.table)));
  return tables.map((table, place) => named(table, words[place] ?? []));
}
