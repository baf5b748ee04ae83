import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { SeenRequest } from "../../support/http-api.ts";
import { type ApiShop, customer, order, product, someRows, startApiShop } from "./api-shop.ts";
import { driveRuntime, type DrivenRuntime } from "./driven.ts";
import { API_TOKEN, type Variant } from "./http-shop.ts";

const WAYS = [
  { paging: "cursor", since: false },
  { paging: "cursor", since: true },
  { paging: "link", since: false },
  { paging: "link", since: true },
] as const;

let driven: DrivenRuntime;
beforeAll(async () => {
  driven = await driveRuntime();
});
afterAll(async () => {
  await driven?.runtime.close();
});

function now(): string {
  return driven.now();
}

describe.each(WAYS)("an API in trouble, paging by $paging, since: $since", ({ paging, since }) => {
  let shop: ApiShop;
  let variant: Variant;

  beforeEach(async () => {
    await driven.forget();
    shop = await startApiShop(paging, someRows());
    variant = { url: shop.api.url, paging, since, orders: "http", verifyEveryRuns: 3 };
    return () => shop.api.stop();
  });

  const isPage = (table: string, request: SeenRequest): boolean =>
    request.path.endsWith(table) && request.query["limit"] !== "100";

  /** The API is away from the n-th page of a table on, until the returned function is called. */
  function goAway(table: string, pages: number): () => void {
    let left = pages;
    let away = false;
    shop.before = (request) => {
      if (isPage(table, request) && left-- === 0) away = true;
      if (away) shop.api.answerNext({ status: 0, broken: true });
    };
    return () => {
      shop.before = () => undefined;
    };
  }

  /** Everything changes at once: enough for several pages of changes. */
  function changeEverything(): void {
    const { rows } = shop;
    const updated_at = now();
    rows.customers = rows.customers.map((row) => ({ ...row, city: "Brest", updated_at }));
    rows.products = rows.products.map((row) => ({ ...row, price: 12, updated_at }));
    rows.orders = rows.orders.map((row) => ({ ...row, placed: "2026-05-05T05:05:05Z", updated_at }));
  }

  it("is waited for as long as it says", async () => {
    shop.api.answerNext({ status: 429, headers: { "retry-after": "7" } }, { status: 503 });
    const { state, slept } = await driven.run(variant);
    expect(state).toBe("complete");
    expect(slept[0]).toBe(7_000);
    expect(slept).toHaveLength(2);
    await driven.expectEqual(shop.rows);
  });

  it("that refuses one table costs the others nothing, and nothing is lost", async () => {
    await driven.run(variant);
    changeEverything();
    shop.before = (request) => {
      if (isPage("products", request)) shop.api.answerNext({ status: 500 });
    };
    const { state, entities } = await driven.run(variant);
    expect(state).toBe("incomplete");
    expect(entities).toMatchObject({
      users: { state: "complete" },
      items: { state: "failed", reasons: [expect.stringContaining("answered 500")] },
      orders: { state: "complete" },
      ratings: { state: "complete" },
    });
    expect(JSON.stringify(entities)).not.toContain(API_TOKEN);
    shop.before = () => undefined;
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    await driven.expectEqual(shop.rows);
  });

  it.each(["customers", "products", "orders"])(
    "that goes away in the middle of the first %s loses nothing",
    async (table) => {
      const comeBack = goAway(table, 1);
      expect((await driven.run(variant)).state).not.toBe("complete");
      comeBack();
      expect(await driven.run(variant)).toMatchObject({ state: "complete" });
      await driven.expectEqual(shop.rows);
    },
  );

  it.each(["customers", "products", "orders"])(
    "that goes away in the middle of changed %s loses nothing",
    async (table) => {
      await driven.run(variant);
      changeEverything();
      const comeBack = goAway(table, 1);
      expect((await driven.run(variant)).state).not.toBe("complete");
      comeBack();
      shop.rows.customers.push(customer(70, { updated_at: now() }));
      expect(await driven.run(variant)).toMatchObject({ state: "complete" });
      await driven.expectEqual(shop.rows);
      // Nor does the next run find anything left to do.
      const { counts } = await driven.run(variant);
      for (const { written, deleted } of Object.values(counts)) expect([written, deleted]).toEqual([0, 0]);
    },
  );

  it("that is away as a whole changes nothing, says so once, and is heard of again", async () => {
    await driven.run(variant);
    changeEverything();
    shop.before = () => shop.api.answerNext({ status: 0, broken: true });
    expect((await driven.run(variant)).state).toBe("failed");
    expect((await driven.run(variant)).state).toBe("failed");
    const notices = "SELECT subject, closed_at FROM notices WHERE kind = 'source_outage'";
    expect(await driven.stored(notices)).toEqual([{ subject: "http", closed_at: null }]);
    shop.before = () => undefined;
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    expect(await driven.stored(notices)).toEqual([{ subject: "http", closed_at: expect.any(Number) }]);
    await driven.expectEqual(shop.rows);
  });

  it("that gives a page's rows again, since rows were added before them, ends equal after a quiet run", async () => {
    await driven.run({ ...variant, verifyEveryRuns: 1 });
    const { rows } = shop;
    // One is deleted, and of those behind it some are given twice: their number alone would hide it.
    rows.products.splice(8, 1);
    let added = 0;
    shop.before = (request) => {
      if (isPage("products", request) && added < 3)
        rows.products.unshift(product(`N${added++}`, { updated_at: now() }));
    };
    await driven.run({ ...variant, verifyEveryRuns: 1 });
    shop.before = () => undefined;
    expect(await driven.run({ ...variant, verifyEveryRuns: 1 })).toMatchObject({ state: "complete" });
    await driven.expectEqual(rows);
  });

  it("that skips rows, since rows before them were deleted, ends equal after a quiet run", async () => {
    const { rows } = shop;
    rows.products.unshift(product("F0"), product("F1"), product("F2"));
    await driven.run({ ...variant, verifyEveryRuns: 1 });
    let left = 3;
    shop.before = (request) => {
      if (isPage("products", request) && left-- > 0) rows.products.shift();
    };
    await driven.run({ ...variant, verifyEveryRuns: 1 });
    shop.before = () => undefined;
    rows.orders = [order(9, 1, ["P9"], { updated_at: now() })];
    expect(await driven.run({ ...variant, verifyEveryRuns: 1 })).toMatchObject({ state: "complete" });
    await driven.expectEqual(rows);
  });

  it("that is suddenly almost empty pauses the entity until somebody agrees", async () => {
    const { rows } = shop;
    rows.customers.push(...Array.from({ length: 100 }, (_, n) => customer(1_000 + n)));
    await driven.run({ ...variant, verifyEveryRuns: 1 });
    rows.customers.splice(6);
    for (let run = 0; run < 2; run++) {
      const { state, entities } = await driven.run({ ...variant, verifyEveryRuns: 1 });
      expect(state).toBe("incomplete");
      expect(entities["users"]).toEqual({
        state: "paused",
        reasons: [expect.stringContaining("has 6 rows where 106")],
      });
    }
    expect(await driven.stored("SELECT count(*) AS n FROM users WHERE deleted_at IS NULL")).toEqual([{ n: 106 }]);
    const agree = { entities: ["users"], accept_deletions: true };
    expect((await driven.runtime.call("/v1/sync/resume", { body: agree })).status).toBe(200);
    expect(await driven.run({ ...variant, verifyEveryRuns: 1 })).toMatchObject({ state: "complete" });
    await driven.expectEqual(rows);
  });

  it("whose second look at a deletion fails finds it with the next run", async () => {
    await driven.run(variant);
    const { rows } = shop;
    rows.products.splice(8, 1);
    // What is asked for changes only sees no deletion until everything is read.
    for (let left = since ? variant.verifyEveryRuns - 1 : 0; left > 0; left--) await driven.run(variant);
    // Three pages are read as a whole, and then once more for the keys alone: the API is away by then.
    const comeBack = goAway("products", 3);
    expect((await driven.run(variant)).entities["items"]).toMatchObject({ state: "failed" });
    comeBack();
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    await driven.expectEqual(rows);
  });

  it("loses nothing when the runtime dies on its way, wherever that is", async () => {
    for (let batch = 0; batch < 12; batch += 2) {
      changeEverything();
      shop.rows.customers.push(customer(100 + batch, { updated_at: now() }));
      await driven.run(variant, batch);
    }
    expect(await driven.run(variant)).toMatchObject({ state: "complete" });
    await driven.expectEqual(shop.rows);
  });
});
