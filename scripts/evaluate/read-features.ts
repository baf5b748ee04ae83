import type { FeatureValue, FeatureValues } from "../../domain/catalogue/records.ts";
import { CommandError } from "../command.ts";
import { readTable } from "./read-table.ts";

const ISO_COUNTRY = /^[A-Z]{2}$/;

function toFeature(value: unknown): FeatureValue {
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "string" || value === "") return null;
  return value;
}

/** Columns whose every text is a number hold numbers: CSV knows no types. */
function numericColumns(rows: readonly FeatureValues[]): Set<string> {
  const numeric = new Set<string>();
  const other = new Set<string>();
  for (const row of rows) {
    for (const [column, value] of Object.entries(row)) {
      if (value === null) continue;
      if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))) numeric.add(column);
      else other.add(column);
    }
  }
  return new Set([...numeric].filter((column) => !other.has(column)));
}

/**
 * Reads the features of users or items: an id column and any others. An export's `user_` and `item_` are taken off the
 * names, since models know features by the names of the source.
 * @throws CommandError when the file has no id column
 */
export async function readFeatures(path: string, kind: "user" | "item"): Promise<Map<string, FeatureValues>> {
  const table = await readTable(path);
  const idColumn = `${kind}_id`;
  const prefix = `${kind}_`;
  const features = table.map((row): FeatureValues => {
    const entries = Object.entries(row).filter(([column]) => column !== idColumn);
    return Object.fromEntries(
      entries.map(([column, value]) => [
        column.startsWith(prefix) ? column.slice(prefix.length) : column,
        toFeature(value),
      ]),
    );
  });
  const numeric = numericColumns(features);
  const found = new Map<string, FeatureValues>();
  table.forEach((row, position) => {
    const id = row[idColumn];
    if (typeof id !== "string" && typeof id !== "number" && typeof id !== "bigint")
      throw new CommandError(`${path}, row ${position + 1}: there is no ${idColumn}.`);
    const own = Object.entries(features[position] ?? {}).map(([column, value]): [string, FeatureValue] => [
      column,
      value !== null && numeric.has(column) ? Number(value) : value,
    ]);
    found.set(String(id), Object.fromEntries(own));
  });
  return found;
}

/** The country of a user's features as the serving plane knows it: their `country` where it is an ISO 3166-1 code. */
export function countryOf(features: FeatureValues | undefined): string | null {
  const country = features?.["country_code"] ?? features?.["country"];
  return typeof country === "string" && ISO_COUNTRY.test(country) ? country : null;
}
