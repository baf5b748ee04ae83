import type { FeatureValue } from "../catalogue/records.ts";
import type { ExportColumn } from "./manifest.ts";

/** One kind of value seen under a feature's name. */
export interface SeenFeature {
  readonly name: string;
  readonly kind: "text" | "number" | "boolean" | "null";
}

/** Columns that every export has, before the features. */
export const USER_COLUMNS: readonly ExportColumn[] = [
  { name: "user_id", type: "string" },
  { name: "country", type: "string" },
];
export const ITEM_COLUMNS: readonly ExportColumn[] = [
  { name: "item_id", type: "string" },
  { name: "name", type: "string" },
  { name: "category", type: "string" },
  { name: "price", type: "double" },
];
export const RATING_COLUMNS: readonly ExportColumn[] = [
  { name: "user_id", type: "string" },
  { name: "item_id", type: "string" },
  { name: "rating", type: "double" },
  { name: "rated_at", type: "timestamp" },
];
export const INTERACTION_COLUMNS: readonly ExportColumn[] = [
  { name: "user_id", type: "string" },
  { name: "item_id", type: "string" },
  { name: "quantity", type: "double" },
  { name: "price", type: "double" },
  { name: "timestamp", type: "timestamp" },
  { name: "order_id", type: "string" },
];

function typeOf(kinds: ReadonlySet<SeenFeature["kind"]>): ExportColumn["type"] {
  const told = [...kinds].filter((kind) => kind !== "null");
  if (told.length !== 1) return "string";
  return told[0] === "number" ? "double" : told[0] === "boolean" ? "boolean" : "string";
}

/**
 * One column per feature, in the order of their names. A feature that holds different kinds of value becomes text.
 * Names are unique even where upper and lower case count the same (as in DuckDB): a second one gets a number.
 */
export function featureColumns(
  prefix: "user_" | "item_",
  fixed: readonly ExportColumn[],
  seen: readonly SeenFeature[],
): ExportColumn[] {
  const kindsOf = new Map<string, Set<SeenFeature["kind"]>>();
  for (const { name, kind } of seen) kindsOf.set(name, (kindsOf.get(name) ?? new Set()).add(kind));
  const used = new Set(fixed.map((column) => column.name.toLowerCase()));
  return [...kindsOf.keys()].sort().map((feature) => {
    let name = prefix + feature;
    for (let copy = 2; used.has(name.toLowerCase()); copy++) name = `${prefix}${feature}_${copy}`;
    used.add(name.toLowerCase());
    return { name, type: typeOf(kindsOf.get(feature) ?? new Set()), feature };
  });
}

/** A feature's value as its column holds it: null where it does not fit (a column's type is fixed before its rows are read). */
export function toCell(column: ExportColumn, value: FeatureValue | undefined): FeatureValue {
  if (value === undefined || value === null) return null;
  if (column.type === "double") return typeof value === "number" ? value : null;
  if (column.type === "boolean") return typeof value === "boolean" ? value : null;
  return String(value);
}
