import type { NamedColumn, NamedTable } from "./named-tables.ts";
import { rankColumns } from "./rank-columns.ts";
import { COST, COST_WORDS } from "./rules/item-rules.ts";

/** Types of columns that serve a search or another model: nothing that says something about the item by itself. */
const MACHINE_TYPES: ReadonlySet<string> = new Set(["tsvector", "vector", "halfvec", "sparsevec"]);
const INTERNAL_WORDS: ReadonlySet<string> = new Set(["internal", "password", "secret", "token"]);

/** Whether a column tells what the shop itself paid or earns. */
export function isCost(column: NamedColumn, table: NamedTable, own: ReadonlySet<string>): boolean {
  if (column.kind === "number" && column.words.some((word) => COST_WORDS.has(word))) return true;
  return rankColumns({ ...table, columns: [column] }, COST, own).length > 0;
}

/** Whether a column is for the shop's own people or machines. */
export function isInternal(column: NamedColumn): boolean {
  return MACHINE_TYPES.has(column.type) || column.words.some((word) => INTERNAL_WORDS.has(word));
}
