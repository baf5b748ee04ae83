import { afterAll, beforeAll, expect, it } from "vitest";

import type { Interaction } from "../../domain/events/interaction.ts";
import { deleteRecord, storeItem, storeRating, storeUser } from "../d1/catalogue-writers.ts";
import { purchase } from "../durable-objects/ledger-world.ts";
import { item } from "../support/catalogue.ts";
import { DrivenShop, hashesOf } from "./export-drive.ts";
import type { PulledExport } from "./export-shop.ts";

const USERS = 40;
const ITEMS = 75;
/** Purchases that arrive at once while an export runs. */
const BATCH = 50;
const AT = Date.now() - 60 * 60 * 1000;

let shop: DrivenShop;
let sent = 0;
beforeAll(async () => {
  shop = await DrivenShop.open();
  const { db } = shop;
  await shop.store(
    ...Array.from({ length: USERS }, (_, id) =>
      storeUser(db, { userId: `${id}`, country: "FR", features: { city: "a" } }),
    ),
    ...Array.from({ length: ITEMS }, (_, id) => storeItem(db, item(`i${id}`, { features: { scale: "a" } }))),
  );
  await shop.tell(...someDay(USERS * ITEMS));
});
afterAll(() => shop.close());

/** Purchases of one piece, each of another order, over all users and items. */
function someDay(count: number): Interaction[] {
  return Array.from({ length: count }, () => {
    const number = sent++;
    const items = [{ item_id: `i${Math.floor(number / USERS) % ITEMS}`, quantity: 1, price: 2 }];
    return purchase(`e${number}`, `t${number}`, items, { shopper: `u:${number % USERS}`, at: AT });
  });
}

const SUMS = "sum(purchases)::DOUBLE AS purchases, sum(quantity) AS quantity, sum(revenue) AS revenue";
const sumsOf = async (exported: PulledExport): Promise<unknown> =>
  (await exported.query(`SELECT ${SUMS} FROM TRAINING`))[0];
const purchases = (count: number) => ({ purchases: count, quantity: count, revenue: 2 * count });

it("leaves to the next export what arrives while it runs", async () => {
  const before = sent;
  const { id } = await shop.drive({ until: "training 0" });
  await shop.tell(...someDay(BATCH));
  await shop.store(
    storeUser(shop.db, { userId: "1", country: "DE", features: { city: "b" } }),
    storeUser(shop.db, { userId: "new", country: "DE", features: { city: "b" } }),
    storeItem(shop.db, item("i1", { price: 99, features: { scale: "b" } })),
    deleteRecord(shop.db, "items", "i2"),
    storeRating(shop.db, { userId: "1", itemId: "i1", rating: 2, ratedAt: null }),
  );
  const running = await shop.export({ id });
  expect(await sumsOf(running)).toEqual(purchases(before));
  const [users] = await running.query("SELECT count(*)::INTEGER AS n, list(DISTINCT user_city) AS cities FROM USERS");
  expect(users).toEqual({ n: USERS, cities: ["a"] });
  const [items] = await running.query("SELECT count(*)::INTEGER AS n, max(item_price) AS price FROM ITEMS");
  expect(items).toEqual({ n: ITEMS, price: 10 });
  expect(running.manifest.tables.ratings.rows).toBe(0);

  const next = await shop.export();
  expect(await sumsOf(next)).toEqual(purchases(sent));
  const { tables } = next.manifest;
  expect([tables.users.rows, tables.items.rows, tables.ratings.rows]).toEqual([USERS + 1, ITEMS - 1, 1]);
});

it("is whole, and counts nothing twice, however much arrives while it reads", { timeout: 60_000 }, async () => {
  const before = sent;
  let changes = 0;
  const change = async (): Promise<void> => {
    await shop.tell(...someDay(BATCH));
    const id = `${changes % USERS}`;
    await shop.store(
      storeUser(shop.db, { userId: id, country: "FR", features: { city: `c${changes}` } }),
      storeItem(shop.db, item(`i${3 + (changes % (ITEMS - 3))}`, { price: changes })),
      storeRating(shop.db, { userId: id, itemId: `i${changes % ITEMS}`, rating: 1 + (changes % 5), ratedAt: null }),
    );
    changes++;
  };
  const { steps } = await shop.drive();
  const { id } = await shop.drive({ until: "columns" });
  const later = steps.slice(steps.indexOf("columns") + 1);
  // Beside each step, whatever the machine's pace.
  for (const until of [...later, "the end"]) await Promise.all([shop.drive({ id, until }), change()]);
  expect(changes).toBeGreaterThan(3);
  const first = await shop.export({ id });
  const [sums] = await first.query(`SELECT ${SUMS} FROM TRAINING`);
  const inFirst = Number(sums?.["purchases"]);
  expect(inFirst).toBeGreaterThanOrEqual(before);
  expect(inFirst).toBeLessThanOrEqual(sent);

  const next = await shop.export();
  expect(await sumsOf(next)).toEqual(purchases(sent));
  // What it had was what there was at its moment.
  const again = await shop.export({ params: { asOf: Date.parse(first.manifest.as_of) } });
  expect(hashesOf(again.manifest)).toEqual(hashesOf(first.manifest));
});
