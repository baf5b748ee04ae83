import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { stateAt } from "../../domain/exports/history.ts";
import { upsertStatements } from "../../platform/d1/entity-table.ts";
import { valuesOf } from "../../platform/d1/entity-values.ts";
import { pushItems, pushUsers } from "../../platform/d1/push-store.ts";
import { d1Now } from "../../platform/d1/versions/clock.ts";
import { countCatalogueAsOf } from "../../platform/d1/versions/count-catalogue.ts";
import { readItemHistoriesPage } from "../../platform/d1/versions/item-states.ts";
import { readRatingsOf, readRatingsPage } from "../../platform/d1/versions/rating-states.ts";
import { readUserHistories, readUsersPage } from "../../platform/d1/versions/user-states.ts";
import { item } from "../support/catalogue.ts";
import { deleteRecord, storeItem, storeRating, storeUser } from "./catalogue-writers.ts";
import { type MigratedDatabase, migratedDatabase, nextMillisecond } from "./migrated-database.ts";

const TABLES = ["users", "items", "ratings", "user_pushes", "item_pushes"];
const VERSION_TABLES = ["user_versions", "item_versions", "rating_versions"];
const NOW = new Date("2026-11-21T12:00:00Z");
const USER = { userId: "u", country: "FR", features: { city: "Nantes" } };
const ITEM = item("A", { features: { scale: "1:10" } });
const RATING = { userId: "u", itemId: "A", rating: 4, ratedAt: null };
/** An item's row, and its entry in the index by run. */
const ITEM_ROWS = 2;

let database: MigratedDatabase;
let db: D1Database;

beforeAll(async () => {
  database = await migratedDatabase();
  ({ db } = database);
});
beforeEach(() => database.empty([...TABLES, ...VERSION_TABLES]));
afterAll(() => database.close());

async function versions(table: string): Promise<Record<string, unknown>[]> {
  return (await db.prepare(`SELECT * FROM ${table} ORDER BY 1, until`).all()).results;
}

async function rowsWritten(statements: readonly D1PreparedStatement[]): Promise<number> {
  const results = await db.batch([...statements]);
  return results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
}

it("writes no version of what is written again as it was", async () => {
  await db.batch([...storeUser(db, USER), ...storeItem(db, ITEM), ...storeRating(db, RATING)]);
  await nextMillisecond(db);
  expect(await rowsWritten([...storeUser(db, USER), ...storeRating(db, RATING)])).toBe(2);
  expect(await rowsWritten(storeItem(db, ITEM))).toBe(ITEM_ROWS);
  for (const table of VERSION_TABLES) expect(await versions(table), table).toMatchObject([{ existed: 0 }]);
});

it("writes no version of an item whose stock, visibility or picture changes", async () => {
  await db.batch(storeItem(db, ITEM));
  await nextMillisecond(db);
  const shown = { ...ITEM, stock: 4, hidden: true, image: "/a.png", url: "/a", publicValues: { colour: "red" } };
  expect(await rowsWritten(storeItem(db, shown))).toBe(ITEM_ROWS);
  await pushItems(db, [{ id: "A", fields: { stock: 3 } }], "change", NOW);
  expect(await versions("item_versions")).toMatchObject([{ existed: 0 }]);
});

it.each([
  ["name", { name: "Kite" }],
  ["category", { category: "Kites" }],
  ["price", { price: 11 }],
  ["features", { features: { scale: "1:20" } }],
] as const)("keeps what an item was before its %s changes", async (_, change) => {
  await db.batch(storeItem(db, ITEM));
  await nextMillisecond(db);
  await db.batch(storeItem(db, { ...ITEM, ...change }));
  const { name, category, price, features } = ITEM;
  const [, before] = await versions("item_versions");
  expect(before).toMatchObject({ name, category, price, features: JSON.stringify(features), existed: 1 });
});

it.each([
  ["rating", { rating: 5 }],
  ["time", { ratedAt: 7 }],
] as const)("keeps what a rating was before its %s changes", async (_, change) => {
  await db.batch(storeRating(db, RATING));
  await nextMillisecond(db);
  await db.batch(storeRating(db, { ...RATING, ...change }));
  expect((await versions("rating_versions"))[1]).toMatchObject({ rating: 4, rated_at: null, existed: 1 });
});

it("keeps when a rating was given, taken back and given again", async () => {
  await db.batch(storeRating(db, RATING));
  const given = await nextMillisecond(db);
  await db.batch(deleteRecord(db, "ratings", "u", "A"));
  const takenBack = await nextMillisecond(db);
  await db.batch(storeRating(db, RATING));
  const givenAgain = await nextMillisecond(db);
  const [, deletion, again] = await versions("rating_versions");
  expect(deletion).toMatchObject({ rating: 4, existed: 1 });
  expect(again).toMatchObject({ rating: null, existed: 0 });
  expect(await readRatingsOf(db, ["u"], given)).toMatchObject([{ rating: 4 }]);
  expect(await readRatingsOf(db, ["u"], takenBack)).toEqual([]);
  expect(await readRatingsOf(db, ["u"], givenAgain)).toMatchObject([{ rating: 4, since: again?.["until"] }]);
});

it.each([
  [999, 0, null],
  [1000, 1, 1000],
] as const)("takes what came at 1000 for there from then on: as of %i there are %i", async (asOf, there, since) => {
  await db.batch([...storeUser(db, USER), ...storeItem(db, ITEM), ...storeRating(db, RATING)]);
  await db.batch(VERSION_TABLES.map((table) => db.prepare(`UPDATE ${table} SET until = 1000`)));
  expect((await readUsersPage(db, null, 10, asOf)).users).toHaveLength(there);
  expect((await readUserHistories(db, ["u"], asOf)).histories.get("u")?.at(-1)?.since).toBe(since);
  expect((await readItemHistoriesPage(db, null, 10, asOf)).items[0]?.[1].at(-1)?.since).toBe(since);
  const ratings = there === 1 ? [{ ...RATING, since }] : [];
  expect(await readRatingsOf(db, ["u"], asOf)).toEqual(ratings);
  expect(await readRatingsPage(db, null, 10, asOf)).toEqual({ ratings, next: null });
  expect(await countCatalogueAsOf(db, asOf)).toEqual({ users: there, items: there, ratings: there });
});

it("gives every record in one page only, and nothing after the last", async () => {
  for (const id of ["1", "2"]) {
    await db.batch([...storeUser(db, { ...USER, userId: id }), ...storeItem(db, item(id))]);
    await db.batch(storeRating(db, { ...RATING, itemId: id }));
  }
  const now = await nextMillisecond(db);
  expect(await readUsersPage(db, "1", 1, now)).toMatchObject({ users: [{ userId: "2" }], next: "2" });
  expect(await readUsersPage(db, "2", 1, now)).toEqual({ users: [], next: null });
  expect(await readItemHistoriesPage(db, "1", 1, now)).toMatchObject({ items: [["2", [{}, {}]]], next: "2" });
  expect(await readItemHistoriesPage(db, "2", 1, now)).toEqual({ items: [], next: null });
  expect(await readRatingsPage(db, ["u", "1"], 1, now)).toMatchObject({ ratings: [{ itemId: "2" }], next: ["u", "2"] });
  expect(await readRatingsPage(db, ["u", "2"], 1, now)).toEqual({ ratings: [], next: null });
});

it("lets the state before both stand when a record changes twice in one millisecond", async () => {
  await db.batch(storeUser(db, USER));
  const before = await nextMillisecond(db);
  // Many changes in one transaction: most of them have a millisecond in common.
  const countries = ["DE", "IT", "ES", "PT", "NL", "BE", "DK", "SE"];
  await db.batch(countries.flatMap((country) => storeUser(db, { ...USER, country })));
  expect((await versions("user_versions")).length).toBeLessThan(2 + countries.length);
  const { histories } = await readUserHistories(db, ["u"], await d1Now(db));
  const history = histories.get("u") ?? [];
  expect(stateAt(history, before).value).toMatchObject({ country: "FR" });
  expect(history.at(-1)?.value).toMatchObject({ country: "SE" });
});

it("keeps the order of states when D1's clock goes back", async () => {
  await db.batch(storeItem(db, ITEM));
  const ahead = (await d1Now(db)) + 60_000;
  await db.prepare("UPDATE item_versions SET until = ?").bind(ahead).run();
  await db.batch(storeItem(db, { ...ITEM, price: 11 }));
  const { items } = await readItemHistoriesPage(db, null, 10, ahead);
  expect(items).toMatchObject([
    [
      "A",
      [
        { since: null, value: null },
        { since: ahead, value: { price: 11 } },
      ],
    ],
  ]);
});

it("takes an item that a push makes for there only when it is filled", async () => {
  // The two statements of the push, a millisecond apart.
  await db.prepare("INSERT INTO items VALUES ('A', '', '', 0, NULL, 0, NULL, NULL, '{}', '{}', '', 0, NULL)").run();
  const between = await nextMillisecond(db);
  await db.prepare("UPDATE items SET name = 'Kite', changed_run = 2").run();
  expect((await readItemHistoriesPage(db, null, 10, between)).items).toEqual([["A", [{ since: null, value: null }]]]);
});

it("forgets what a user was when the user is deleted, and begins anew when the user comes again", async () => {
  await db.batch(storeUser(db, USER));
  await nextMillisecond(db);
  await db.batch(storeUser(db, { ...USER, country: "DE" }));
  const there = await nextMillisecond(db);
  expect(await versions("user_versions")).toHaveLength(2);
  await db.batch(deleteRecord(db, "users", "u"));
  expect(await versions("user_versions")).toEqual([]);
  expect(await readUserHistories(db, ["u", "unknown"], there)).toEqual({ histories: new Map(), gone: new Set(["u"]) });
  await nextMillisecond(db);
  await pushUsers(db, [{ id: "u", fields: { country: "IT" } }], NOW);
  expect(await readUsersPage(db, null, 10, there)).toEqual({ users: [], next: null });
  const { histories } = await readUserHistories(db, ["u"], await d1Now(db));
  expect(histories.get("u")).toMatchObject([{ since: null, value: null }, { value: { country: "IT", features: {} } }]);
});

it("knows that a user of whom nothing is known was not there before coming again", async () => {
  const blank = { userId: "u", country: null, features: {} };
  await db.batch(storeUser(db, blank));
  await db.batch(deleteRecord(db, "users", "u"));
  const gone = await nextMillisecond(db);
  await db.batch(storeUser(db, blank));
  expect(await readUsersPage(db, null, 10, gone)).toEqual({ users: [], next: null });
  expect((await readUsersPage(db, null, 10, await d1Now(db))).users).toEqual([blank]);
});

it("writes no version of a record that is deleted as it comes, nor when it comes so again", async () => {
  const rows = (price: number): D1PreparedStatement[] => [
    ...upsertStatements(db, "users", [{ key: ["u"], hash: "h", values: [`${price}`, "{}"] }], 1, 5),
    ...upsertStatements(db, "items", [{ key: ["A"], hash: "h", values: valuesOf({ ...ITEM, price }) }], 1, 5),
    ...upsertStatements(db, "ratings", [{ key: ["u", "A"], hash: "h", values: [price, null] }], 1, 5),
  ];
  await db.batch(rows(1));
  await nextMillisecond(db);
  await db.batch(rows(2));
  for (const table of VERSION_TABLES) expect(await versions(table), table).toEqual([]);
});

it("tells nothing of what a deleted user rated, and of a deleted item what it was", async () => {
  await db.batch([...storeUser(db, USER), ...storeItem(db, ITEM), ...storeRating(db, RATING)]);
  const there = await nextMillisecond(db);
  expect(await readRatingsOf(db, ["u"], there)).toHaveLength(1);
  await db.batch([...deleteRecord(db, "users", "u"), ...deleteRecord(db, "items", "A")]);
  expect(await readRatingsOf(db, ["u"], there)).toEqual([]);
  expect(await countCatalogueAsOf(db, there)).toEqual({ users: 0, items: 1, ratings: 0 });
  const { items } = await readItemHistoriesPage(db, null, 10, await d1Now(db));
  expect(items).toMatchObject([["A", [{ value: null }, { value: { price: 10 } }, { value: null }]]]);
});
