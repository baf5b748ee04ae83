import type { FeatureValues } from "../catalogue/records.ts";
import type { SourceRow, TableDescription } from "./replica.ts";
import { toFeature } from "./values.ts";

/**
 * The chosen columns as features, in the order of their names: a source that reorders its columns changes no row.
 * Binary columns are left out.
 */
export function mapFeatures(
  row: SourceRow,
  table: TableDescription,
  chosen: (column: string) => boolean,
): FeatureValues {
  const columns = table.columns
    .filter((column) => column.kind !== "binary" && chosen(column.name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return Object.fromEntries(columns.map((column) => [column.name, toFeature(row[column.name] ?? null, column)]));
}
