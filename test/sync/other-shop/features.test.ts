import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { changeBook, key, SECRETS } from "./bookshop.ts";
import { dumpD1 } from "./d1.ts";
import { driveBookshop, type DrivenBookshop } from "./driven.ts";

const CONFIG = "./test/sync/other-shop/shop-config.ts";

/** A run of this shop writes fewer batches: it dies before, in the middle of and behind its books. */
const DEATHS = 9;

interface ListedFeature {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly rows: number | null;
}

describe("a bookshop whose books' attributes are one JSON column", () => {
  let shop: DrivenBookshop | null;

  beforeAll(async () => {
    shop = await driveBookshop(CONFIG);
    await shop?.run();
  });
  afterAll(async () => {
    await shop?.close();
  });

  async function listed(query: string): Promise<Record<string, string>> {
    const answer = await shop?.runtime.call(`/v1/features?limit=100&${query}`);
    expect(answer?.status).toBe(200);
    const features = (answer?.body.data ?? []) as ListedFeature[];
    return Object.fromEntries(features.map(({ name, kind }) => [name, kind]));
  }

  async function featuresOf(book: number): Promise<Record<string, unknown>> {
    const [row] = (await shop?.stored(`SELECT features FROM items WHERE item_id = '${key.book(book)}'`)) ?? [];
    return JSON.parse(String(row?.["features"])) as Record<string, unknown>;
  }

  it("has every member as a feature of its own, beside the columns", async (test) => {
    if (shop === null) return test.skip();
    expect(await featuresOf(1)).toEqual({
      author: '{"born":1961,"name":"Ivo Brandt"}',
      binding: "paperback",
      'colour "of" cover': "grün",
      isbn: "9780000000011",
      pages: 320,
      price_cents: 1290,
      series: "Coasts",
      "ships.from": "Gent",
      signed: true,
      slug: "the-salt-road",
      title: "The Salt Road",
      topics: '["sea","trade"]',
    });
    expect(await listed("entity=items&state=active")).toEqual({
      author: "text",
      binding: "text",
      'colour "of" cover': "text",
      isbn: "text",
      pages: "number",
      price_cents: "number",
      series: "text",
      "ships.from": "text",
      signed: "boolean",
      slug: "text",
      title: "text",
      topics: "text",
    });
    return undefined;
  });

  it("counts members like columns, whatever characters their names have", async (test) => {
    if (shop === null) return test.skip();
    const { body } = await shop.runtime.call("/v1/features?limit=100&entity=items");
    const byName = new Map(body.data.map((feature: ListedFeature) => [feature.name, feature]));
    expect(byName.get("pages")).toMatchObject({ rows: 5, distinct: 3, null_share: 0.4, min: 96, max: 512 });
    expect(byName.get("ships.from")).toMatchObject({ rows: 5, distinct: 1, min: "Gent", max: "Gent" });
    expect(byName.get('colour "of" cover')).toMatchObject({ distinct: 1, min: "grün" });
    return undefined;
  });

  it("has a new member by itself, and no longer one that every book has lost", async (test) => {
    if (shop === null) return test.skip();
    await changeBook(shop.database, 2, `details = details || '{"edition": 2}'`);
    await changeBook(shop.database, 1, "details = details - 'topics'");
    await shop.run();
    expect(await featuresOf(2)).toMatchObject({ edition: 2 });
    expect(await listed("entity=items&state=active")).toMatchObject({ edition: "number" });
    expect(await listed("entity=items&state=gone")).toEqual({ topics: "text" });
    return undefined;
  });

  it("has a new member although the run that read it died on its way", { timeout: 60_000 }, async (test) => {
    if (shop === null) return test.skip();
    // Wherever it dies: the member must be known once a run has ended.
    for (let after = 1; after <= DEATHS; after++) {
      await changeBook(shop.database, 3, `details = details || '{"try_${after}": true}'`);
      await shop.run({ kind: "killed", after });
      await shop.run();
      expect(await listed("entity=items&state=active")).toHaveProperty(`try_${after}`, "boolean");
    }
    return undefined;
  });

  it("sets a book aside whose attributes are no object, and keeps what was known of it", async (test) => {
    if (shop === null) return test.skip();
    await changeBook(shop.database, 6, `details = '["harbour"]', price_cents = 1`);
    await shop.run();
    const aside = await shop.stored("SELECT row_key, reason FROM sync_quarantine");
    expect(aside).toEqual([{ row_key: key.book(6), reason: "attributes_not_readable" }]);
    expect(await featuresOf(6)).toMatchObject({ pages: 96, price_cents: 1500 });
    return undefined;
  });

  it("proposes a reader's e-mail and birthday, and keeps neither value anywhere in D1", async (test) => {
    if (shop === null) return test.skip();
    expect(await listed("entity=users&state=active")).toEqual({ newsletter: "text" });
    expect(await listed("entity=users&state=proposed")).toEqual({ birthday: "date", email: "text" });
    const readers = await shop.stored("SELECT features FROM users WHERE deleted_at IS NULL ORDER BY user_id");
    expect(readers.map((row) => row["features"])).toEqual(['{"newsletter":"weekly"}', '{"newsletter":null}']);
    const dump = await dumpD1(shop.runtime);
    // The search finds what is there …
    for (const known of ["weekly", "grün", "birthday"]) expect(dump).toContain(known);
    // … and nothing of what must not be.
    for (const secret of SECRETS) expect(dump).not.toContain(secret);
    expect(dump).not.toContain("@post");
    return undefined;
  });
});
