import { keysOf } from "./keys.ts";
import type { NamedTable } from "./named-tables.ts";
import { rankColumns } from "./rank-columns.ts";
import { referencesTo } from "./references.ts";
import type { ColumnRule } from "./rules/column-rule.ts";

/** What a column must be called to be worth a hint. */
const HINT_POINTS_MIN = 6;

function isRelated(a: NamedTable, b: NamedTable): boolean {
  return keysOf(b).some((key) => referencesTo(a, b, key.column).length > 0);
}

/**
 * Says where something stands that a table lacks: in a table that it refers to, or that refers to it. The
 * configuration reads one table, so a view has to join them.
 * @returns an ending for a sentence; empty when it stands nowhere near
 */
export function elsewhere(tables: readonly NamedTable[], table: NamedTable, rule: ColumnRule): string {
  for (const other of tables) {
    if (other === table) continue;
    const [best] = rankColumns(other, rule, new Set([...table.words, ...other.words]));
    if (best === undefined || best.points < HINT_POINTS_MIN) continue;
    // Only a table about the same thing: a brand has a name too, but it is not the product's.
    if (!other.words.some((word) => table.words.includes(word))) continue;
    if (isRelated(table, other) || isRelated(other, table)) {
      return `: ${other.name} has ${best.column.name}, so a view that joins both would do`;
    }
  }
  return "";
}
