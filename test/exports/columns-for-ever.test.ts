import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { ExportTable } from "../../domain/exports/manifest.ts";
import { rememberFeatures } from "../../platform/d1/feature-store.ts";
import { storeItem, storeRating, storeUser } from "../d1/catalogue-writers.ts";
import { queryDuckDb } from "../lake/duckdb.ts";
import { item } from "../support/catalogue.ts";
import { unionColumns, unionOf } from "./columns-union.ts";
import { DrivenShop } from "./export-drive.ts";
import type { PulledExport } from "./export-shop.ts";

let shop: DrivenShop;
/** Exports in turn: the source's format changes between any two. */
const exports: PulledExport[] = [];

/** The shop's format becomes another one, and an export is made. */
async function exportWith(
  user: { readonly kinds: Readonly<Record<string, string>>; readonly features: FeatureValues },
  itemFeatures: FeatureValues,
  was: Readonly<Record<string, string>> = {},
): Promise<void> {
  const described = Object.entries(user.kinds).map(([name, kind]) => ({
    name,
    kind,
    state: "active" as const,
    was: was[name] ?? null,
  }));
  await rememberFeatures(shop.db, "users", described, new Date());
  await shop.store(
    storeUser(shop.db, { userId: "1", country: "FR", features: user.features }),
    storeItem(shop.db, item("A", { features: itemFeatures })),
  );
  await shop.tick();
  exports.push(await shop.export());
}

beforeAll(async () => {
  shop = await DrivenShop.open();
  await shop.store(storeRating(shop.db, { userId: "1", itemId: "A", rating: 4, ratedAt: null }));
  await exportWith({ kinds: { zip: "number", color: "text" }, features: { zip: 44000, color: "red" } }, { wide: true });
  await exportWith(
    { kinds: { zip: "text", color: "text" }, features: { zip: "044000", color: "red" } },
    { wide: "very" },
  );
  await exportWith(
    { kinds: { zip: "number", colour: "text" }, features: { zip: 44100, colour: "blue" } },
    { wide: 3.5, Wide: "another" },
    { colour: "color" },
  );
  await exportWith({ kinds: { zip: "number" }, features: { zip: 1 } }, {});
});
afterAll(() => shop.close());

const columnsOf = ({ manifest }: PulledExport, table: ExportTable): string[] =>
  manifest.tables[table].columns
    .filter(({ feature }) => feature !== undefined)
    .map(({ name, type }) => `${name} ${type}`);

it("a feature that changes its type has another column, and its first again when it changes back", () => {
  expect(exports.map((one) => columnsOf(one, "users"))).toEqual([
    ["user_color string", "user_zip double"],
    ["user_color string", "user_zip_string string"],
    ["user_colour string", "user_zip double"],
    ["user_zip double"],
  ]);
  expect(exports.map((one) => columnsOf(one, "items"))).toEqual([
    ["item_wide boolean"],
    ["item_wide_string string"],
    ["item_Wide_2 string", "item_wide_double double"],
    [],
  ]);
  for (const one of exports) {
    expect(columnsOf(one, "training")).toEqual([...columnsOf(one, "users"), ...columnsOf(one, "items")]);
  }
});

it("all exports of all times are read together, and no column has another type", async () => {
  const { found, told } = await unionColumns(exports);
  expect(found).toEqual(told);
  expect(found["users"]).toMatchObject({ user_zip: "DOUBLE", user_zip_string: "VARCHAR" });
  expect(found["training"]).toMatchObject({
    item_wide: "BOOLEAN",
    item_wide_double: "DOUBLE",
    item_wide_string: "VARCHAR",
  });
  const valuesOf = async (table: "users" | "items", columns: string): Promise<unknown[][]> => {
    const rows = await queryDuckDb(`SELECT ${columns} FROM ${unionOf(exports, table)} ORDER BY ALL`);
    return rows.map((row) => Object.values(row));
  };
  expect(await valuesOf("users", "user_zip, user_zip_string, user_color, user_colour")).toEqual([
    [1, null, null, null],
    [44000, null, "red", null],
    [44100, null, null, "blue"],
    [null, "044000", "red", null],
  ]);
  expect(await valuesOf("items", "item_wide, item_wide_string, item_wide_double, item_Wide_2")).toEqual([
    [true, null, null, null],
    [null, "very", null, null],
    [null, null, 3.5, "another"],
    [null, null, null, null],
  ]);
});

describe("the manifest", () => {
  it.each([
    [1, "retyped", "user_zip", "user_zip_string"],
    [1, "retyped", "item_wide", "item_wide_string"],
    [2, "retyped", "user_zip_string", "user_zip"],
    [2, "renamed", "user_color", "user_colour"],
    [2, "retyped", "item_wide_string", "item_wide_double"],
    [2, "added", null, "item_Wide_2"],
    [3, "removed", "user_colour", null],
    [3, "removed", "item_Wide_2", null],
  ] as const)("of export %i says what was %s: %s → %s", (number, change, before, after) => {
    const { drift } = exports[number]?.manifest ?? {};
    expect(drift?.since).toBe(exports[number - 1]?.manifest.id);
    const found = drift?.columns.filter(
      (one) => one.before?.name === (before ?? undefined) && one.after?.name === (after ?? undefined),
    );
    const own = (before ?? after).startsWith("user_") ? "users" : "items";
    expect(found?.map((one) => [one.table, one.change])).toEqual([
      ["training", change],
      [own, change],
    ]);
  });

  it("of the first export says nothing of the kind", () => {
    expect(exports[0]?.manifest.drift).toBeNull();
  });
});
