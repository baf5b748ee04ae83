import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";

import { type History, stateAt } from "../../domain/exports/history.ts";
import { pushItems, pushUsers } from "../../platform/d1/push-store.ts";
import { countCatalogueAsOf } from "../../platform/d1/versions/count-catalogue.ts";
import { readItemHistoriesPage } from "../../platform/d1/versions/item-states.ts";
import {
  type RatingAsOf,
  type RatingCursor,
  readRatingsOf,
  readRatingsPage,
} from "../../platform/d1/versions/rating-states.ts";
import { readUserHistories, readUsersPage } from "../../platform/d1/versions/user-states.ts";
import { item } from "../support/catalogue.ts";
import { deleteRecord, storeItem, storeRating, storeUser } from "./catalogue-writers.ts";
import { type MigratedDatabase, migratedDatabase, nextMillisecond } from "./migrated-database.ts";

/**
 * Whatever the sync and the shop write: what is read as of a time is what a plain read gave then, less the users who
 * are deleted since.
 */
const TABLES = ["users", "items", "ratings", "user_pushes", "item_pushes"];
const VERSION_TABLES = ["user_versions", "item_versions", "rating_versions"];
// Few, so that most changes meet a record that is there.
const USERS = ["u1", "u2"];
const ITEMS = ["A", "B"];
const PAGE_ROWS = 1;
const CASES = 10;
const TIMEOUT_MILLISECONDS = 120_000;
const PUSHED_AT = new Date("2026-11-21T12:00:00Z");

/** What a plain read gave at a time: live rows by key. */
interface Remembered {
  readonly at: number;
  readonly users: ReadonlyMap<string, unknown>;
  /** Users who were deleted in the step before, even if they came again in it. */
  readonly deleted: ReadonlySet<string>;
  readonly items: ReadonlyMap<string, unknown>;
  readonly ratings: ReadonlyMap<string, { rating: unknown; ratedAt: unknown }>;
}

const userId = fc.constantFrom(...USERS);
const itemId = fc.constantFrom(...ITEMS);
const country = fc.constantFrom("FR", "DE", null);
const features = fc.constantFrom({}, { city: "Nantes" }, { city: "Lyon", age: 3 }, { city: null, member: true });
const price = fc.constantFrom(1, 2.5);

/** Changes that are made in one transaction, as a page of the sync is. */
const synced = fc.array(
  fc.oneof(
    fc.record({ write: fc.constant("user" as const), userId, country, features }),
    fc.record({ write: fc.constant("item" as const), itemId, price, features, stock: fc.constantFrom(1, 2) }),
    fc.record({
      write: fc.constant("rating" as const),
      userId,
      itemId,
      rating: fc.constantFrom(1, 5),
      ratedAt: fc.constantFrom(9, null),
    }),
    fc.record({ write: fc.constant("delete user" as const), userId }),
    fc.record({ write: fc.constant("delete item" as const), itemId }),
    fc.record({ write: fc.constant("delete rating" as const), userId, itemId }),
  ),
  { minLength: 1, maxLength: 6 },
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ step: fc.constant("sync" as const), synced }) },
  fc.record({ step: fc.constant("push user" as const), userId, country }),
  fc.record({
    step: fc.constant("push item" as const),
    itemId,
    price,
    stock: fc.constantFrom(1, 2),
    kind: fc.constantFrom("change" as const, "replace" as const),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type Synced = typeof synced extends fc.Arbitrary<(infer Value)[]> ? Value : never;

let database: MigratedDatabase;
let db: D1Database;

beforeAll(async () => {
  database = await migratedDatabase();
  ({ db } = database);
});
afterAll(() => database.close());

function statementsOf(change: Synced): D1PreparedStatement[] {
  switch (change.write) {
    case "user":
      return storeUser(db, change);
    case "item":
      return storeItem(db, item(change.itemId, change));
    case "rating":
      return storeRating(db, change);
    case "delete user":
      return deleteRecord(db, "users", change.userId);
    case "delete item":
      return deleteRecord(db, "items", change.itemId);
    case "delete rating":
      return deleteRecord(db, "ratings", change.userId, change.itemId);
  }
}

async function take(step: Step): Promise<void> {
  switch (step.step) {
    case "sync":
      await db.batch(step.synced.flatMap(statementsOf));
      return;
    case "push user":
      await pushUsers(db, [{ id: step.userId, fields: { country: step.country } }], PUSHED_AT);
      return;
    case "push item":
      await pushItems(
        db,
        [{ id: step.itemId, fields: { price: step.price, stock: step.stock } }],
        step.kind,
        PUSHED_AT,
      );
  }
}

type Row = Record<string, string>;

/** Users whom a step deletes. @param users those who are there before it */
function deletedBy(step: Step, users: ReadonlyMap<string, unknown>): Set<string> {
  const there = new Set(users.keys());
  const deleted = new Set<string>();
  for (const change of step.step === "sync" ? step.synced : []) {
    if (change.write === "user") there.add(change.userId);
    if (change.write === "delete user" && there.delete(change.userId)) deleted.add(change.userId);
  }
  return deleted;
}

/** What there is now, read without any version; then D1's clock goes on. */
async function remember(deleted: ReadonlySet<string>): Promise<Remembered> {
  const live = async (table: string): Promise<Row[]> =>
    (await db.prepare(`SELECT * FROM ${table} WHERE deleted_at IS NULL`).all<Row>()).results;
  const users = await live("users");
  const items = await live("items");
  const ratings = await live("ratings");
  const state = ({ features = "", ...row }: Row, names: readonly string[]): unknown => ({
    ...Object.fromEntries(names.map((name) => [name, row[name]])),
    features: JSON.parse(features) as unknown,
  });
  return {
    deleted,
    users: new Map(users.map((row) => [row["user_id"] ?? "", state(row, ["country"])])),
    items: new Map(items.map((row) => [row["item_id"] ?? "", state(row, ["name", "category", "price"])])),
    ratings: new Map(
      ratings.map((row) => [
        `${row["user_id"]} ${row["item_id"]}`,
        { rating: row["rating"], ratedAt: row["rated_at"] },
      ]),
    ),
    at: await nextMillisecond(db),
  };
}

async function allUsers(asOf: number): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  let after: string | null = null;
  do {
    const page = await readUsersPage(db, after, PAGE_ROWS, asOf);
    for (const { userId, ...state } of page.users) found.set(userId, state);
    after = page.next;
  } while (after !== null);
  return found;
}

async function allItems(asOf: number): Promise<Map<string, History<unknown>>> {
  const found = new Map<string, History<unknown>>();
  let after: string | null = null;
  do {
    const page = await readItemHistoriesPage(db, after, PAGE_ROWS, asOf);
    for (const [itemId, history] of page.items) found.set(itemId, history);
    after = page.next;
  } while (after !== null);
  return found;
}

async function allRatings(asOf: number): Promise<RatingAsOf[]> {
  const found: RatingAsOf[] = [];
  let after: RatingCursor | null = null;
  do {
    const page = await readRatingsPage(db, after, PAGE_ROWS, asOf);
    found.push(...page.ratings);
    after = page.next;
  } while (after !== null);
  return found;
}

function only<Value>(map: ReadonlyMap<string, Value>, isKept: (key: string) => boolean): Map<string, Value> {
  return new Map([...map].filter(([key]) => isKept(key)));
}

/** The states that a record had at each of some times, null where it was not there. */
function statesAt(history: History<unknown> | undefined, times: readonly Remembered[]): unknown[] {
  return times.map(({ at }) => (history === undefined ? null : stateAt(history, at).value));
}

/** When a rating became what it was at the last of some times: after one of them and not after the next. */
function checkSince({ since, rating, ratedAt, ...key }: RatingAsOf, times: readonly Remembered[]): void {
  const same = ({ ratings }: Remembered): boolean => {
    const then = ratings.get(`${key.userId} ${key.itemId}`);
    return then !== undefined && then.rating === rating && then.ratedAt === ratedAt;
  };
  const lastOther = times.findLastIndex((time) => !same(time));
  expect(since).toBeGreaterThan(times[lastOther]?.at ?? 0);
  // Deleted and written again within one transaction, it may have become so once more, later.
  expect(since).toBeLessThanOrEqual(times.at(-1)?.at ?? 0);
}

async function usersDeletedNow(): Promise<Set<string>> {
  const { results } = await db.prepare("SELECT user_id FROM users WHERE deleted_at IS NOT NULL").all<Row>();
  return new Set(results.map((row) => row["user_id"] ?? ""));
}

/** @param times what was remembered, up to the time that is asked for @param later what was remembered afterwards */
async function checkAsOf(times: readonly Remembered[], later: readonly Remembered[]): Promise<void> {
  const then = times.at(-1);
  if (then === undefined) return;
  const [users, { histories, gone }, items, ratings, ratingsOf, counts, deletedNow] = await Promise.all([
    allUsers(then.at),
    readUserHistories(db, [...USERS, "unknown"], then.at),
    allItems(then.at),
    allRatings(then.at),
    readRatingsOf(db, USERS, then.at),
    countCatalogueAsOf(db, then.at),
    usersDeletedNow(),
  ]);
  const isForgotten = (id: string, time: number): boolean =>
    [...times.slice(time + 1), ...later].some(({ deleted }) => deleted.has(id));
  expect(users).toEqual(only(then.users, (id) => !isForgotten(id, times.length - 1)));
  expect(gone).toEqual(deletedNow);
  for (const id of USERS) {
    const expected = times.map(({ users }, time) => (isForgotten(id, time) ? null : (users.get(id) ?? null)));
    expect(statesAt(histories.get(id), times)).toEqual(expected);
  }

  for (const id of ITEMS) {
    expect(statesAt(items.get(id), times)).toEqual(times.map(({ items }) => items.get(id) ?? null));
    expect(items.get(id)?.every(({ since }) => since === null || since <= then.at) ?? true).toBe(true);
  }

  const told = ratings.map(
    ({ userId, itemId, rating, ratedAt }) => [`${userId} ${itemId}`, { rating, ratedAt }] as const,
  );
  expect(new Map(told)).toEqual(only(then.ratings, (key) => !deletedNow.has(key.split(" ")[0] ?? "")));
  expect(ratingsOf).toEqual(ratings);
  for (const rating of ratings) checkSince(rating, times);

  const itemsThere = [...items.values()].filter((history) => stateAt(history, then.at).value !== null);
  expect(counts).toEqual({ users: users.size, items: itemsThere.length, ratings: ratings.length });
}

it(
  "reads as of any time what there was then",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 7 }), async (steps) => {
        await database.empty([...TABLES, ...VERSION_TABLES]);
        const all = [await remember(new Set())];
        for (const next of steps) {
          const deleted = deletedBy(next, all.at(-1)?.users ?? new Map());
          await take(next);
          all.push(await remember(deleted));
        }
        for (let count = 1; count <= all.length; count++) await checkAsOf(all.slice(0, count), all.slice(count));
      }),
      { numRuns: CASES },
    );
  },
  TIMEOUT_MILLISECONDS,
);
