import { afterAll, beforeAll, expect, it } from "vitest";

import { EXPORT_PAGES_PER_STEP_MAX } from "../../domain/exports/limits.ts";
import { ExportShop } from "./export-shop.ts";

/** Each shard is a page at least: more than one step may read. */
const SHARDS = EXPORT_PAGES_PER_STEP_MAX + 10;
const USERS = Array.from({ length: 24 }, (_, place) => String(place));

let shop: ExportShop;
beforeAll(async () => {
  shop = await ExportShop.open({ vars: { LEDGER_SHARDS: String(SHARDS) } });
  await shop.addItems({ itemId: "A" }, { itemId: "B" });
  await shop.addUsers(...USERS.map((userId) => ({ userId })));
  await shop.addRatings(...USERS.map((userId) => ({ userId, itemId: "B", rating: 4 })));
  await shop.does(...USERS.map((user) => ({ user, name: "view_item", item: "A" })));
}, 120_000);
afterAll(() => shop.close());

it("goes on in a further step where one has made as many requests as it may, and loses nothing between them", async () => {
  const exported = await shop.export();
  expect(exported.manifest.tables.training.parts.length).toBeGreaterThan(1);
  expect(
    await exported.query(`SELECT item_id, count(*)::INTEGER AS "rows", count(DISTINCT user_id)::INTEGER AS users
      FROM TRAINING GROUP BY item_id ORDER BY item_id`),
  ).toEqual([
    { item_id: "A", rows: USERS.length, users: USERS.length },
    { item_id: "B", rows: USERS.length, users: USERS.length },
  ]);
});
