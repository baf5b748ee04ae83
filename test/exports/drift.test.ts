import { describe, expect, it } from "vitest";

import { columnChanges, driftSince } from "../../domain/exports/drift.ts";
import type { ColumnType, ExportColumn, ExportedFeature } from "../../domain/exports/manifest.ts";
import { makeExport } from "./made-export.ts";

const column = (name: string, type: ColumnType, feature?: string): ExportColumn => ({
  name,
  type,
  nullable: true,
  unit: null,
  meaning: `${name} of a test`,
  ...(feature === undefined ? {} : { feature }),
});
const ID = column("item_id", "string");
const COLOR = column("item_color", "string", "color");
const COLOUR = column("item_colour", "string", "colour");
const SIZE = column("item_size", "string", "size");
const SIZE_NUMBER = column("item_size_double", "double", "size");
const brief = ({ name, type }: ExportColumn) => ({ name, type });
const NOTHING_WAS = new Map<string, string>();
const WAS_COLOR = new Map([["colour", "color"]]);

describe("a table's columns", () => {
  it.each<[string, before: ExportColumn[], after: ExportColumn[], ReadonlyMap<string, string>, changes: object[]]>([
    ["have not changed", [ID, SIZE], [SIZE, ID], NOTHING_WAS, []],
    ["have one more", [ID], [ID, SIZE], NOTHING_WAS, [{ change: "added", before: null, after: brief(SIZE) }]],
    ["have one less", [ID, SIZE], [ID], NOTHING_WAS, [{ change: "removed", before: brief(SIZE), after: null }]],
    [
      "have one of another type",
      [ID, SIZE],
      [ID, SIZE_NUMBER],
      NOTHING_WAS,
      [{ change: "retyped", before: brief(SIZE), after: brief(SIZE_NUMBER) }],
    ],
    [
      "have one of another name, and somebody says so",
      [ID, COLOR],
      [COLOUR, ID],
      WAS_COLOR,
      [{ change: "renamed", before: brief(COLOR), after: brief(COLOUR) }],
    ],
    [
      "have one of another name, and nobody says so",
      [ID, COLOR],
      [ID, COLOUR],
      NOTHING_WAS,
      [
        { change: "added", before: null, after: brief(COLOUR) },
        { change: "removed", before: brief(COLOR), after: null },
      ],
    ],
    // The configuration goes on saying what a column was.
    ["had the new name before", [ID, COLOUR], [ID, COLOUR], WAS_COLOR, []],
    [
      "have the new name beside the old",
      [COLOR],
      [COLOR, COLOUR],
      WAS_COLOR,
      [{ change: "added", before: null, after: brief(COLOUR) }],
    ],
    [
      "have several changes at once",
      [ID, COLOR, SIZE],
      [ID, COLOUR, SIZE_NUMBER, column("item_wheels", "double", "wheels")],
      WAS_COLOR,
      [
        { change: "renamed", before: brief(COLOR), after: brief(COLOUR) },
        { change: "retyped", before: brief(SIZE), after: brief(SIZE_NUMBER) },
        { change: "added", before: null, after: { name: "item_wheels", type: "double" } },
      ],
    ],
  ])("%s", (_, before, after, was, changes) => {
    expect(columnChanges("items", before, after, was)).toEqual(
      changes.map((change) => ({ table: "items", ...change })),
    );
  });
});

describe("an export, beside the one before", () => {
  const feature = (name: string, share: number | null, was: string | null = null): ExportedFeature => ({
    entity: "items",
    name,
    kind: "text",
    state: "active",
    was,
    first_seen_at: "2026-11-01T00:00:00.000Z",
    last_seen_at: "2026-11-20T00:00:00.000Z",
    null_share: share,
    distinct_values: null,
  });

  it("tells of rows, columns and shares of missing values that moved, and of what the sync noticed", () => {
    const { manifest } = makeExport();
    const features = [feature("color", 0.5), feature("near", 0.5), feature("far", 0.2), feature("unknown", null)];
    const before = { ...manifest, features };
    const { items, users } = manifest.tables;
    const noticed = {
      noticed_at: "2026-11-20T00:00:00.000Z",
      entity: "items",
      table: "products",
      column: "color",
      kind: "column_renamed",
      before: "color",
      after: "colour",
      effect: "goes_on",
    };
    const after = {
      tables: {
        ...manifest.tables,
        items: { ...items, rows: 7, columns: [...items.columns, column("item_far", "string", "far")] },
      },
      features: [feature("colour", 0.9, "color"), feature("near", 0.6), feature("far", 0.31), feature("unknown", 0.4)],
    };
    expect(driftSince(before, after, [noticed])).toEqual({
      since: manifest.id,
      columns: [{ table: "items", change: "added", before: null, after: { name: "item_far", type: "string" } }],
      rows: {
        training: { before: 3, after: 3 },
        ratings: { before: 3, after: 3 },
        users: { before: users.rows, after: users.rows },
        items: { before: 3, after: 7 },
      },
      null_shares: [{ entity: "items", name: "far", before: 0.2, after: 0.31 }],
      source_changes: [noticed],
    });
  });

  it("knows a renamed feature's column by its earlier name", () => {
    const { manifest } = makeExport();
    const withColumn = (one: ExportColumn) => ({
      ...manifest.tables,
      items: { ...manifest.tables.items, columns: [ID, one] },
    });
    const before = { ...manifest, tables: withColumn(COLOR) };
    const after = { tables: withColumn(COLOUR), features: [feature("colour", null, "color")] };
    expect(driftSince(before, after, []).columns).toEqual([
      { table: "items", change: "renamed", before: brief(COLOR), after: brief(COLOUR) },
    ]);
  });
});
