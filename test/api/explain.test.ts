import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { controlSchema, CONTROL_OBJECT_KEY } from "../../domain/control/control.ts";
import { MANIFEST_FILE } from "../../domain/models/manifest.ts";
import type { LeftOutRule } from "../../domain/ranking/explanation.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem, TEST_SHOP } from "../support/shop.ts";
import type { Explanation } from "../../workers/api/recommendations/explanation.ts";

/** A model that looks for variety above all. */
const DIVERSITY = 0.9;
const HIDDEN = shopItem(4);
const SOLD_OUT = shopItem(3);

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
  await openTestShop(runtime);
  const { RUNTIME, MODELS } = runtime.env;
  const manifestKey = `${TEST_SHOP.model}/${MANIFEST_FILE}`;
  const manifest = (await (await MODELS.get(manifestKey))?.json()) as object;
  await MODELS.put(manifestKey, JSON.stringify({ ...manifest, blend: { diversity: DIVERSITY } }));
  const control = controlSchema.parse(await (await RUNTIME.get(CONTROL_OBJECT_KEY))?.json());
  await RUNTIME.put(CONTROL_OBJECT_KEY, JSON.stringify({ ...control, hidden: [HIDDEN] }));
});
afterAll(() => runtime.close());

const client = (): string => crypto.randomUUID().replaceAll("-", "");

async function ask(body: object): Promise<Explanation> {
  const answered = await runtime.call("/v1/recommendations", { body: { ...body, explain: true } });
  expect([answered.status, answered.body.degraded]).toEqual([200, null]);
  return answered.body.explain;
}

/** Which rules an item was left out by, shelf by shelf. */
function rulesOf(explanation: Explanation, itemId: string): LeftOutRule[] {
  return (explanation.shelves ?? []).flatMap(({ left_out }) =>
    left_out.filter(({ item_id }) => item_id === itemId).map(({ rule }) => rule),
  );
}

async function send(client_id: string, name: string, params: object): Promise<void> {
  const events = [{ event_id: crypto.randomUUID(), name, params }];
  expect((await runtime.call("/v1/events", { body: { client_id, events } })).body.accepted).toBe(1);
}

describe("why an item is not shown", () => {
  // Of whom nothing is known gets what sells best: item-00, item-01, …
  const nobody = { placement: "home", limit: 6, country: "US" };

  it("because it is hidden, or sold out", async () => {
    const explanation = await ask({ ...nobody, placement: "product", item_id: "unknown" });
    expect(rulesOf(explanation, HIDDEN)[0]).toBe("hidden");
    expect(rulesOf(explanation, SOLD_OUT)[0]).toBe("out_of_stock");
  });

  it("because the request excludes it, or does not let it through", async () => {
    const asked = { ...nobody, exclude: [shopItem(0)], filter: "category:Cars" };
    const explanation = await ask({ ...asked, placement: "product", item_id: "unknown" });
    expect(rulesOf(explanation, shopItem(0))[0]).toBe("excluded");
    expect(rulesOf(explanation, shopItem(1))[0]).toBe("filter");
  });

  it("because the page is about it, or it is in the cart", async () => {
    const itemId = shopItem(0);
    const explanation = await ask({ placement: "product", item_id: itemId, cart: [shopItem(1)], limit: 10 });
    expect(rulesOf(explanation, itemId)).toContain("page_item");
    expect(rulesOf(explanation, shopItem(1))[0]).toBe("in_cart");
  });

  it("because the shopper saw it, or has it", async () => {
    const client_id = client();
    await send(client_id, "view_item", { items: [{ item_id: shopItem(1) }] });
    await send(client_id, "purchase", {
      transaction_id: crypto.randomUUID(),
      currency: "USD",
      items: [{ item_id: shopItem(0), price: 1, quantity: 1 }],
    });
    const explanation = await ask({ placement: "cart", client_id, cart: [], limit: 6 });
    expect(explanation.known.purchases).toBe(1);
    expect(rulesOf(explanation, shopItem(0))[0]).toBe("bought_recently");
    expect(rulesOf(explanation, shopItem(1))[0]).toBe("viewed_recently");
  });

  it("because it stands on an earlier shelf, or others are less alike", async () => {
    const { body } = await runtime.call("/v1/recommendations", {
      body: { placement: "product", item_id: shopItem(15), country: "FR", limit: 4, explain: true },
    });
    const explanation: Explanation = body.explain;
    const [similar] = body.shelves;
    expect(rulesOf(explanation, similar.items[0].item_id)).toContain("earlier_shelf");
    const personal = explanation.shelves?.find(({ strategy }) => strategy === "profile");
    const least = Math.min(...(personal?.items ?? []).map(({ score }) => score));
    const alike = personal?.left_out.filter(({ rule }) => rule === "diversity") ?? [];
    expect(alike.length).toBeGreaterThan(0);
    for (const { score } of alike) expect(score).toBeGreaterThan(least);
  });

  it("because another part of the page is about it", async () => {
    const placements = [
      { placement: "cart", limit: 2 },
      { placement: "product", item_id: shopItem(0), limit: 2 },
    ];
    const { body } = await runtime.call("/v1/recommendations", { body: { placements, cart: [], explain: true } });
    expect(rulesOf(body.results[0].explain, shopItem(0))[0]).toBe("page_item");
  });
});

it("says what the answer was made from, and what speaks for each item", async () => {
  const { body } = await runtime.call("/v1/recommendations?placement=home&user_id=1&limit=3&locale=de&explain=true");
  const explanation: Explanation = body.explain;
  expect(explanation).toMatchObject({
    catalogue: TEST_SHOP.catalogue,
    model: TEST_SHOP.model,
    country: "FR",
    language: "de",
    personal: true,
    known: { interactions: 0, features: ["city"] },
    weights: { profile: 1, diversity: DIVERSITY },
    past: [],
  });
  const shelf = explanation.shelves?.[0];
  expect(shelf?.sources[0]).toMatchObject({ source: "profile", lists: { profile: 60, past: 0 }, shown: 3 });
  expect(shelf?.items.map(({ item_id }) => item_id)).toEqual(
    body.shelves[0].items.map(({ item_id }: { item_id: string }) => item_id),
  );
  for (const { score, signals } of shelf?.items ?? []) {
    expect(Object.keys(signals)).toEqual(["profile", "taste", "together", "popularity", "trending"]);
    const sum = Object.values(signals).reduce((total, { weighted }) => total + weighted, 0);
    expect(sum).toBeCloseTo(score, 3);
  }
});

it("is for secret keys, and for nobody who does not ask", async () => {
  const refused = await runtime.call("/v1/recommendations?placement=home&explain=true", { key: TEST_KEYS.publishable });
  expect([refused.status, refused.body.error.code]).toEqual([403, "secret_key_required"]);
  expect((await runtime.call("/v1/recommendations?placement=home")).body).not.toHaveProperty("explain");
});
