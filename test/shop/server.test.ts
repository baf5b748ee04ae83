import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { startDemoShop } from "./demo-shop.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  ({ runtime } = await startDemoShop());
});
afterAll(() => runtime.close());

function ask(path: string, body?: unknown) {
  return runtime.call(`/shop/api/${path}`, { key: null, ...(body === undefined ? {} : { body }) });
}

describe("the demo shop's server", () => {
  it("tells a page its publishable key and who can sign in, and no secret", async () => {
    const { status, body, headers } = await ask("shop");
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(body).toEqual({
      name: "Scale model shop",
      currency: "USD",
      publishable_key: TEST_KEYS.publishable,
      customers: [
        { user_id: "1", label: "Nantes, France" },
        { user_id: "2", label: "Berlin, Germany" },
      ],
    });
    expect(JSON.stringify(body)).not.toContain("sk_");
  });

  it("shows of an item what an answer would show, and nothing more", async () => {
    expect((await ask("items/item-03")).body).toEqual({
      item_id: "item-03",
      in_stock: false,
      item: {
        name: "Name of item-03",
        price: 4,
        currency: "USD",
        category: "Ships",
        image: "/pictures/ships.svg",
        url: null,
        productScale: "1:24",
      },
    });
  });

  it("lists items page by page, of a line, and by words whatever their case", async () => {
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const { body } = await ask(`items?line=Ships&limit=7${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      ids.push(...body.data.map((item: { item_id: string }) => item.item_id));
      cursor = body.next_cursor;
    }
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
    expect((await ask("items?q=OF%20ITEM-4&limit=50")).body.data).toHaveLength(10);
    expect((await ask("items?q=%25")).body.data).toEqual([]);
    expect((await ask("items?cursor=nonsense")).body.error.code).toBe("invalid_cursor");
    expect((await ask("items?color=red")).body.error.code).toBe("unknown_field");
  });

  it("does not show what is hidden or deleted", async () => {
    await runtime.env.DB.prepare("UPDATE items SET hidden = 1 WHERE item_id = 'item-58'").run();
    await runtime.env.DB.prepare("UPDATE items SET deleted_at = 1 WHERE item_id = 'item-59'").run();
    expect((await ask("items?q=item-5&limit=50")).body.data).toHaveLength(8);
    expect((await ask("items/item-58")).status).toBe(404);
    expect((await ask("items/item-59")).status).toBe(404);
    const { body } = await ask("lines");
    expect(body.data).toEqual([
      { name: "Cars", items: 29, image: "/pictures/classic-cars.svg" },
      { name: "Ships", items: 29, image: "/pictures/ships.svg" },
    ]);
  });

  it("signs in the customers of its list alone, with a token that Endcap takes", async () => {
    const { status, body } = await ask("sign-in", { user_id: "1" });
    expect([status, body.label]).toEqual([200, "Nantes, France"]);
    const query = `placement=home&user_id=1&token=${body.token}&key=${TEST_KEYS.publishable}&consent=personalization`;
    expect((await runtime.call(`/v1/recommendations?${query}`, { key: null })).status).toBe(200);
    expect((await ask("sign-in", { user_id: "3" })).status).toBe(404);
    expect((await ask("sign-in", {})).status).toBe(400);
  });
});

describe("a deployment without DEMO_SHOP", () => {
  let production: TestRuntime;
  beforeAll(async () => {
    production = await startRuntime();
  });
  afterAll(() => production.close());

  it.each(["shop", "items", "items/item-03", "lines"])("has no /shop/api/%s", async (path) => {
    const { status, body } = await production.call(`/shop/api/${path}`, { key: null });
    expect(status).toBe(404);
    expect(body.error.message).toContain("npm start");
  });

  it("signs nobody in", async () => {
    const { status } = await production.call("/shop/api/sign-in", { key: null, body: { user_id: "1" } });
    expect(status).toBe(404);
  });
});
