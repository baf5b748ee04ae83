import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem, TEST_SHOP } from "../support/shop.ts";

let runtime: TestRuntime;
let unscoped: string;
beforeAll(async () => {
  runtime = await startRuntime();
  unscoped = await runtime.addKey(["events:write"]);
  await openTestShop(runtime);
});
afterAll(() => runtime.close());

interface Shelf {
  strategy: string;
  title: string;
  seed?: { item_id: string };
  items: {
    item_id: string;
    score: number;
    reason: { code: string; item_id?: string; text: string };
    item: Record<string, unknown>;
  }[];
}

const client = (): string => crypto.randomUUID().replaceAll("-", "");
const ids = (shelf: Shelf | undefined): string[] => (shelf?.items ?? []).map((entry) => entry.item_id);
const shelf = (body: { shelves: Shelf[] }, strategy: string): Shelf | undefined =>
  body.shelves.find((one) => one.strategy === strategy);

async function view(who: object, ...items: string[]): Promise<void> {
  const events = items.map((item_id) => ({
    event_id: crypto.randomUUID(),
    name: "view_item",
    params: { items: [{ item_id }] },
  }));
  expect((await runtime.call("/v1/events", { body: { ...who, events } })).status).toBe(202);
}

describe("an answer", () => {
  it("has the contract's form", async () => {
    const { status, body, headers } = await runtime.call("/v1/recommendations?placement=home&user_id=1&limit=3");
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toMatchObject({
      placement: "home",
      model_version: TEST_SHOP.model,
      degraded: null,
      recommendation_id: expect.any(String),
    });
    expect(body.shelves.map((one: Shelf) => one.items.length)).toEqual([3, 3]);
    expect(body.shelves[0].items[0]).toEqual({
      item_id: expect.any(String),
      score: expect.any(Number),
      reason: { code: "profile", text: expect.any(String) },
      item: {
        name: expect.any(String),
        price: expect.any(Number),
        currency: "USD",
        category: expect.any(String),
        image: null,
        url: null,
      },
    });
  });

  it("follows a known user's features: France points at item-15, Germany at item-45", async () => {
    const french = await runtime.call("/v1/recommendations?placement=home&user_id=1&limit=1");
    const german = await runtime.call("/v1/recommendations?placement=home&user_id=2&limit=1");
    expect(ids(shelf(french.body, "profile"))).toEqual([shopItem(15)]);
    expect(ids(shelf(german.body, "profile"))).toEqual([shopItem(45)]);
  });

  it("follows features that come with the request, and they win over the stored ones", async () => {
    const body = { placement: "home", user_id: "1", limit: 1, features: { country: "Germany" } };
    const { body: answer } = await runtime.call("/v1/recommendations", { body });
    expect(ids(shelf(answer, "profile"))).toEqual([shopItem(45)]);
  });

  it("follows an anonymous shopper's country alone", async () => {
    const { body } = await runtime.call(`/v1/recommendations?placement=home&client_id=${client()}&country=fr&limit=1`);
    expect(ids(shelf(body, "profile"))).toEqual([shopItem(15)]);
  });

  it("follows an event at once: the very next answer is about what was just seen", async () => {
    const client_id = client();
    await view({ client_id }, shopItem(30));
    const { body } = await runtime.call(`/v1/recommendations?placement=home&client_id=${client_id}&limit=2`);
    expect(body.shelves[0]).toMatchObject({ strategy: "similar", seed: { item_id: shopItem(30) } });
    expect(ids(body.shelves[0]).toSorted()).toEqual([shopItem(29), shopItem(31)]);
    await view({ client_id }, shopItem(40));
    const next = await runtime.call(`/v1/recommendations?placement=home&client_id=${client_id}&limit=2`);
    expect(ids(next.body.shelves[0]).toSorted()).toEqual([shopItem(39), shopItem(41)]);
  });

  it("knows what goes with the cart, the session's or the page's", async () => {
    const client_id = client();
    const event = { event_id: "cart", name: "add_to_cart", params: { items: [{ item_id: shopItem(20) }] } };
    await runtime.call("/v1/events", { body: { client_id, events: [event] } });
    const fromSession = await runtime.call(`/v1/recommendations?placement=cart&client_id=${client_id}`);
    const fromPage = await runtime.call(`/v1/recommendations?placement=checkout&cart=${shopItem(20)}`);
    for (const { body } of [fromSession, fromPage]) {
      expect(body.shelves[0].items[0]).toMatchObject({
        item_id: shopItem(50),
        reason: { code: "bought_together", item_id: shopItem(20) },
      });
      expect(ids(body.shelves[0])).not.toContain(shopItem(20));
    }
  });

  it("is for a whole page when asked so, with no item twice", async () => {
    const placements = [
      { placement: "product", item_id: shopItem(10), limit: 5 },
      { placement: "cart", limit: 5 },
      { placement: "home", limit: 5 },
    ];
    const { body } = await runtime.call("/v1/recommendations", {
      body: { user_id: "1", cart: [shopItem(20)], placements },
    });
    expect(body.results.map((result: { placement: string }) => result.placement)).toEqual(["product", "cart", "home"]);
    const all = body.results.flatMap((result: { shelves: Shelf[] }) => result.shelves.flatMap((one) => ids(one)));
    expect(new Set(all).size).toBe(all.length);
    expect(all).not.toContain(shopItem(10));
    expect(all).not.toContain(shopItem(3));
  });

  it("treats unknown users and items as new ones", async () => {
    for (const query of ["user_id=nobody", `client_id=${client()}`, "item_id=nothing&user_id=nobody"]) {
      const { status, body } = await runtime.call(`/v1/recommendations?placement=product&${query}`);
      expect(status).toBe(200);
      expect(body.shelves[0].items).toHaveLength(10);
    }
  });

  it("explains itself to a secret key", async () => {
    const { body } = await runtime.call("/v1/recommendations?placement=home&user_id=1&explain=true");
    expect(body.explain).toMatchObject({
      catalogue: TEST_SHOP.catalogue,
      country: "FR",
      personal: true,
      known: { features: ["city"] },
    });
  });

  it("gives one shelf of similar items", async () => {
    const { status, body } = await runtime.call(`/v1/items/${shopItem(30)}/similar?limit=2`);
    expect(status).toBe(200);
    expect(body.items.map((entry: { item_id: string }) => entry.item_id).toSorted()).toEqual([
      shopItem(29),
      shopItem(31),
    ]);
    expect((await runtime.call("/v1/items/unknown/similar")).body.items).toHaveLength(10);
  });
});

describe("consent", () => {
  it("denied by a publishable key's silence: the page alone, and nothing is kept", async () => {
    const client_id = client();
    const key = TEST_KEYS.publishable;
    await runtime.call("/v1/events", {
      key,
      body: {
        client_id,
        events: [{ event_id: "1", name: "view_item", params: { items: [{ item_id: shopItem(30) }] } }],
      },
    });
    const { body } = await runtime.call(`/v1/recommendations?placement=home&client_id=${client_id}&country=FR`, {
      key,
    });
    expect(body.shelves.map((one: Shelf) => one.strategy)).toEqual(["popular", "trending"]);
    const product = await runtime.call(
      `/v1/recommendations?placement=product&client_id=${client_id}&item_id=${shopItem(30)}&limit=2`,
      { key },
    );
    expect(ids(shelf(product.body, "similar")).toSorted()).toEqual([shopItem(29), shopItem(31)]);
  });

  it("given once is remembered", async () => {
    const client_id = client();
    const key = TEST_KEYS.publishable;
    const consent = { personalization: true, analytics: true };
    await runtime.call("/v1/events", {
      key,
      body: {
        client_id,
        consent,
        events: [{ event_id: "1", name: "view_item", params: { items: [{ item_id: shopItem(30) }] } }],
      },
    });
    const { body } = await runtime.call(`/v1/recommendations?placement=home&client_id=${client_id}`, { key });
    expect(shelf(body, "similar")?.seed).toEqual({ item_id: shopItem(30) });
  });
});

describe("a bad request is a clear 4xx in the one envelope", () => {
  const get = (query: string) => ({ path: `/v1/recommendations?${query}` });
  const post = (body: unknown) => ({ path: "/v1/recommendations", init: { method: "POST", body } });
  it.each<[string, { path: string; init?: object }, number, string]>([
    ["no placement", get("user_id=1"), 400, "invalid_request"],
    ["unknown placement", get("placement=footer"), 400, "unknown_placement"],
    ["unknown parameter", get("placement=home&colour=red"), 400, "unknown_field"],
    ["negative limit", get("placement=home&limit=-1"), 400, "invalid_request"],
    ["limit 0", get("placement=home&limit=0"), 400, "invalid_request"],
    ["limit 51", get("placement=home&limit=51"), 400, "invalid_request"],
    ["limit not a number", get("placement=home&limit=ten"), 400, "invalid_request"],
    ["limit with a fraction", post({ placement: "home", limit: 1.5 }), 400, "invalid_request"],
    ["country not a code", get("placement=home&country=France"), 400, "invalid_request"],
    ["features not JSON", get("placement=home&features=%7B"), 400, "invalid_request"],
    ["features a list", post({ placement: "home", features: ["x"] }), 400, "invalid_request"],
    ["consent unknown", get("placement=home&consent=everything"), 400, "invalid_request"],
    ["filter unknown", get("placement=home&filter=colour:red"), 400, "invalid_request"],
    ["client id too short", get("placement=home&client_id=abc"), 400, "invalid_request"],
    ["item id huge", get(`placement=product&item_id=${"x".repeat(200)}`), 400, "invalid_request"],
    [
      "cart of 101",
      post({ placement: "cart", cart: Array.from({ length: 101 }, (_, n) => `i${n}`) }),
      400,
      "invalid_request",
    ],
    [
      "six placements",
      post({ placements: Array.from({ length: 6 }, () => ({ placement: "home" })) }),
      400,
      "invalid_request",
    ],
    ["no placements", post({ placements: [] }), 400, "invalid_request"],
    ["unknown field in a placement", post({ placements: [{ placement: "home", colour: 1 }] }), 400, "unknown_field"],
    ["malformed JSON", post('{"placement":'), 400, "invalid_json"],
    ["a body that is a list", post([]), 400, "invalid_request"],
    ["a body that is null", post("null"), 400, "invalid_request"],
    ["an oversize body", post({ placement: "home", exclude: ["x".repeat(70_000)] }), 413, "body_too_large"],
    [
      "a form",
      {
        path: "/v1/recommendations",
        init: { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } },
      },
      415,
      "unsupported_media_type",
    ],
    ["no key", { path: "/v1/recommendations?placement=home", init: { key: null } }, 401, "missing_key"],
    ["a wrong key", { path: "/v1/recommendations?placement=home", init: { key: "sk_wrong" } }, 401, "invalid_key"],
    [
      "a secret key in the URL",
      { path: `/v1/recommendations?placement=home&key=${TEST_KEYS.secret}`, init: { key: null } },
      401,
      "secret_key_in_url",
    ],
    [
      "another origin",
      {
        path: "/v1/recommendations?placement=home",
        init: { key: TEST_KEYS.restricted, headers: { origin: "https://evil.example" } },
      },
      403,
      "origin_not_allowed",
    ],
    [
      "a user without their token",
      { path: "/v1/recommendations?placement=home&user_id=1", init: { key: TEST_KEYS.publishable } },
      403,
      "shopper_token_required",
    ],
    [
      "features with a publishable key",
      { path: "/v1/recommendations?placement=home&features=%7B%7D", init: { key: TEST_KEYS.publishable } },
      403,
      "secret_key_required",
    ],
    ["similar: limit 0", { path: "/v1/items/x/similar?limit=0" }, 400, "invalid_request"],
    ["similar: huge id", { path: `/v1/items/${"x".repeat(500)}/similar` }, 400, "invalid_request"],
    ["similar: unknown parameter", { path: "/v1/items/x/similar?page=2" }, 400, "unknown_field"],
  ])("%s", async (_, { path, init }, status, code) => {
    const answer = await runtime.call(path, init);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(answer.body.error.message.length).toBeGreaterThan(10);
    expect(answer.body.error.requestId).toEqual(expect.any(String));
  });

  it("an under-scoped key", async () => {
    const { status, body } = await runtime.call("/v1/recommendations?placement=home", { key: unscoped });
    expect([status, body.error.code]).toEqual([403, "insufficient_scope"]);
  });
});
