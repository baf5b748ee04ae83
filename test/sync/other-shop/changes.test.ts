import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { changeBook, key } from "./bookshop.ts";
import { driveBookshop, type DrivenBookshop } from "./driven.ts";

const CONFIG = "./test/sync/other-shop/shop-config.ts";
/** See `verifyEveryRuns` of the bookshop's configuration. */
const RUNS_BETWEEN_COMPARISONS = 3;

// The tests follow one another: each begins where the one before has left the shop.
describe("a bookshop in PostgreSQL whose rows change", () => {
  let shop: DrivenBookshop | null;

  beforeAll(async () => {
    shop = await driveBookshop(CONFIG);
  });
  afterAll(async () => {
    await shop?.close();
  });

  async function book(n: number): Promise<Record<string, unknown>> {
    const [row] = (await shop?.stored(`SELECT * FROM items WHERE item_id = '${key.book(n)}'`)) ?? [];
    return row ?? {};
  }

  it("is known after the first run: uuids, cents, times with a zone, genres by name", async (test) => {
    if (shop === null) return test.skip();
    await shop.run();
    expect(await book(1)).toMatchObject({
      name: "The Salt Road",
      category: "Adventure",
      price: 12.9,
      stock: 7,
      hidden: 0,
      deleted_at: null,
    });
    expect(await book(4)).toMatchObject({ hidden: 1, deleted_at: null });
    expect(await book(5)).toMatchObject({ name: "Atlas of Drowned Lands", deleted_at: expect.any(Number) });
    const [order] = await shop.stored(`SELECT * FROM orders WHERE order_id = '${key.purchase(1)}'`);
    expect(order).toMatchObject({ user_id: key.reader(1), cancelled: 0, date_only: 0 });
    expect(new Date(Number(order?.["ordered_at"])).toISOString()).toBe("2026-10-01T07:30:00.000Z");
    expect(JSON.parse(String(order?.["lines"]))).toEqual([
      { item_id: key.book(1), quantity: 1, price: 12.5 },
      { item_id: key.book(2), quantity: 2, price: 12.5 },
    ]);
    const cancelled = await shop.stored("SELECT order_id FROM orders WHERE cancelled = 1 ORDER BY order_id");
    expect(cancelled.map((row) => row["order_id"])).toEqual([key.purchase(3), key.purchase(4)]);
    expect(await shop.stored("SELECT * FROM ratings")).toHaveLength(3);
    return undefined;
  });

  it("keeps purchases of books and by readers that were deleted before anybody saw them", async (test) => {
    if (shop === null) return test.skip();
    expect(await shop.stored("SELECT * FROM sync_quarantine")).toEqual([]);
    const orders = await shop.stored("SELECT order_id, lines FROM orders WHERE deleted_at IS NULL ORDER BY order_id");
    expect(orders.map((row) => row["order_id"])).toEqual([1, 2, 3, 4, 5].map(key.purchase));
    expect(orders[1]?.["lines"]).toContain(key.book(5));
    const [reader] = await shop.stored(`SELECT * FROM users WHERE user_id = '${key.reader(3)}'`);
    expect(reader).toMatchObject({ country: null, features: "{}", deleted_at: expect.any(Number) });
    return undefined;
  });

  it("reads no more than the newest rows again while nothing changes", async (test) => {
    if (shop === null) return test.skip();
    const counts = await shop.run();
    expect(counts["items"]).toMatchObject({ read: 1, compared: 0, written: 0, deleted: 0 });
    expect(counts["orders"]).toMatchObject({ read: 1, compared: 0, written: 0 });
    return undefined;
  });

  it("takes a genre's new name although no book says that it changed", async (test) => {
    if (shop === null) return test.skip();
    await shop.database.run(`UPDATE catalogue.genres SET name = 'Birds' WHERE id = '${key.genre(3)}'`);
    const counts = await shop.run();
    expect(counts["items"]).toMatchObject({ written: 1 });
    expect(await book(3)).toMatchObject({ category: "Birds" });
    return undefined;
  });

  it("finds a book's other genre with the next comparison, although its updated_at did not move", async (test) => {
    if (shop === null) return test.skip();
    await shop.database.run(
      `UPDATE catalogue.book_genres SET genre_id = '${key.genre(3)}' WHERE book_id = '${key.book(2)}'`,
    );
    for (let left = RUNS_BETWEEN_COMPARISONS; left > 1; left--) await shop.run();
    expect(await book(2)).toMatchObject({ category: "Crime" });
    const counts = await shop.run();
    expect(counts["items"]).toMatchObject({ compared: 6, written: 1 });
    expect(await book(2)).toMatchObject({ category: "Birds" });
    return undefined;
  });

  it("takes a book that lost its only genre for one without a category", async (test) => {
    if (shop === null) return test.skip();
    await shop.database.run(`DELETE FROM catalogue.book_genres WHERE book_id = '${key.book(2)}'`);
    await changeBook(shop.database, 2, "price_cents = 1999");
    await shop.run();
    expect(await book(2)).toMatchObject({ category: "", price: 19.99 });
    return undefined;
  });

  it("forgets everything of a reader who is deleted but the id, and brings a book back that was", async (test) => {
    if (shop === null) return test.skip();
    await shop.database.run(`UPDATE readers SET deleted_at = now(), updated_at = now() WHERE id = '${key.reader(1)}'`);
    await changeBook(shop.database, 5, "deleted_at = NULL");
    await shop.run();
    const [reader] = await shop.stored(`SELECT * FROM users WHERE user_id = '${key.reader(1)}'`);
    expect(reader).toMatchObject({ country: null, features: "{}", deleted_at: expect.any(Number) });
    expect(await book(5)).toMatchObject({ deleted_at: null, category: "Travel" });
    return undefined;
  });

  it("sets aside two reviews of one book by one reader, and takes the one that stays", async (test) => {
    if (shop === null) return test.skip();
    const pair = `reader_id = '${key.reader(2)}' AND book_id = '${key.book(1)}'`;
    await shop.database.run(
      `INSERT INTO reviews (reader_id, book_id, stars) VALUES ('${key.reader(2)}', '${key.book(1)}', 1)`,
    );
    await shop.run();
    const aside = await shop.stored("SELECT entity, reason FROM sync_quarantine");
    expect(aside).toEqual([{ entity: "ratings", reason: "key_repeated" }]);
    await shop.database.run(`DELETE FROM reviews WHERE ${pair} AND stars = 4`);
    await shop.run();
    expect(await shop.stored("SELECT * FROM sync_quarantine")).toEqual([]);
    expect(await shop.stored(`SELECT rating FROM ratings WHERE user_id = '${key.reader(2)}'`)).toEqual([{ rating: 1 }]);
    return undefined;
  });

  it("counts a purchase no longer that is refunded later", async (test) => {
    if (shop === null) return test.skip();
    await shop.database.run(
      `UPDATE sales.purchases SET status = 'refunded', updated_at = now() WHERE id = '${key.purchase(1)}'`,
    );
    await shop.run();
    const orders = await shop.stored(`SELECT cancelled FROM orders WHERE order_id = '${key.purchase(1)}'`);
    expect(orders).toEqual([{ cancelled: 1 }]);
    return undefined;
  });
});
