import { z } from "zod";

import type { CountedTable } from "../../../platform/d1/analytics/counted.ts";
import { filterField, groupField, intervalField, pageFields, rangeFields, topField } from "./query.ts";

/** Dimensions of what shoppers did, and their columns. */
export const DOING_DIMENSIONS = { item: "item_id", line: "line", country: "country" } as const;
const NAMES = Object.keys(DOING_DIMENSIONS) as (keyof typeof DOING_DIMENSIONS)[];

/** What reports of what shoppers did take. */
export const doingsSchema = z
  .strictObject({
    ...rangeFields,
    ...pageFields,
    interval: intervalField,
    group_by: groupField(NAMES).default([]),
    top: topField.optional(),
    item: filterField,
    line: filterField,
    country: filterField,
  })
  .transform(({ item, line, country, ...query }) => ({ ...query, filters: { item, line, country } }));

/**
 * The counters of what shoppers did. Those of items have the most rows, then those of lines by country: they are read
 * only where an item or a country is asked for.
 */
export function doingsTables(by: ReadonlySet<string>, sums: Readonly<Record<string, string>>): CountedTable[] {
  const ofAll = { currency: "counted.currency", ...sums };
  const ofCountry = { country: "counted.country", ...ofAll };
  if (by.has("item")) return [{ name: "hourly_items", columns: { item_id: "counted.item_id", ...ofCountry } }];
  const columns = { line: "counted.line", ...ofCountry };
  const merged: CountedTable = by.has("country")
    ? { name: "hourly_line_countries", columns }
    : { name: "hourly_lines", columns: { ...columns, country: "''" } };
  return [merged, { name: "line_deltas", columns }];
}
