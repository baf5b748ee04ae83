import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { EXPORT_AS_OF_MAX_MILLISECONDS } from "../../domain/exports/limits.ts";
import { rememberErased } from "../../platform/d1/erased-user-store.ts";
import { pushUsers } from "../../platform/d1/push-store.ts";
import { deleteRecord, storeItem, storeRating, storeUser } from "../d1/catalogue-writers.ts";
import { interaction, purchase } from "../durable-objects/ledger-world.ts";
import { createRandom } from "../../scripts/random.ts";
import { item } from "../support/catalogue.ts";
import { DrivenShop, hashesOf } from "./export-drive.ts";
import type { PulledExport } from "./export-shop.ts";
import { LabelsHistory } from "./labels-history.ts";

const HOUR = 60 * 60 * 1000;
const NOW = Date.now();
const user = (id: string, country: string | null, city: string) => ({ userId: id, country, features: { city } });
const order = (version: number, quantity: number, cancelled = false) => ({
  transaction_id: "t2",
  version,
  user_id: "2",
  at: NOW - 5 * HOUR,
  date_only: false,
  cancelled,
  lines: [{ item_id: "B", quantity, price: 20 }],
  seen_at: Date.now(),
});

let shop: DrivenShop;
let first: PulledExport;
const asOf = (): number => Date.parse(first.manifest.as_of);

beforeAll(async () => {
  shop = await DrivenShop.open();
  const { db } = shop;
  await shop.describeFeatures("users", { city: "text" });
  await shop.describeFeatures("items", { scale: "text" });
  await shop.store(
    ...["1", "2", "3", "4"].map((id) => storeUser(db, user(id, "FR", "Nantes"))),
    ...["A", "B", "C"].map((id) => storeItem(db, item(id, { features: { scale: "1:72" } }))),
    storeRating(db, { userId: "3", itemId: "A", rating: 4, ratedAt: NOW - 9 * HOUR }),
    storeRating(db, { userId: "3", itemId: "B", rating: 2, ratedAt: null }),
    storeRating(db, { userId: "4", itemId: "B", rating: 5, ratedAt: null }),
  );
  const at = NOW - 10 * HOUR;
  await shop.tell(
    purchase("p1", "t1", [{ item_id: "A", quantity: 2, price: 9.5 }], { shopper: "u:1", at }),
    interaction("v1", { shopper: "u:1", items: [{ item_id: "C" }], at }),
    interaction("v2", { shopper: "u:2", items: [{ item_id: "A" }], at }),
    interaction("v3", { shopper: "c:anonymous", items: [{ item_id: "A" }], at }),
    interaction("v4", { shopper: "u:4", items: [{ item_id: "A" }], at }),
    interaction("v5", { shopper: "u:3", items: [{ item_id: "C" }], at }),
  );
  await shop.ledgers.appendOrder(order(1, 3));
  await shop.tick();
  first = await shop.export({ params: { csv: true } });
}, 60_000);
afterAll(() => shop.close());

/** Whatever can happen to users, items, ratings and orders. */
async function goOn(): Promise<void> {
  const { db } = shop;
  const at = Date.now();
  const given = [{ item_id: "A", quantity: 2, price: 9.5 }];
  await shop.tell(
    interaction("w1", { shopper: "u:1", items: [{ item_id: "C" }], at, received_at: at }),
    interaction("w2", { shopper: "u:3", items: [{ item_id: "C" }], at, received_at: at }),
    // It happened before, and we learn of it only now.
    interaction("w3", { shopper: "u:2", items: [{ item_id: "A" }], at: NOW - 20 * HOUR, received_at: at }),
    interaction("w4", {
      name: "refund",
      shopper: "u:1",
      items: given,
      at,
      params: { transaction_id: "t1", currency: "USD" },
    }),
    interaction("w5", { name: "rate_item", shopper: "u:1", items: [{ item_id: "A" }], at, params: { rating: 1 } }),
    interaction("w6", {
      name: "sign_in",
      shopper: "u:2",
      items: [],
      at,
      received_at: at,
      params: { client: "c:anonymous" },
    }),
    interaction("w7", { shopper: "u:5", items: [{ item_id: "A" }], at, received_at: at }),
  );
  await shop.ledgers.appendOrder(order(2, 1));
  await shop.ledgers.appendOrder(order(3, 1, true));
  await shop.store(
    storeUser(db, user("1", "DE", "Bremen")),
    storeUser(db, user("5", "US", "Reno")),
    storeItem(db, item("A", { price: 99, name: "Renamed", features: { scale: "1:48" } })),
    deleteRecord(db, "items", "C"),
    storeItem(db, item("D")),
    storeRating(db, { userId: "3", itemId: "A", rating: 1, ratedAt: at }),
    deleteRecord(db, "ratings", "3", "B"),
    storeRating(db, { userId: "1", itemId: "D", rating: 3, ratedAt: at }),
  );
  await pushUsers(db, [{ id: "2", fields: { country: "ES" } }], new Date());
}

describe("an export that is set back", () => {
  it("has the very bytes that one at that time had, whatever came since", async () => {
    await goOn();
    const latest = await shop.export();
    expect(hashesOf(latest.manifest)).not.toEqual(hashesOf(first.manifest));
    const again = await shop.export({ params: { asOf: asOf(), csv: true } });
    expect(hashesOf(again.manifest)).toEqual(hashesOf(first.manifest));
    expect(again.manifest).toMatchObject({
      as_of: first.manifest.as_of,
      historic: true,
      drift: null,
      time_range: first.manifest.time_range,
      left_out: first.manifest.left_out,
    });
    expect(first.manifest.historic).toBe(false);
    expect(await shop.latest()).toBe(latest.manifest.id);
  });

  it.each([
    ["ahead", HOUR, "must not lie ahead"],
    ["further back than anything is kept", -EXPORT_AS_OF_MAX_MILLISECONDS - HOUR, "at most 35 days back"],
  ])("is refused for a time that lies %s", async (_, difference, words) => {
    const before = await shop.runtime.call("/v1/exports");
    const body = { as_of: new Date(Date.now() + difference).toISOString() };
    const refused = await shop.runtime.call("/v1/exports", { body });
    expect(refused).toMatchObject({ status: 400, body: { error: { code: "invalid_request" } } });
    expect(refused.body.error.message).toContain(words);
    expect((await shop.runtime.call("/v1/exports")).body).toEqual(before.body);
  });

  it("has nothing of users who were deleted or erased since", async () => {
    const { db } = shop;
    const of = (id: string): string => `user_id = '${shop.shop.pseudonym(id)}'`;
    const rowsOf = async (exported: PulledExport, id: string): Promise<unknown[]> => [
      ...(await exported.query(`SELECT * FROM TRAINING WHERE ${of(id)}`)),
      ...(await exported.query(`SELECT user_id FROM RATINGS WHERE ${of(id)}`)),
      ...(await exported.query(`SELECT user_id FROM USERS WHERE ${of(id)}`)),
    ];
    await shop.store(deleteRecord(db, "users", "3"));
    await rememberErased(db, shop.shop.pseudonym("4"), Date.now());
    const again = await shop.export({ params: { asOf: asOf() } });
    for (const id of ["3", "4"]) {
      expect(await rowsOf(first, id)).not.toEqual([]);
      expect(await rowsOf(again, id)).toEqual([]);
    }
    for (const id of ["1", "2"]) expect(await rowsOf(again, id)).toEqual(await rowsOf(first, id));
    // Both looked at something, and user 4 rated B. What a user had rated whom the source deleted is not even counted.
    expect(again.manifest.left_out).toEqual({ without_rating: 0, gone_users: 3 });
  });
});

it("belongs to a moment that no change can have any more, though the asker's clock is ahead", async () => {
  const ahead = Date.now() + 2_000;
  const early = await shop.export({ params: { asOf: ahead } });
  await shop.tell(interaction("ahead", { shopper: "u:1", items: [{ item_id: "B" }] }));
  await shop.store(storeUser(shop.db, user("1", "IT", "Rome")));
  const again = await shop.export({ params: { asOf: ahead } });
  expect(hashesOf(again.manifest)).toEqual(hashesOf(early.manifest));
});

it("has the same bytes for any moment of any history", { timeout: 60_000 }, async () => {
  const history = new LabelsHistory(shop, 1, createRandom(11));
  const remembered: PulledExport[] = [];
  for (let phase = 0; phase < 7; phase++) {
    await history.phase(6, 4);
    // Whatever was stopped in between has no part in it.
    await shop.drive({ until: "check counts" });
    remembered.push(await shop.export());
  }
  const all = remembered.map(({ manifest }) => hashesOf(manifest));
  expect(new Set(all.map((hashes) => hashes["training/part-00000.parquet"])).size).toBe(all.length);
  for (const { manifest } of remembered) {
    const again = await shop.export({ params: { asOf: Date.parse(manifest.as_of) } });
    expect(hashesOf(again.manifest)).toEqual(hashesOf(manifest));
  }
});
