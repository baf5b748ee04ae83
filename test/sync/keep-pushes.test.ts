import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { ItemRecord, UserRecord } from "../../domain/catalogue/records.ts";
import { recordHash } from "../../domain/sync/compare.ts";
import { tombstoneStatements, upsertStatements } from "../../platform/d1/entity-table.ts";
import { valuesOf } from "../../platform/d1/entity-values.ts";
import { pushItems, pushUsers } from "../../platform/d1/push-store.ts";
import { dropPushesStatements, keepPushes, settlePushes } from "../../workers/workflows/sync/keep-pushes.ts";
import { putRun, putSyncedItems, readRow, readState } from "../api/pushes/synced-rows.ts";
import { item } from "../support/catalogue.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

const HOLD_SECONDS = 900;
const PUSHED_AT = Date.UTC(2026, 10, 21, 10);
const SOON = new Date(PUSHED_AT + 60_000);
const LATER = new Date(PUSHED_AT + HOLD_SECONDS * 1000);
const MUCH_LATER = new Date(PUSHED_AT + HOLD_SECONDS * 2_000);

let runtime: TestRuntime;
let db: D1Database;
beforeAll(async () => {
  runtime = await startRuntime();
  db = runtime.env.DB;
});
afterAll(() => runtime.close());

let ids = 0;
/** An item that the source has, with ten in stock at a price of 100. */
async function syncedItem(rest: Partial<ItemRecord> = {}): Promise<ItemRecord> {
  const record = item(`kept-${(ids += 1)}`, { stock: 10, price: 100, features: { maker: "M" }, ...rest });
  await putSyncedItems(runtime, [record]);
  return record;
}

const push = (id: string, fields: Record<string, string | number | boolean | null>, at = PUSHED_AT): Promise<unknown> =>
  pushItems(db, [{ id, fields }], "change", new Date(at));

/** What a page of a run does with rows that differ. `meanwhile` happens between the reading and the transaction. */
async function sync(
  entity: "items" | "users",
  records: readonly (ItemRecord | UserRecord)[],
  now: Date,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const keyOf = (record: ItemRecord | UserRecord): string => ("itemId" in record ? record.itemId : record.userId);
  const kept = await keepPushes(
    db,
    entity,
    new Map(records.map((record) => [keyOf(record), record])),
    now,
    HOLD_SECONDS,
  );
  await meanwhile();
  const rows = records.map((record) => ({
    key: [keyOf(record)],
    hash: recordHash(record),
    values: valuesOf(kept.records.get(keyOf(record)) ?? record),
  }));
  await db.batch([...upsertStatements(db, entity, rows, 2), ...kept.statements]);
}

async function fieldsOf(id: string): Promise<unknown> {
  return (await readRow(runtime, "item_pushes", id))?.["fields"];
}

describe("a pushed stock of 3, when the sync writes the row again", () => {
  // What the source says now, when it is read, what is in effect then, and what is left of the push.
  it.each<[string, number, Date, number, object | undefined]>([
    ["holds while the source says what it said", 10, MUCH_LATER, 3, { sourceValue: 10 }],
    ["holds within its time against anything", 7, SOON, 3, { sourceValue: 10, seen: 7 }],
    ["gives way to a later fact", 7, LATER, 7, undefined],
    ["is dropped when the source has caught up", 3, LATER, 3, undefined],
    ["stays within its time although the source has caught up", 3, SOON, 3, { sourceValue: 3 }],
  ])("%s", async (_, stock, now, effective, left) => {
    const record = await syncedItem();
    await push(record.itemId, { stock: 3 });
    const changed = { ...record, name: "Renamed", stock };
    await sync("items", [changed], now);
    // The hash is the source's own: the next run compares with the source and is not disturbed.
    expect(await readRow(runtime, "items", record.itemId)).toMatchObject({
      name: "Renamed",
      stock: effective,
      row_hash: recordHash(changed),
    });
    const kept = left === undefined ? null : { stock: { value: 3, at: PUSHED_AT, ...left } };
    expect((await readRow(runtime, "item_pushes", record.itemId))?.["fields"] ?? null).toEqual(kept);
  });

  it("is not undone by a replica that is behind, after one that was not", async () => {
    const record = await syncedItem();
    await push(record.itemId, { stock: 3 });
    for (const stock of [3, 10, 3, 10]) {
      await sync("items", [{ ...record, stock }], SOON);
      expect(await readRow(runtime, "items", record.itemId)).toMatchObject({ stock: 3 });
    }
    await sync("items", [{ ...record, stock: 3 }], LATER);
    expect(await readRow(runtime, "items", record.itemId)).toMatchObject({ stock: 3 });
    expect(await fieldsOf(record.itemId)).toBeUndefined();
  });
});

it("an item that was only pushed becomes the source's when the source has it", async () => {
  const id = "pushed-first";
  const fields = { name: "Pushed", category: "Cars", price: 5, "feature:maker": "P", "feature:own": true };
  await pushItems(db, [{ id, fields }], "replace", new Date(PUSHED_AT));
  const record = item(id, { name: "Source", price: 5, features: { maker: "S" } });
  await sync("items", [record], SOON);
  expect(await readRow(runtime, "items", id)).toMatchObject({
    name: "Pushed",
    price: 5,
    stock: 5,
    features: { maker: "P" },
  });
  await sync("items", [{ ...record, stock: 6 }], LATER);
  expect(await readRow(runtime, "items", id)).toMatchObject({
    name: "Source",
    stock: 6,
    // The source has no such column: what the shop says of it stays.
    features: { maker: "S", own: true },
    row_hash: recordHash({ ...record, stock: 6 }),
  });
  expect(await fieldsOf(id)).toEqual({ "feature:own": { value: true, at: PUSHED_AT, sourceValue: null } });
});

it("a user's push follows the same rule", async () => {
  const user: UserRecord = { userId: "kept-user", country: "FR", features: { city: "Nantes" } };
  await sync("users", [user], SOON);
  await pushUsers(db, [{ id: user.userId, fields: { country: "DE", "feature:city": "Berlin" } }], new Date(PUSHED_AT));
  await sync("users", [{ ...user, features: { city: "Lyon" } }], SOON);
  expect(await readRow(runtime, "users", user.userId)).toMatchObject({ country: "DE", features: { city: "Berlin" } });
  await sync("users", [{ ...user, features: { city: "Lyon" } }], LATER);
  expect(await readRow(runtime, "users", user.userId)).toMatchObject({ country: "DE", features: { city: "Lyon" } });
});

describe("a push between the reading of the pushes and the transaction is not lost", () => {
  const NOW = SOON.getTime();

  it.each<[string, object, object]>([
    ["where nothing was pushed before", {}, { stock: { value: 1, at: NOW, sourceValue: 7 } }],
    [
      "where another field was",
      { price: 50 },
      {
        stock: { value: 1, at: NOW, sourceValue: 7 },
        price: { value: 50, at: PUSHED_AT, sourceValue: 100, seen: 90 },
      },
    ],
    ["where the same field was", { stock: 3 }, { stock: { value: 1, at: NOW, sourceValue: 7 } }],
  ])("%s", async (_, before, after) => {
    const record = await syncedItem();
    if (Object.keys(before).length > 0) await push(record.itemId, { ...before });
    const changed = { ...record, stock: 7, price: 90 };
    await sync("items", [changed], SOON, () => push(record.itemId, { stock: 1 }, NOW));
    expect(await readRow(runtime, "items", record.itemId)).toMatchObject({ stock: 1, row_hash: recordHash(changed) });
    // What the source said then is older than the push: it holds against it for ever.
    expect(await fieldsOf(record.itemId)).toEqual(after);
    await sync("items", [{ ...changed, name: "Renamed" }], MUCH_LATER);
    expect(await readRow(runtime, "items", record.itemId)).toMatchObject({ name: "Renamed", stock: 1, price: 90 });
  });

  it("although the push that was read is dropped by the same transaction", async () => {
    const record = await syncedItem();
    await push(record.itemId, { stock: 3 });
    await sync("items", [{ ...record, stock: 7 }], LATER, () => push(record.itemId, { stock: 1 }, LATER.getTime()));
    expect(await readRow(runtime, "items", record.itemId)).toMatchObject({ stock: 1 });
    expect(await fieldsOf(record.itemId)).toEqual({ stock: { value: 1, at: LATER.getTime(), sourceValue: 7 } });
  });

  it("also of a feature, and of a user", async () => {
    const record = await syncedItem({ features: { maker: "M", 'a"b': 1.5 } });
    const features = { maker: "N", 'a"b': 2.5 };
    await sync("items", [{ ...record, features }], SOON, () => push(record.itemId, { 'feature:a"b': 9 }, NOW));
    expect(await readRow(runtime, "items", record.itemId)).toMatchObject({ features: { maker: "N", 'a"b': 9 } });
    expect(await fieldsOf(record.itemId)).toEqual({ 'feature:a"b': { value: 9, at: NOW, sourceValue: 2.5 } });
    const user: UserRecord = { userId: "raced-user", country: "FR", features: { city: "Nantes" } };
    const pushed = [{ id: user.userId, fields: { country: "DE" } }];
    await sync("users", [user], SOON, () => pushUsers(db, pushed, SOON));
    expect(await readRow(runtime, "users", user.userId)).toMatchObject({ country: "DE", features: { city: "Nantes" } });
    expect((await readRow(runtime, "user_pushes", user.userId))?.["fields"]).toEqual({
      country: { value: "DE", at: NOW, sourceValue: "FR" },
    });
  });
});

it("what is in D1 afterwards is what the records say: SQL and the pure rule agree", async () => {
  const value = fc.oneof(
    fc.string({ unit: "grapheme-ascii" }),
    // JSON, as which rows and pushes come, has no -0: added to 0 it is 0.
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
  );
  const names = fc.constantFrom("maker", "year", 'a"b', "é");
  const features = fc.dictionary(names, value, { maxKeys: 4 }).map((entries) => ({ ...entries }));
  const stock = fc.option(fc.nat(1_000));
  const pushed = fc.record(
    {
      stock,
      price: fc.nat(1_000),
      hidden: fc.boolean(),
      name: fc.string({ minLength: 1 }),
      url: fc.option(fc.webUrl()),
    },
    { requiredKeys: [] },
  );
  const moment = fc.constantFrom(SOON, LATER);
  await fc.assert(
    fc.asyncProperty(
      features,
      stock,
      pushed,
      features,
      features,
      stock,
      moment,
      async (had, hadStock, fields, own, has, hasStock, now) => {
        const record = await syncedItem({ features: had, stock: hadStock });
        const pushedFeatures = Object.fromEntries(Object.entries(own).map(([name, one]) => [`feature:${name}`, one]));
        await push(record.itemId, { ...fields, ...pushedFeatures });
        const changed = { ...record, features: has, stock: hasStock };
        const kept = await keepPushes(db, "items", new Map([[record.itemId, changed]]), now, HOLD_SECONDS);
        await sync("items", [changed], now);
        const row = await readRow(runtime, "items", record.itemId);
        const effective = kept.records.get(record.itemId);
        if (effective === undefined || !("itemId" in effective)) throw new Error("Nothing was kept.");
        expect(row).toMatchObject({
          name: effective.name,
          price: effective.price,
          stock: effective.stock,
          hidden: effective.hidden ? 1 : 0,
          url: effective.url,
        });
        expect(row?.["features"]).toEqual(effective.features);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

describe("settling", () => {
  it("lets the source win after the hold time although its row is not read again", async () => {
    await putRun(runtime, 40);
    const record = await syncedItem();
    await push(record.itemId, { stock: 3, price: 50, "feature:maker": "N", hidden: true });
    await sync("items", [{ ...record, stock: 7, price: 50, features: { maker: "O" } }], SOON);
    expect(await settlePushes(db, "items", SOON, HOLD_SECONDS)).toBe(0);
    expect(await readRow(runtime, "items", record.itemId)).toMatchObject({ stock: 3, features: { maker: "N" } });
    await db.prepare("DELETE FROM sync_state WHERE name = 'changed_run'").run();
    await settlePushes(db, "items", LATER, HOLD_SECONDS);
    // What follows from rows must see it, as it sees a push.
    expect(await readRow(runtime, "items", record.itemId)).toMatchObject({
      stock: 7,
      price: 50,
      hidden: 1,
      features: { maker: "O" },
      changed_run: 41,
    });
    expect(await readState(runtime, "changed_run")).toBe(41);
    expect(await fieldsOf(record.itemId)).toEqual({ hidden: { value: true, at: PUSHED_AT, sourceValue: false } });
    expect(await settlePushes(db, "items", MUCH_LATER, HOLD_SECONDS)).toBe(0);
  });

  it("forgets what the source has confirmed, and touches no row for it", async () => {
    const record = await syncedItem();
    await push(record.itemId, { stock: 3 });
    await sync("items", [{ ...record, stock: 3 }], SOON);
    await settlePushes(db, "items", LATER, HOLD_SECONDS);
    expect(await fieldsOf(record.itemId)).toBeUndefined();
    expect(await readRow(runtime, "items", record.itemId)).toMatchObject({ stock: 3, changed_run: 2 });
  });

  it("goes through more rows than one transaction takes", async () => {
    const records = Array.from({ length: 1_100 }, (_, n) => item(`settled-${n}`, { stock: 3 }));
    await putSyncedItems(runtime, records);
    const pushes = records.map(({ itemId }) => ({ id: itemId, fields: { stock: 3 } }));
    await pushItems(db, pushes, "change", new Date(PUSHED_AT));
    expect(await settlePushes(db, "items", LATER, HOLD_SECONDS)).toBe(1_100);
    expect(await fieldsOf("settled-1099")).toBeUndefined();
  });
});

it("what the source deletes takes the pushes along", async () => {
  const [gone, stays] = [await syncedItem(), await syncedItem()];
  await push(gone.itemId, { stock: 3 });
  await push(stays.itemId, { stock: 3 });
  await db.batch(dropPushesStatements(db, "items", [gone.itemId, "unknown"]));
  expect(await fieldsOf(gone.itemId)).toBeUndefined();
  expect(await fieldsOf(stays.itemId)).toBeDefined();
  expect(dropPushesStatements(db, "items", [])).toEqual([]);
});

it("a user whom the source deletes leaves a key and nothing of the person; who comes again is whole", async () => {
  const user = { userId: "leaver", country: "FR", features: { city: "Nantes" } };
  await sync("users", [user], SOON);
  await db.batch(tombstoneStatements(db, "users", [["leaver"]], 3, LATER));
  const gone = { country: null, features: {}, deleted_at: LATER.getTime() };
  expect(await readRow(runtime, "users", "leaver")).toMatchObject(gone);
  await sync("users", [user], MUCH_LATER);
  expect(await readRow(runtime, "users", "leaver")).toMatchObject({ country: "FR", deleted_at: null });
});
