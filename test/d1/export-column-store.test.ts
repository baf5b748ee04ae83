import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { columnNames } from "../../platform/d1/export-column-store.ts";
import { type MigratedDatabase, migratedDatabase } from "./migrated-database.ts";

let database: MigratedDatabase;
let db: D1Database;

beforeAll(async () => {
  database = await migratedDatabase();
  ({ db } = database);
});
beforeEach(() => database.empty(["export_columns"]));
afterAll(() => database.close());

const text = (feature: string): { feature: string; type: string } => ({ feature, type: "string" });
const number = (feature: string): { feature: string; type: string } => ({ feature, type: "double" });

it("names a column after its feature, and another type of it after both", async () => {
  expect(await columnNames(db, "users", [number("zip")], [])).toEqual(new Map([["zip", "user_zip"]]));
  expect(await columnNames(db, "users", [text("zip")], [])).toEqual(new Map([["zip", "user_zip_string"]]));
  expect(await columnNames(db, "items", [text("zip")], [])).toEqual(new Map([["zip", "item_zip"]]));
});

it("never changes a name, whatever is wanted or reserved later", async () => {
  await columnNames(db, "users", [number("zip")], []);
  await columnNames(db, "users", [text("zip"), text("Zip")], []);
  expect(await columnNames(db, "users", [number("zip"), text("Zip")], ["user_zip"])).toEqual(
    new Map([
      ["zip", "user_zip"],
      ["Zip", "user_Zip_2"],
    ]),
  );
});

it("numbers names that differ from reserved or taken ones in case only, beyond ASCII too", async () => {
  const wanted = [text("ID"), text("größe"), text("GRÖSSE"), text("GRÖßE"), text("city_2"), text("City"), text("city")];
  const names = await columnNames(db, "users", wanted, ["user_id"]);
  expect(names).toEqual(
    new Map([
      ["ID", "user_ID_2"],
      ["GRÖSSE", "user_GRÖSSE"],
      ["GRÖßE", "user_GRÖßE"],
      ["größe", "user_größe_2"],
      ["City", "user_City"],
      ["city", "user_city_2"],
      ["city_2", "user_city_2_2"],
    ]),
  );
});

it("gives the name of a type that another feature has already taken a number", async () => {
  await columnNames(db, "items", [text("a_double"), text("a")], []);
  expect(await columnNames(db, "items", [number("a")], [])).toEqual(new Map([["a", "item_a_double_2"]]));
});

it("gives exports that ask at once the same names, and each name once", async () => {
  const asked = [text("a"), number("a"), text("A"), number("A")];
  const answers = await Promise.all(
    [...asked, ...asked].map(async (column) => {
      const names = await columnNames(db, "users", [column], ["user_id"]);
      return [`${column.feature} ${column.type}`, names.get(column.feature) ?? ""] as const;
    }),
  );
  const byColumn = new Map(answers);
  expect(new Set(answers.map((answer) => answer.join(" "))).size).toBe(asked.length);
  expect(new Set([...byColumn.values()].map((name) => name.toLowerCase())).size).toBe(asked.length);
});

it("gives no name for no feature", async () => {
  expect(await columnNames(db, "users", [], ["user_id"])).toEqual(new Map());
});
