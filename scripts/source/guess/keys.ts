import type { NamedColumn, NamedTable } from "./named-tables.ts";
import { KEY_WORDS } from "./vocabulary.ts";

/** A column that tells a table's rows apart. */
export interface TableKey {
  readonly column: string;
  readonly why: string;
}

/** A key becomes an id that stands in addresses and logs: an e-mail address must not. */
const PERSONAL_WORDS: ReadonlySet<string> = new Set(["email", "phone"]);

function isPersonal(column: NamedColumn): boolean {
  return column.words.some((word) => PERSONAL_WORDS.has(word));
}

function canBeKey(column: NamedColumn): boolean {
  return (column.kind === "text" || column.kind === "number" || column.kind === "uuid") && !isPersonal(column);
}

/** Whether a name says "key" and nothing, or nothing but the table itself, beside: `id`, `product_code` in `products`. */
function isNamedKey(table: NamedTable, column: NamedColumn): boolean {
  const last = column.words.at(-1);
  if (last === undefined || !KEY_WORDS.has(last)) return false;
  return column.words.slice(0, -1).every((word) => table.words.includes(word));
}

/** Columns that could be the key of a table, the likeliest first. A key of several columns is none: Endcap knows rows by one. */
export function keysOf(table: NamedTable): TableKey[] {
  const primary = table.primaryKey.length === 1 ? table.primaryKey[0] : undefined;
  const usable = table.columns.filter(canBeKey);
  const keys: TableKey[] = usable
    .filter((column) => column.name === primary)
    .map((column) => ({ column: column.name, why: "the primary key" }));
  const unique = usable.filter((column) => column.unique && !column.nullable && column.name !== primary);
  keys.push(...unique.map((column) => ({ column: column.name, why: "unique and never NULL" })));
  if (keys.length > 0 || table.primaryKey.length > 0) return keys;
  const named = usable.find((column) => isNamedKey(table, column));
  if (named === undefined) return [];
  const why = "by its name: no primary key is declared, so make sure that no value stands twice";
  return [{ column: named.name, why }];
}

/** Why a table has no key that Endcap can use. */
export function noKeyReason({ name, primaryKey, columns }: NamedTable): string {
  if (primaryKey.length > 1) return `the primary key of ${name} has ${primaryKey.length} columns, and one is needed`;
  const primary = columns.find((column) => column.name === primaryKey[0]);
  if (primary === undefined) return `${name} has no primary key, no unique column and none that is named like a key`;
  if (isPersonal(primary))
    return `the primary key of ${name}, ${primary.name}, is personal and would be seen as the id`;
  return `the primary key of ${name}, ${primary.name}, is ${primary.declared}, which cannot be read as a key`;
}
