import type { ColumnDescription, TableDescription } from "../../../domain/sync/replica.ts";
import type { TableNeed } from "../../../domain/sync/source-schema.ts";

function textColumn(name: string): ColumnDescription {
  return {
    name,
    type: "string",
    kind: "text",
    declared: "string",
    nullable: true,
    length: null,
    default: null,
    characterSet: null,
  };
}

/**
 * A table of an API that has no rows: nothing shows its columns, and a shop without ratings is no mistake. It is taken
 * to have those that it had when it was last seen, and those that the configuration names.
 * @param before as it was last seen with rows; undefined when it never was
 */
export function trustedTable(
  table: TableDescription,
  needs: readonly TableNeed[],
  before: TableDescription | undefined,
): TableDescription {
  const named = needs
    .filter((need) => need.table === table.table)
    .flatMap((need) => [...need.required, ...need.optional]);
  const known = before?.columns ?? [];
  const missing = [...new Set(named)].filter((name) => !known.some((column) => column.name === name));
  return { ...table, columns: [...known, ...missing.map(textColumn)] };
}
