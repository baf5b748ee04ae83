import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { DescribedFeature, FeatureEntity } from "../../domain/sync/feature-catalogue.ts";
import { countFeatures, rememberFeatures } from "../../platform/d1/feature-store.ts";
import { pushItems, pushUsers } from "../../platform/d1/push-store.ts";
import { deleteRecord, storeItem, storeRating, storeUser } from "../d1/catalogue-writers.ts";
import { item } from "../support/catalogue.ts";
import { DrivenShop, hashesOf } from "./export-drive.ts";
import type { PulledExport } from "./export-shop.ts";

const DAY = 24 * 60 * 60 * 1000;
const TABLES = ["users", "items", "ratings", "features", "user_pushes", "item_pushes", "sync_state"];
const VERSION_TABLES = ["user_versions", "item_versions", "rating_versions", "feature_versions"];
const USER_KINDS = { zip: "text", color: "text", age: "number" };
const ITEM_KINDS = { scale: "text", wheels: "number" };
const USER = { zip: "044000", color: "red", age: 30 };
const ITEM = { scale: "1:72", wheels: 4, pushed: "a" };

let shop: DrivenShop;
let first: PulledExport;

/** The catalogue of features as a run leaves it. */
async function describe(
  entity: FeatureEntity,
  kinds: Readonly<Record<string, string>>,
  { was = {}, later = 0 }: { was?: Readonly<Record<string, string>>; later?: number } = {},
): Promise<void> {
  const described = Object.entries(kinds).map(([name, kind]): DescribedFeature => ({
    name,
    kind,
    state: "active",
    was: was[name] ?? null,
  }));
  const now = new Date(Date.now() + later);
  await rememberFeatures(shop.db, entity, described, now);
  await countFeatures(shop.db, entity, now);
}

const storeUsers = (features: FeatureValues): Promise<void> =>
  shop.store(...["1", "2"].map((userId) => storeUser(shop.db, { userId, country: "FR", features })));
const storeItems = (features: FeatureValues): Promise<void> =>
  shop.store(...["A", "B"].map((itemId) => storeItem(shop.db, item(itemId, { features }))));

function withoutFigures({ manifest }: PulledExport): unknown[] {
  return manifest.features.map(({ entity, name, kind, state, was }) => ({ entity, name, kind, state, was }));
}

function columnsOf({ manifest }: PulledExport): unknown[] {
  return Object.entries(manifest.tables).map(([name, { columns }]) => [name, columns]);
}

beforeAll(async () => {
  shop = await DrivenShop.open();
}, 60_000);
afterAll(() => shop.close());

beforeEach(async () => {
  await shop.store([...TABLES, ...VERSION_TABLES].map((table) => shop.db.prepare(`DELETE FROM ${table}`)));
  await storeUsers(USER);
  await storeItems(ITEM);
  await shop.store(storeRating(shop.db, { userId: "1", itemId: "A", rating: 4, ratedAt: null }));
  await describe("users", USER_KINDS);
  await describe("items", ITEM_KINDS);
  await shop.tick();
  first = await shop.export();
  expect(first.manifest.tables.items.columns).toContainEqual(expect.objectContaining({ name: "item_pushed" }));
});

it.each<[string, () => Promise<void>]>([
  [
    "a feature has another type",
    async () => {
      await storeUsers({ ...USER, zip: 44000 });
      await describe("users", { ...USER_KINDS, zip: "number" });
    },
  ],
  [
    "a feature is renamed",
    async () => {
      await storeUsers({ zip: "044000", colour: "red", age: 30 });
      await describe("users", { zip: "text", colour: "text", age: "number" }, { was: { colour: "color" } });
    },
  ],
  [
    "a feature has long been gone",
    async () => {
      await describe("users", USER_KINDS, { later: DAY });
      await storeUsers({ zip: "044000", color: "red" });
      await describe("users", { zip: "text", color: "text" }, { later: 2 * DAY });
    },
  ],
  [
    "a feature is gone that nobody has noted since",
    async () => {
      await storeItems({ scale: "1:72", pushed: "a" });
      await describe("items", { scale: "text" });
    },
  ],
  [
    "there is a new feature",
    async () => {
      await storeItems({ ...ITEM, weight: 3 });
      await describe("items", { ...ITEM_KINDS, weight: "number" });
    },
  ],
  [
    "what only pushes brought is gone",
    async () => {
      await storeItems({ scale: "1:72", wheels: 4 });
    },
  ],
  [
    "what only pushes brought is of another kind",
    async () => {
      await storeItems({ ...ITEM, pushed: 5 });
    },
  ],
  [
    "what only pushes brought is the source's now",
    async () => {
      await storeItems({ ...ITEM, pushed: 7 });
      await describe("items", { ...ITEM_KINDS, pushed: "number" });
    },
  ],
  [
    "pushes brought a new feature",
    async () => {
      await pushItems(shop.db, [{ id: "A", fields: { "feature:rare": true } }], "change", new Date());
      await pushUsers(shop.db, [{ id: "2", fields: { "feature:vip": "yes" } }], new Date());
    },
  ],
  [
    "the items that pushes brought it to are deleted",
    async () => {
      await shop.store(deleteRecord(shop.db, "items", "A"), deleteRecord(shop.db, "items", "B"));
      await shop.store(storeItem(shop.db, item("C", { features: { scale: "1:48" } })));
    },
  ],
])("an export has the bytes of then although %s", async (_, change) => {
  await change();
  expect(columnsOf(await shop.export())).not.toEqual(columnsOf(first));
  const again = await shop.export({ params: { asOf: Date.parse(first.manifest.as_of) } });
  expect(columnsOf(again)).toEqual(columnsOf(first));
  expect(withoutFigures(again)).toEqual(withoutFigures(first));
  expect(hashesOf(again.manifest)).toEqual(hashesOf(first.manifest));
});

it("an export that is set back tells no figures that were counted later", async () => {
  const told = async (): Promise<unknown> => {
    const { manifest } = await shop.export({ params: { asOf: Date.parse(first.manifest.as_of) } });
    return manifest.features.find(({ name }) => name === "age");
  };
  expect(await told()).toMatchObject({ null_share: 0, distinct_values: 1 });
  await storeUsers({ ...USER, age: null });
  await describe("users", USER_KINDS, { later: DAY });
  expect(await told()).toMatchObject({
    null_share: null,
    distinct_values: null,
    last_seen_at: first.manifest.as_of,
  });
});
