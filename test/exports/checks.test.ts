import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { deleteRecord, storeItem, storeRating, storeUser } from "../d1/catalogue-writers.ts";
import { interaction, purchase } from "../durable-objects/ledger-world.ts";
import { item } from "../support/catalogue.ts";
import { DrivenShop, hashesOf } from "./export-drive.ts";
import type { PulledExport } from "./export-shop.ts";
import type { Trouble } from "./export-trouble.ts";

const HOUR = 60 * 60 * 1000;

let shop: DrivenShop;
beforeAll(async () => {
  shop = await DrivenShop.open();
});
afterAll(() => shop.close());

const store = (...statements: D1PreparedStatement[][]): Promise<void> => shop.store(...statements);

/** Runs the Workflow in trouble. */
async function runIn(trouble: Trouble, asked: object = {}): ReturnType<typeof shop.shop.run> {
  await shop.runtime.call("/test/trouble", { body: trouble });
  try {
    return await shop.shop.run({ ...asked });
  } finally {
    await shop.runtime.call("/test/trouble", { body: { kind: "none" } });
  }
}

/** An export that ended like this has left nothing behind. */
async function expectNothingLeft(
  ended: { id: string; state: string; error: string | null },
  words: string,
): Promise<void> {
  expect(ended).toMatchObject({ state: "failed", error: expect.stringContaining(words) });
  expect(await shop.filesIn(ended.id)).toEqual([]);
}

describe("an export that would be empty", () => {
  it("fails with words where nobody has done anything", async () => {
    await store(storeItem(shop.db, item("A")), storeUser(shop.db, { userId: "1", country: null, features: {} }));
    // Neither what a browser did that nobody signed in with, nor a list that was looked past, is an interaction.
    await shop.tell(
      interaction("e1", { shopper: "c:anonymous", items: [{ item_id: "A" }] }),
      interaction("e2", { shopper: "u:1", name: "view_item_list", items: [{ item_id: "A" }] }),
    );
    await expectNothingLeft(await shop.shop.run(), "no user had done anything");
    expect(await shop.latest()).toBeNull();
  });

  it("fails with words where there are no items", async () => {
    await shop.tell(interaction("e3", { shopper: "u:1", items: [{ item_id: "A" }] }));
    await store(deleteRecord(shop.db, "items", "A"));
    await expectNothingLeft(await shop.shop.run(), "the catalogue is empty");
    expect(await shop.latest()).toBeNull();
  });
});

describe("an export that is not what is there", () => {
  let good: PulledExport;
  beforeAll(async () => {
    const at = Date.now() - HOUR;
    await store(
      ...["1", "2"].map((userId) => storeUser(shop.db, { userId, country: "FR", features: {} })),
      ...["A", "B", "C"].map((id) => storeItem(shop.db, item(id))),
      storeRating(shop.db, { userId: "2", itemId: "B", rating: 3, ratedAt: null }),
    );
    await shop.tell(
      purchase("e4", "t1", [{ item_id: "B", quantity: 2, price: 3 }], { shopper: "u:1", at }),
      interaction("e5", { shopper: "u:2", items: [{ item_id: "A" }], at }),
    );
    good = await shop.shop.export({ csv: true });
  });

  it.each<[string, Trouble, object, words: string]>([
    ["lacks a row of the ledger", { kind: "page", wrong: "row" }, {}, "rows of the ledger, but"],
    ["has a purchase more", { kind: "page", wrong: "purchases" }, {}, "The export read 2 purchases, but 1 are there"],
    ["has a piece more", { kind: "page", wrong: "quantity" }, {}, "The export read 3 pieces bought, but 2 are there"],
    [
      "has a file that was cut off",
      { kind: "cut off", key: "/items/part-00000.parquet" },
      {},
      "items/part-00000.parquet is not what was written",
    ],
    [
      "has a CSV file that was cut off",
      { kind: "cut off", key: "/users/part-00000.csv" },
      { csv: true },
      "users/part-00000.csv is not what was written",
    ],
  ])("is not published when it %s", async (_, trouble, asked, words) => {
    await expectNothingLeft(await runIn(trouble, asked), words);
    expect(await shop.latest()).toBe(good.manifest.id);
  });

  const ROW = "row_hash, changed_run";
  it.each([
    [
      "ratings",
      `ratings (user_id, item_id, rating, ${ROW}) VALUES ('1', 'A', 5, 'h', 1)`,
      "rating_versions",
      "The export read 1 ratings, but 2 are there",
    ],
    [
      "users",
      `users (user_id, features, ${ROW}) VALUES ('9', '{}', 'h', 1)`,
      "user_versions",
      "The export read 2 users, but 3 are there",
    ],
    [
      "items",
      `items (item_id, name, category, price, hidden, public_values, features, ${ROW}) VALUES ('Z', 'Z', 'Z', 1, 0, '{}', '{}', 'h', 1)`,
      "item_versions",
      "The export read 3 items, but 4 are there",
    ],
  ])("is not published when %s are there that it has not", async (table, row, versions, words) => {
    const before = await shop.drive({ until: "check counts" });
    await shop.db.prepare(`INSERT INTO ${row}`).run();
    const key = row.split("'")[1];
    // As if it had been there all the time.
    const column = table === "items" ? "item_id" : "user_id";
    await shop.db.prepare(`DELETE FROM ${versions} WHERE ${column} = ? AND existed = 0`).bind(key).run();
    const ended = await shop.drive({ id: before.id });
    const where = table === "ratings" ? "user_id = ? AND item_id = 'A'" : `${column} = ?`;
    await shop.db.prepare(`DELETE FROM ${table} WHERE ${where}`).bind(key).run();
    expect(ended).toMatchObject({ state: "failed", refused: true, error: expect.stringContaining(words) });
    expect(await shop.filesIn(before.id)).not.toContain("manifest.json");
    expect(await shop.latest()).toBe(good.manifest.id);
  });

  it("is not published when a file is gone, or is another one of the same size", async () => {
    const { EXPORTS } = shop.runtime.env;
    const file = "training/part-00000.parquet";
    const gone = await shop.drive({ until: "check files" });
    await EXPORTS.delete(`${gone.id}/${file}`);
    const other = await shop.drive({ until: "check files" });
    const content = new Uint8Array(
      (await (await EXPORTS.get(`${other.id}/ratings/part-00000.parquet`))?.arrayBuffer()) ?? [],
    );
    const size = (await EXPORTS.head(`${other.id}/${file}`))?.size ?? 0;
    const padded = new Uint8Array(size);
    // A Parquet file is read from its end.
    padded.set(content, size - content.byteLength);
    await EXPORTS.put(`${other.id}/${file}`, padded);
    const said = [await shop.drive({ id: gone.id }), await shop.drive({ id: other.id })].map(({ error }) => error);
    expect(said).toEqual([
      expect.stringContaining(`${file} is not what was written: it has 0 bytes`),
      expect.stringContaining(`${file} has 1 rows instead of 4`),
    ]);
    expect(await shop.latest()).toBe(good.manifest.id);
  });

  it("is published when a step fails once, and is tried again", async () => {
    const { id, state, error } = await runIn({ kind: "fails", call: 20, after: false }, { csv: true });
    expect([state, error]).toEqual(["complete", null]);
    const { manifest } = await shop.shop.pull(id);
    expect(hashesOf(manifest)).toEqual(hashesOf(good.manifest));
    expect(await shop.latest()).toBe(id);
  });
});
