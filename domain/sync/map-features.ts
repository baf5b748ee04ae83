import type { FeatureValue, FeatureValues } from "../catalogue/records.ts";
import { FEATURE_TEXT_MAX_LENGTH } from "./limits.ts";
import type { SourceRow, TableDescription } from "./replica.ts";
import { cutText, toFeature } from "./values.ts";

/** In the order of their names: a source that reorders its columns changes no record. */
function ordered(entries: readonly (readonly [string, FeatureValue])[]): FeatureValues {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The chosen columns as features. Binary columns are left out. */
export function mapFeatures(
  row: SourceRow,
  table: TableDescription,
  chosen: (column: string) => boolean,
): FeatureValues {
  const columns = table.columns.filter((column) => column.kind !== "binary" && chosen(column.name));
  return ordered(columns.map((column) => [column.name, toFeature(row[column.name] ?? null, column)]));
}

function member(value: unknown): FeatureValue {
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  return cutText(typeof value === "string" ? value : JSON.stringify(value), FEATURE_TEXT_MAX_LENGTH);
}

/**
 * The members of a column that holds a JSON object, each as a feature; lists and objects inside it as JSON text.
 * @returns null for what is no JSON object; NULL has no members
 */
export function mapAttributes(text: string | null): FeatureValues | null {
  if (text === null || text === "") return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed === null) return {};
    if (typeof parsed !== "object" || Array.isArray(parsed)) return null;
    return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, member(value)]));
  } catch {
    return null;
  }
}

/** Two sets of features as one. Where both have a name, the first one's value counts. */
export function joinFeatures(first: FeatureValues, second: FeatureValues): FeatureValues {
  return ordered(Object.entries({ ...second, ...first }));
}

/** The features whose name is chosen. */
export function pickFeatures(features: FeatureValues, chosen: (name: string) => boolean): FeatureValues {
  return Object.fromEntries(Object.entries(features).filter(([name]) => chosen(name)));
}
