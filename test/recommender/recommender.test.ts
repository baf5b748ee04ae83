import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { shortRecommendationId } from "../../domain/attribution/recommendation-id.ts";
import { parquetRows } from "../support/parquet.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem, TEST_SHOP } from "../support/shop.ts";
import type { CallOutcome } from "./caller-worker.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ beside: ["test/recommender/caller.toml"] });
  await openTestShop(runtime);
});
afterAll(() => runtime.close());

async function call(method: string, input: unknown): Promise<CallOutcome> {
  const body = JSON.stringify({ method, input });
  const response = await runtime.harness.getWorker("caller").fetch("http://caller.test/", { method: "POST", body });
  return (await response.json()) as CallOutcome;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on whatever came back
async function valueOf(method: string, input: unknown): Promise<any> {
  const { value, error } = await call(method, input);
  expect(error).toBeUndefined();
  return value;
}

const client = (): string => crypto.randomUUID();
const view = (item_id: string) => ({
  event_id: crypto.randomUUID(),
  name: "view_item",
  params: { items: [{ item_id }] },
});

describe("recommend", () => {
  it("gives what POST /v1/recommendations gives", async () => {
    const request = { placement: "home", user_id: "1", limit: 3 };
    const answered = await valueOf("recommend", request);
    const { body } = await runtime.call("/v1/recommendations", { body: request });
    expect(answered).toEqual({ ...body, recommendation_id: expect.any(String) });
    expect(answered).toMatchObject({ placement: "home", model_version: TEST_SHOP.model, degraded: null });
  });

  it("answers for a whole page, no item twice", async () => {
    const placements = [
      { placement: "product", item_id: shopItem(10), limit: 5 },
      { placement: "home", limit: 5 },
    ];
    const { results } = await valueOf("recommend", { user_id: "1", placements });
    expect(results.map((one: { placement: string }) => one.placement)).toEqual(["product", "home"]);
    const ids = JSON.stringify(results).match(/"item_id":"item-\d+","score"/g) ?? [];
    expect(ids.length).toBeGreaterThan(10);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("lets the storefront name users, give features and ask for explanations, as a secret key may", async () => {
    const features = { country: "Germany" };
    const answered = await valueOf("recommend", { placement: "home", user_id: "1", features, explain: true, limit: 1 });
    expect(answered.shelves[0].items[0].item_id).toBe(shopItem(45));
    expect(answered.explain).toBeDefined();
  });

  it("answers in the language that the request names, else in English", async () => {
    const title = async (locale: object): Promise<string> => {
      const { shelves } = await valueOf("recommend", { placement: "home", limit: 1, ...locale });
      return shelves.at(-1).title;
    };
    expect(await title({ locale: "fr-CA" })).toBe("Tendances du moment");
    expect(await title({})).toBe("Trending now");
  });

  it("saves what was served", async () => {
    const { recommendation_id } = await valueOf("recommend", { placement: "home", user_id: "2" });
    const saved = await eventually(async () => {
      const { objects } = await runtime.env.LAKE.list({ prefix: "recommendations/" });
      for (const { key } of objects) {
        const rows = await parquetRows(await (await runtime.env.LAKE.get(key))?.arrayBuffer());
        if (rows.some((row) => row["recommendation_id"] === shortRecommendationId(recommendation_id))) return key;
      }
      return null;
    }, 25_000);
    expect(saved).toMatch(/\.parquet$/);
  });
});

describe("track", () => {
  it("takes events, which the very next answer knows", async () => {
    const client_id = client();
    expect(await valueOf("track", { client_id, events: [view(shopItem(30))] })).toEqual({
      accepted: 1,
      duplicates: 0,
      suppressed: 0,
      rejected: [],
    });
    const { shelves } = await valueOf("recommend", { placement: "home", client_id, limit: 2 });
    expect(shelves[0]).toMatchObject({ strategy: "similar", seed: { item_id: shopItem(30) } });
  });

  it("counts an event once that is sent again", async () => {
    const request = { client_id: client(), events: [view(shopItem(1))] };
    await valueOf("track", request);
    expect(await valueOf("track", request)).toMatchObject({ accepted: 0, duplicates: 1 });
  });

  it("takes a date for what JSON makes of it", async () => {
    const events = [{ ...view(shopItem(1)), params: { items: [{ item_id: shopItem(1) }], day: "(a date)" } }];
    expect(await valueOf("track", { client_id: client(), events })).toMatchObject({ accepted: 1, rejected: [] });
  });

  it("keeps nothing of a shopper who refused", async () => {
    const consent = { personalization: false, analytics: false };
    const request = { client_id: client(), consent, events: [view(shopItem(1))] };
    expect(await valueOf("track", request)).toMatchObject({ accepted: 0, suppressed: 1 });
  });
});

it.each([
  ["recommend", { placement: "nowhere" }, "unknown_placement", /home, product, cart or checkout/],
  ["recommend", { placement: "home", colour: "red" }, "unknown_field", /colour/],
  ["recommend", { placement: "home", limit: 0 }, "invalid_request", /limit/],
  ["recommend", { placement: "home", token: "x" }, "invalid_token", /shopper token/],
  ["recommend", null, "invalid_request", /./],
  ["track", { events: [view("a")] }, "invalid_request", /client_id/],
  ["track", { client_id: "short", events: [view("a")] }, "invalid_request", /client_id/],
  ["track", { client_id: client(), events: [] }, "invalid_request", /events/],
  ["track", { client_id: client(), events: [{ note: "(a big number)" }] }, "invalid_json", /JSON/],
  ["track", { client_id: client(), events: [{ note: "(128 KB)" }] }, "body_too_large", /131072/],
] as const)("%s refuses %j with an Error named %s", async (method, input, name, message) => {
  const { error } = await call(method, input);
  expect(error).toEqual({ isError: true, name, message: expect.stringMatching(message) });
});
