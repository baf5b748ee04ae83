import { afterAll, beforeAll, expect, it } from "vitest";

import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem } from "../support/shop.ts";

const STOREFRONT = "examples/storefront-worker/wrangler.toml";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ beside: [STOREFRONT] });
  await openTestShop(runtime);
});
afterAll(() => runtime.close());

async function open(path: string, cookie = ""): Promise<string> {
  const response = await runtime.harness
    .getWorker("storefront")
    .fetch(`http://shop.test${path}`, { headers: { cookie } });
  expect(response.status).toBe(200);
  return response.text();
}

it("renders Endcap's own answer into the page", async () => {
  // A cold Endcap may take longer than a page waits.
  const html = await eventually(async () => {
    const page = await open(`/products/${shopItem(30)}`);
    return page.includes('class="shelf"') && page;
  });
  for (const neighbour of [shopItem(29), shopItem(31)]) expect(html).toContain(`data-endcap-item="${neighbour}"`);
  expect(html).not.toContain(`data-endcap-item="${shopItem(30)}"`);
  const [, recommendationId] = /data-endcap-answer="([^"]+)"/.exec(html) ?? [];
  const event = {
    event_id: crypto.randomUUID(),
    name: "select_item",
    params: { items: [{ item_id: shopItem(29) }], recommendation_id: recommendationId },
  };
  const { body } = await runtime.call("/v1/events", { body: { client_id: crypto.randomUUID(), events: [event] } });
  expect(body).toMatchObject({ accepted: 1 });
});

it("tells Endcap what was viewed, which the home page then speaks of", async () => {
  const cookie = `endcap=pa.${crypto.randomUUID()}`;
  const html = await eventually(async () => {
    await open(`/products/${shopItem(40)}`, cookie);
    const home = await open("/", cookie);
    return home.includes("Because you viewed") && home;
  });
  expect(html).toContain(`data-endcap-item="${shopItem(41)}"`);
});

it("keeps a shopper who refused to the page alone", async () => {
  const cookie = `endcap=a.${crypto.randomUUID()}`;
  await open(`/products/${shopItem(40)}`, cookie);
  const html = await eventually(async () => {
    const home = await open("/", cookie);
    return home.includes('class="shelf"') && home;
  });
  expect(html).not.toContain("Because you viewed");
});
