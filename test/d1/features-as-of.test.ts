import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import type { DescribedFeature } from "../../domain/sync/feature-catalogue.ts";
import { readTextLengths } from "../../platform/d1/feature-kinds.ts";
import { countFeatures, rememberFeatures } from "../../platform/d1/feature-store.ts";
import { listFeaturesAsOf, readFeaturesAsOf } from "../../platform/d1/features-as-of.ts";
import { pushItems } from "../../platform/d1/push-store.ts";
import { d1Now } from "../../platform/d1/versions/clock.ts";
import { item } from "../support/catalogue.ts";
import { deleteRecord, storeItem, storeUser } from "./catalogue-writers.ts";
import { type MigratedDatabase, migratedDatabase, nextMillisecond } from "./migrated-database.ts";

const TABLES = ["features", "users", "items", "item_pushes", "sync_state"];
const VERSION_TABLES = ["feature_versions", "user_versions", "item_versions"];
const NOW = new Date("2026-11-21T12:00:00Z");
const LATER = new Date("2026-11-21T14:00:00Z");
/** `features` has row ids: an entry is a row, and one of the index by its key. */
const NEW_ENTRY_ROWS = 2;
const VERSION_ROWS = 1;
const DAY = 24 * 60 * 60 * 1000;

let database: MigratedDatabase;
let db: D1Database;

beforeAll(async () => {
  database = await migratedDatabase();
  ({ db } = database);
});
beforeEach(() => database.empty([...TABLES, ...VERSION_TABLES]));
afterAll(() => database.close());

const zip = (change: Partial<DescribedFeature> = {}): DescribedFeature => ({
  name: "zip",
  kind: "number",
  state: "active",
  was: null,
  ...change,
});

/** @returns a time at which this was so */
async function remember(...described: DescribedFeature[]): Promise<number> {
  await rememberFeatures(db, "users", described, NOW);
  return nextMillisecond(db);
}

async function versions(): Promise<Record<string, unknown>[]> {
  return (await db.prepare("SELECT * FROM feature_versions ORDER BY name, until").all()).results;
}

async function listed(asOf: number): Promise<unknown[]> {
  const found = await listFeaturesAsOf(db, "users", asOf);
  return found.map(({ name, kind, state, was }) => ({ name, kind, state, was }));
}

it("knows every kind, state and earlier name that a feature had", async () => {
  const before = await nextMillisecond(db);
  const states = [
    [zip({ state: "proposed" })],
    [zip()],
    [zip({ kind: "text" })],
    [zip({ kind: "text", was: "postcode" })],
    [],
    [zip()],
  ];
  const times: number[] = [];
  for (const described of states) times.push(await remember(...described));
  expect(await listed(before)).toEqual([]);
  const told: unknown[] = [];
  for (const time of times) told.push(...(await listed(time)));
  expect(told).toEqual([
    zip({ state: "proposed" }),
    zip(),
    zip({ kind: "text" }),
    zip({ kind: "text", was: "postcode" }),
    { ...zip({ kind: "text", was: "postcode" }), state: "gone" },
    zip(),
  ]);
  const columns: unknown[] = [];
  for (const time of times) columns.push(await readFeaturesAsOf(db, "users", time));
  const [number, text] = [
    { name: "zip", kind: "number" },
    { name: "zip", kind: "text" },
  ];
  expect(columns).toEqual([[], [number], [text], [text], [], [number]]);
});

it("writes no version when figures are counted, or a feature is seen again", async () => {
  await db.batch(storeUser(db, { userId: "u", country: null, features: { zip: 44000 } }));
  await remember(zip());
  expect(await versions()).toMatchObject([{ name: "zip", existed: 0 }]);
  await rememberFeatures(db, "users", [zip()], LATER);
  await countFeatures(db, "users", LATER);
  const found = await listFeaturesAsOf(db, "users", await d1Now(db));
  expect(found).toMatchObject([{ lastSeenAt: LATER.getTime(), rowCount: 1, countedAt: LATER.getTime() }]);
  expect(await versions()).toHaveLength(1);
});

it("costs a written row for a feature that comes or changes, and none for one that is only counted", async () => {
  const write = async (sql: string): Promise<number> => (await db.prepare(sql).run()).meta.rows_written;
  const insert = "INSERT INTO features (entity, name, kind, state, first_seen_at, last_seen_at)";
  expect(await write(`${insert} VALUES ('users', 'zip', 'number', 'active', 1, 1)`)).toBe(
    NEW_ENTRY_ROWS + VERSION_ROWS,
  );
  await nextMillisecond(db);
  expect(await write("UPDATE features SET kind = 'number', last_seen_at = 2, row_count = 4, counted_at = 2")).toBe(1);
  expect(await write("UPDATE features SET kind = 'text'")).toBe(1 + VERSION_ROWS);
});

it("keeps the state before both of two changes at one time, and never goes back", async () => {
  await remember(zip());
  const ahead = (await d1Now(db)) + DAY;
  await db.prepare("UPDATE feature_versions SET until = ?").bind(ahead).run();
  await remember(zip({ kind: "text" }));
  expect(await versions()).toMatchObject([{ until: ahead, existed: 0 }]);
  await db.prepare("UPDATE feature_versions SET until = until - 1").run();
  await db
    .prepare("INSERT INTO feature_versions VALUES ('users', 'zip', ?, 'date', 'active', NULL, 1)")
    .bind(ahead)
    .run();
  await remember(zip({ kind: "boolean" }));
  expect((await versions()).map(({ until, kind }) => [until, kind])).toEqual([
    [ahead - 1, null],
    [ahead, "date"],
  ]);
});

it("takes what was there before it had versions for there as long as is known", async () => {
  await remember(zip());
  await database.empty(["feature_versions"]);
  expect(await listed(0)).toEqual([zip()]);
});

it("knows features that only values bring by the values that were there", async () => {
  const store = async (features: Parameters<typeof item>[1]): Promise<number> => {
    await db.batch(storeItem(db, item("A", features)));
    return nextMillisecond(db);
  };
  const before = await nextMillisecond(db);
  const number = await store({ features: { rare: 1, empty: null } });
  const text = await store({ features: { rare: "yes" } });
  await db.batch(storeItem(db, item("B")));
  await pushItems(db, [{ id: "B", fields: { "feature:rare": true } }], "change", NOW);
  const mixed = await nextMillisecond(db);
  await db.batch(deleteRecord(db, "items", "A"));
  const deleted = await nextMillisecond(db);
  await db.batch(storeItem(db, item("A", { features: { other: 1 } })));
  const found: unknown[] = [];
  for (const time of [before, number, text, mixed, deleted]) found.push(await readFeaturesAsOf(db, "items", time));
  expect(found).toEqual([
    [],
    [{ name: "rare", kind: "number" }],
    [{ name: "rare", kind: "text" }],
    [{ name: "rare", kind: "text" }],
    [{ name: "rare", kind: "boolean" }],
  ]);
});

it("knows nothing of what a deleted user had", async () => {
  await db.batch(storeUser(db, { userId: "u", country: null, features: { vip: true } }));
  const there = await nextMillisecond(db);
  expect(await readFeaturesAsOf(db, "users", there)).toEqual([{ name: "vip", kind: "boolean" }]);
  await db.batch(deleteRecord(db, "users", "u"));
  expect(await readFeaturesAsOf(db, "users", there)).toEqual([]);
  await nextMillisecond(db);
  await db.batch(storeUser(db, { userId: "u", country: null, features: { vip: "again" } }));
  expect(await readFeaturesAsOf(db, "users", there)).toEqual([]);
});

it("counts texts as they were, those of items that were gone as what they were last", async () => {
  const store = async (id: string, text: string): Promise<number> => {
    await db.batch(storeItem(db, item(id, { features: { text, number: 12 } })));
    return nextMillisecond(db);
  };
  const before = await nextMillisecond(db);
  const one = await store("A", "12345");
  const changed = await store("A", "123");
  const two = await store("B", "1234567");
  await db.batch(deleteRecord(db, "items", "A"));
  const gone = await nextMillisecond(db);
  const again = await store("A", "1");
  const lengths: unknown[] = [];
  for (const time of [before, one, changed, two, gone, again]) {
    lengths.push(Object.fromEntries(await readTextLengths(db, time)));
  }
  expect(lengths).toEqual([{}, { text: 5 }, { text: 3 }, { text: 10 }, { text: 10 }, { text: 8 }]);
});
