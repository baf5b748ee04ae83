import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { eventually, startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { type ApiShop, product, someRows, startApiShop } from "./api-shop.ts";
import { API_TOKEN } from "./http-shop.ts";

/** An isolate looks for a new snapshot every few seconds. */
const SERVED_TIMEOUT_MILLISECONDS = 25_000;
const WRONG_TOKEN = "not-the-shops-token";

interface ShownItem {
  readonly item_id: string;
  readonly item: Readonly<Record<string, unknown>>;
}

let shop: ApiShop;

function deploy(token: string): Promise<TestRuntime> {
  return startRuntime({
    shop: "./test/sync/http-source/shop-config.ts",
    vars: { SHOP_API_URL: shop.api.url, SOURCE_HTTP_TOKEN: token },
  });
}

async function sync(runtime: TestRuntime): ReturnType<TestRuntime["call"]> {
  const { body } = await runtime.call("/v1/sync", { method: "POST" });
  return eventually(async () => {
    const answer = await runtime.call(`/v1/sync/${body.run_id}`);
    return ["queued", "running"].includes(answer.body.state) ? null : answer;
  });
}

/** What is shown, once it is so many items. */
function eventuallyShown(runtime: TestRuntime, size: number): Promise<Map<string, ShownItem["item"]>> {
  return eventually(async () => {
    const { body } = await runtime.call("/v1/recommendations", { body: { placement: "home", limit: 50 } });
    const items = body.shelves.flatMap((shelf: { items: ShownItem[] }) => shelf.items) as ShownItem[];
    return items.length === size ? new Map(items.map(({ item_id, item }) => [item_id, item])) : null;
  }, SERVED_TIMEOUT_MILLISECONDS);
}

// The whole way, as a deployment goes it: the secret, POST /v1/sync, the Workflow, the snapshot, an answer.
describe("a shop without a database", () => {
  beforeAll(async () => {
    shop = await startApiShop("cursor", someRows());
  });
  afterAll(async () => {
    await shop?.api.stop();
  });

  it("is not read with a wrong token, and the reason does not repeat it", { timeout: 60_000 }, async () => {
    const runtime = await deploy(WRONG_TOKEN);
    const { body } = await sync(runtime);
    expect(body).toMatchObject({ state: "failed", error: expect.stringContaining("answered 401") });
    const { body: notices } = await runtime.call("/v1/notices");
    expect(notices.data).toMatchObject([{ kind: "source_outage", subject: "http" }]);
    expect(JSON.stringify([body, notices])).not.toContain(WRONG_TOKEN);
    await runtime.close();
  });

  it("is served, and follows its API", { timeout: 90_000 }, async () => {
    const runtime = await deploy(API_TOKEN);
    expect((await sync(runtime)).body).toMatchObject({ state: "complete", lag_seconds: null });
    const items = await eventuallyShown(runtime, 10);
    expect(items.get("P3")).toMatchObject({ name: "Model P3", price: 9.5, currency: "EUR", category: "Cars" });

    const updated_at = new Date().toISOString();
    shop.rows.products[3] = product("P3", { price: 4.25, updated_at });
    shop.rows.products[4] = product("P4", { deleted_at: updated_at, updated_at });
    expect((await sync(runtime)).body).toMatchObject({ state: "complete" });
    const after = await eventuallyShown(runtime, 9);
    expect(after.get("P3")).toMatchObject({ price: 4.25 });
    expect(after.has("P4")).toBe(false);
    await runtime.close();
  });
});
