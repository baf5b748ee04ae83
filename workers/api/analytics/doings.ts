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
 * The counters of what shoppers did: those of items only where an item is asked for, since those of lines are a
 * hundredth of them.
 */
export function doingsTable(by: ReadonlySet<string>, sums: Readonly<Record<string, string>>): CountedTable {
  const shared = { country: "counted.country", currency: "counted.currency", ...sums };
  return by.has("item")
    ? { name: "hourly_items", columns: { item_id: "counted.item_id", ...shared } }
    : { name: "hourly_lines", columns: { line: "counted.line", ...shared } };
}
