import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { key } from "./bookshop.ts";
import { driveBookshop, type DrivenBookshop } from "./driven.ts";
import { RENAMES } from "./renamed-config.ts";

const CONFIG = "./test/sync/other-shop/renamed-config.ts";
const ENTITIES = ["users", "items", "orders", "ratings"] as const;

// The configuration knows the new names from the beginning; the source gets them in the middle.
describe("a bookshop whose columns are renamed, as the configuration says", () => {
  let shop: DrivenBookshop | null;

  beforeAll(async () => {
    shop = await driveBookshop(CONFIG);
  });
  afterAll(async () => {
    await shop?.close();
  });

  async function everything(): Promise<Record<string, unknown[]>> {
    const contents: Record<string, unknown[]> = {};
    for (const entity of ENTITIES)
      contents[entity] = (await shop?.stored(`SELECT * FROM ${entity} ORDER BY 1, 2`)) ?? [];
    return contents;
  }

  it("is read by the earlier names, and called by the new ones, before anything is renamed", async (test) => {
    if (shop === null) return test.skip();
    await shop.run();
    expect(await shop.stored("SELECT * FROM sync_quarantine")).toEqual([]);
    const [row] = await shop.stored(`SELECT * FROM items WHERE item_id = '${key.book(1)}'`);
    expect(row).toMatchObject({
      name: "The Salt Road",
      category: "Adventure",
      price: 12.9,
      url: "/books/the-salt-road",
    });
    const features = JSON.parse(String(row?.["features"])) as Record<string, unknown>;
    expect(features).toMatchObject({ name: "The Salt Road", cents: 1290, collection: "Coasts", pages: 320 });
    expect(features).not.toHaveProperty("title");
    expect(features).not.toHaveProperty("price_cents");
    expect(JSON.parse(String(row?.["public_values"]))).toEqual({ binding: "paperback", collection: "Coasts" });
    const [reader] = await shop.stored(`SELECT * FROM users WHERE user_id = '${key.reader(1)}'`);
    expect(reader).toMatchObject({ country: "BE", features: '{"letters":"weekly"}' });
    const cancelled = await shop.stored("SELECT count(*) AS n FROM orders WHERE cancelled = 1");
    expect(cancelled).toEqual([{ n: 2 }]);
    return undefined;
  });

  it("is the same afterwards, without one row written", async (test) => {
    if (shop === null) return test.skip();
    const before = await everything();
    for (const sql of RENAMES) await shop.database.run(sql);
    const counts = await shop.run();
    for (const entity of ENTITIES) expect([entity, counts[entity]]).toMatchObject([entity, { written: 0, deleted: 0 }]);
    expect(await everything()).toEqual(before);
    const changes = await shop.stored("SELECT DISTINCT kind, effect FROM schema_changes");
    expect(changes).toEqual([{ kind: "column_renamed", effect: "goes_on" }]);
    return undefined;
  });

  it("lists each feature once, with the name that it had", async (test) => {
    if (shop === null) return test.skip();
    const { body } = await shop.runtime.call("/v1/features?limit=100&state=active");
    const was = body.data.flatMap((feature: { name: string; was: string | null }) =>
      feature.was === null ? [] : [[feature.name, feature.was]],
    );
    expect(Object.fromEntries(was)).toEqual({
      cents: "price_cents",
      collection: "series",
      handle: "slug",
      letters: "newsletter",
      name: "title",
    });
    expect((await shop.runtime.call("/v1/features?state=gone")).body.data).toEqual([]);
    return undefined;
  });

  it("follows changes by the new names", async (test) => {
    if (shop === null) return test.skip();
    await shop.database.run(
      `UPDATE catalogue.books SET removed_at = now(), changed_at = now() WHERE id = '${key.book(1)}'`,
    );
    await shop.database.run(`UPDATE catalogue.books SET cents = 2000, changed_at = now() WHERE id = '${key.book(2)}'`);
    const counts = await shop.run();
    expect(counts["items"]).toMatchObject({ written: 1, deleted: 1 });
    const rows = await shop.stored("SELECT price FROM items WHERE deleted_at IS NULL AND price = 20");
    expect(rows).toHaveLength(1);
    return undefined;
  });
});
