import { describe, expect, it } from "vitest";

import type { FeatureValue } from "../../domain/catalogue/records.ts";
import { featureColumn, featureType, RESERVED_COLUMNS, toCell } from "../../domain/exports/columns.ts";
import type { ColumnType } from "../../domain/exports/manifest.ts";

it.each<[kind: string, ColumnType]>([
  ["number", "double"],
  ["boolean", "boolean"],
  ["text", "string"],
  // ISO 8601: a text that becomes a date stays the same column.
  ["date", "string"],
  ["time", "string"],
  ["json", "string"],
])("a feature of the kind %s is a column of type %s", (kind, type) => {
  expect(featureType(kind)).toBe(type);
});

it("a feature's column keeps the feature's name in the source", () => {
  expect(featureColumn({ feature: "id", type: "double" }, "item_id_2", "item")).toEqual({
    name: "item_id_2",
    type: "double",
    nullable: true,
    unit: null,
    meaning: "The item's id, as the source has it.",
    feature: "id",
  });
});

describe("a value", () => {
  it.each<[ColumnType, FeatureValue | undefined, FeatureValue]>([
    ["string", "a", "a"],
    ["string", "", ""],
    // A feature of several kinds is a text.
    ["string", 5, "5"],
    ["string", 0.5, "0.5"],
    ["string", true, "true"],
    ["double", 5, 5],
    ["double", 0, 0],
    // The column's type is fixed before the rows are read: what does not fit is missing.
    ["double", "5", null],
    ["double", true, null],
    ["boolean", false, false],
    ["boolean", 1, null],
    ["boolean", "true", null],
    ["string", null, null],
    ["double", null, null],
    ["boolean", undefined, null],
  ])("of a column of type %s, %j, is the cell %j", (type, value, cell) => {
    expect(toCell(type, value)).toBe(cell);
  });
});

it("names of features may not hide the columns that every shop has", () => {
  for (const name of [
    "user_id",
    "item_id",
    "rating",
    "user_country_code",
    "item_name",
    "item_price",
    "user_known_since",
  ]) {
    expect(RESERVED_COLUMNS).toContain(name);
  }
});
