import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { erasedAmong, erasedSince, rememberErased } from "../../platform/d1/erased-user-store.ts";
import { type MigratedDatabase, migratedDatabase } from "./migrated-database.ts";

let database: MigratedDatabase;
let db: D1Database;

beforeAll(async () => {
  database = await migratedDatabase();
  ({ db } = database);
});
beforeEach(() => database.empty(["erased_users"]));
afterAll(() => database.close());

it("finds those who were erased among others", async () => {
  await rememberErased(db, "p1", 5);
  await rememberErased(db, "p2", 6);
  expect(await erasedAmong(db, ["p0", "p2", "p3"])).toEqual(new Set(["p2"]));
  expect(await erasedAmong(db, [])).toEqual(new Set());
});

it("says whether somebody was erased since, and takes the later time of who was erased twice", async () => {
  await rememberErased(db, "p1", 5);
  expect([await erasedSince(db, 5), await erasedSince(db, 6)]).toEqual([true, false]);
  await rememberErased(db, "p1", 8);
  await rememberErased(db, "p1", 3);
  expect([await erasedSince(db, 8), await erasedSince(db, 9)]).toEqual([true, false]);
});
