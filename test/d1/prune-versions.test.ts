import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { VERSIONS_CERTAIN_MILLISECONDS } from "../../domain/exports/limits.ts";
import { rememberFeatures } from "../../platform/d1/feature-store.ts";
import { listFeaturesAsOf } from "../../platform/d1/features-as-of.ts";
import { countCatalogueAsOf } from "../../platform/d1/versions/count-catalogue.ts";
import { readItemHistoriesPage } from "../../platform/d1/versions/item-states.ts";
import { type PruneCursor, pruneVersions } from "../../platform/d1/versions/prune-versions.ts";
import { readRatingsOf } from "../../platform/d1/versions/rating-states.ts";
import { readUserHistories } from "../../platform/d1/versions/user-states.ts";
import { item } from "../support/catalogue.ts";
import { storeItem, storeRating, storeUser } from "./catalogue-writers.ts";
import { type MigratedDatabase, migratedDatabase, nextMillisecond } from "./migrated-database.ts";

const USERS = ["u1", "u2", "u3"];
const FEATURES = ["f1", "f2", "f3"];
const VERSION_TABLES = ["user_versions", "item_versions", "rating_versions", "feature_versions"];
const TABLES = ["users", "items", "ratings", "features", ...VERSION_TABLES];

let database: MigratedDatabase;
let db: D1Database;

beforeAll(async () => {
  database = await migratedDatabase();
  ({ db } = database);
});
beforeEach(() => database.empty(TABLES));
afterAll(() => database.close());

/** Every record at a price, rating and feature of `value`, and features of that kind. */
async function storeAll(value: number): Promise<void> {
  await db.batch(
    USERS.flatMap((userId) => [
      ...storeUser(db, { userId, country: null, features: { value } }),
      ...storeItem(db, item(`item of ${userId}`, { price: value })),
      ...storeRating(db, { userId, itemId: "A", rating: value, ratedAt: null }),
    ]),
  );
  const described = FEATURES.map((name) => ({ name, kind: `kind ${value}`, state: "active" as const, was: null }));
  await rememberFeatures(db, "items", described, new Date(0));
}

/** @returns how many slices there were */
async function pruneAll(before: number, rows: number): Promise<number> {
  let slices = 0;
  let cursor: PruneCursor | null = null;
  do {
    cursor = await pruneVersions(db, before, cursor, rows);
    slices += 1;
  } while (cursor !== null);
  return slices;
}

async function readAll(asOf: number): Promise<unknown[]> {
  const { histories } = await readUserHistories(db, USERS, asOf);
  const { items } = await readItemHistoriesPage(db, null, 10, asOf);
  return [[...histories], items, await countCatalogueAsOf(db, asOf), ...(await readStates(asOf))];
}

/** What does not tell since when it was so. */
async function readStates(asOf: number): Promise<unknown[]> {
  const features = await listFeaturesAsOf(db, "items", asOf);
  return [await readRatingsOf(db, USERS, asOf), features.map(({ name, kind }) => ({ name, kind }))];
}

/** The three states of every record, each with a time at which it held. */
async function threeStates(): Promise<[number, number, number]> {
  await storeAll(1);
  const first = await nextMillisecond(db);
  await storeAll(2);
  const second = await nextMillisecond(db);
  await storeAll(3);
  return [first, second, await nextMillisecond(db)];
}

it("takes the oldest state that is left for what was for as long as is known", async () => {
  const [, second, third] = await threeStates();
  await pruneAll(second, 100);
  const { histories } = await readUserHistories(db, ["u1"], third);
  expect(histories.get("u1")).toMatchObject([
    { since: null, value: { features: { value: 2 } } },
    { value: { features: { value: 3 } } },
  ]);
  expect(await readRatingsOf(db, ["u1"], second)).toMatchObject([{ rating: 2, since: null }]);
  expect((await readItemHistoriesPage(db, null, 1, second)).items).toMatchObject([
    ["item of u1", [{ since: null, value: { price: 2 } }]],
  ]);
});

it("leaves no version when all of them are over", async () => {
  const [, , third] = await threeStates();
  await pruneAll(third + 1, 2);
  expect(await readAll(third)).toMatchObject([
    USERS.map((userId) => [userId, [{ since: null, value: { features: { value: 3 } } }]]),
    USERS.map((userId) => [`item of ${userId}`, [{ since: null, value: { price: 3 } }]]),
    { users: 3, items: 3, ratings: 3 },
    USERS.map((userId) => ({ userId, rating: 3, since: null })),
    FEATURES.map((name) => ({ name, kind: "kind 3" })),
  ]);
});

it("keeps a version that ended at the time itself, and forgets one that ended before", async () => {
  await storeAll(1);
  await db.prepare("UPDATE item_versions SET until = 1000").run();
  const before = await readItemHistoriesPage(db, null, 10, 1000);
  await pruneAll(1000, 100);
  expect(await readItemHistoriesPage(db, null, 10, 1000)).toEqual(before);
  await pruneAll(1001, 100);
  expect((await readItemHistoriesPage(db, null, 1, 1000)).items[0]?.[1]).toMatchObject([{ since: null }]);
});

it.each([1, 2, 4, 9, 100])("comes to the same in slices of %i", async (rows) => {
  const [first, second] = await threeStates();
  const counts = async (): Promise<unknown[]> => {
    const found = VERSION_TABLES.map((table) => db.prepare(`SELECT count(*) AS n FROM ${table} WHERE until >= ?`));
    return (await db.batch(found.map((statement) => statement.bind(first)))).map(({ results }) => results);
  };
  const kept = await counts();
  const before = await readStates(second);
  expect(await pruneAll(first, rows)).toBe(4 * (Math.floor(9 / rows) + 1));
  expect(await counts()).toEqual(kept);
  expect(await readStates(second)).toEqual(before);
  for (const table of VERSION_TABLES) {
    const left = await db.prepare(`SELECT count(*) AS n FROM ${table} WHERE until < ?`).bind(first).first("n");
    expect(left, table).toBe(0);
  }
});

it("looks at no state that may be forgotten: what an export finds is the same before and after", async () => {
  await storeAll(1);
  const asOf = await nextMillisecond(db);
  const ended = asOf - VERSIONS_CERTAIN_MILLISECONDS;
  const states = [
    "user_versions (user_id, country, features",
    "item_versions (item_id, name, category, price, features",
  ];
  for (const [place, until] of [ended - 2, ended - 1, ended, ended + 1].entries()) {
    await db.batch([
      db
        .prepare(`INSERT INTO ${states[0]}, until, existed) VALUES ('u1', 'FR', ?, ?, 1)`)
        .bind(JSON.stringify({ value: 10 + place }), until),
      db
        .prepare(`INSERT INTO ${states[1]}, until, existed) VALUES ('item of u1', 'n', 'c', ?, '{}', ?, 1)`)
        .bind(10 + place, until),
      db
        .prepare("INSERT INTO rating_versions (user_id, item_id, until, rating, existed) VALUES ('u1', 'A', ?, ?, 1)")
        .bind(until, 1 + place),
    ]);
  }
  const before = await readAll(asOf);
  // The last of them is the only one that is certain to be there for whoever sets an export back to this time.
  const { histories } = await readUserHistories(db, ["u1"], asOf);
  expect(histories.get("u1")?.[0]).toMatchObject({ since: null, value: { features: { value: 13 } } });
  await pruneAll(ended + 1, 2);
  expect(await readAll(asOf)).toEqual(before);
});
