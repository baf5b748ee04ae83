import { createTestHarness, type TestHarness } from "wrangler";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { SHELVES_DEADLINE_MILLISECONDS } from "../../examples/storefront-worker/ask-endcap.ts";
import { shopperOf } from "../../examples/storefront-worker/shopper.ts";
import { eventually } from "../support/runtime.ts";
import type { StubCall } from "./stub-endcap-worker.ts";

/** What a busy machine may take for a page beside its deadline; the slow entrypoint takes far longer. */
const MACHINE_MILLISECONDS = 1_500;
const SHELVES = /<section class="shelf">/;
const FALLBACK = "Our bestsellers";
const FOOTER = "Free returns within 30 days";

let harness: TestHarness;
beforeAll(async () => {
  harness = createTestHarness({
    workers: [
      { configPath: "examples/storefront-worker/wrangler.toml" },
      { configPath: "test/recommender/stub-endcap.toml" },
    ],
  });
  await harness.listen();
  // The first request of a Worker may take longer than a page waits.
  await eventually(async () => SHELVES.test((await open("/products/a")).html));
});
afterAll(() => harness.close());
beforeEach(() => calls());

async function open(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ html: string; status: number; headers: Headers; milliseconds: number }> {
  const startedAt = performance.now();
  const response = await harness.fetch(`http://shop.test${path}`, { headers });
  const html = await response.text();
  const milliseconds = performance.now() - startedAt;
  return { html, status: response.status, headers: response.headers as unknown as Headers, milliseconds };
}

async function calls(): Promise<StubCall[]> {
  return (await (await harness.getWorker("endcap").fetch("http://endcap.test/")).json()) as StubCall[];
}

describe("a page of the storefront", () => {
  it("holds the shelves in place of its own content, each item marked for the browser client", async () => {
    const { html, status, headers } = await open("/products/a");
    expect(status).toBe(200);
    expect(html).toContain('<li data-endcap-answer="answer-1" data-endcap-item="i-1">');
    expect(html).toContain('<a href="/products/i-1"><span class="name">A ship</span></a>');
    expect(html).toContain('<span class="price">€9.50</span>');
    expect(html).not.toContain(FALLBACK);
    expect(html).toContain(FOOTER);
    expect(headers.get("cache-control")).toBe("private, no-store");
    expect(headers.get("etag")).toBeNull();
  });

  it("links to the item's own address, with its picture", async () => {
    const { html } = await open("/products/linked");
    expect(html).toContain(
      '<a href="/ships/a?x=1&amp;y=2"><img src="https://img.example/a.png" alt="" loading="lazy">',
    );
  });

  it("is there within its time, without shelves, when Endcap is slow", async () => {
    const { html, status, milliseconds } = await open("/products/slow");
    expect(status).toBe(200);
    expect(html).not.toMatch(SHELVES);
    expect(html).toContain(FALLBACK);
    expect(html).toContain(FOOTER);
    expect(milliseconds).toBeLessThan(SHELVES_DEADLINE_MILLISECONDS + MACHINE_MILLISECONDS);
  });

  it.each([
    ["broken", "throws"],
    ["nothing", "has nothing to show"],
    ["odd", "says what cannot be rendered"],
  ])("keeps its own content when Endcap is %s: it %s", async (item) => {
    const { html, status } = await open(`/products/${item}`, { cookie: `endcap=pa.${crypto.randomUUID()}` });
    expect(status).toBe(200);
    expect(html).not.toMatch(SHELVES);
    expect(html).toContain(FALLBACK);
    expect(html).toContain(FOOTER);
  });

  it("shows hostile names as text, and links to no script", async () => {
    const { html } = await open("/products/hostile");
    expect(html).toMatch(SHELVES);
    expect(html).not.toContain("<img");
    expect(html).not.toContain("javascript:");
    expect(html).toContain("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;&lt;/li&gt;&lt;/ul&gt;");
    expect(html.match(/<\/ul>/g)).toHaveLength(1);
  });

  it("answers HEAD for a page, and asks nothing for it", async () => {
    const response = await harness.fetch("http://shop.test/products/a", { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await calls()).toEqual([]);
  });

  it.each(["/shop.css", "/products/", "/products/%E0%A4%A", "/nowhere"])("%s asks nothing", async (path) => {
    await open(path);
    expect(await calls()).toEqual([]);
  });
});

it("a page waits for its shelves no longer than is promised", () => expect(SHELVES_DEADLINE_MILLISECONDS).toBe(100));

describe("a shopper of the storefront", () => {
  it("who agreed is named, and their view is tracked beside the page", async () => {
    const clientId = crypto.randomUUID();
    await open("/products/a%2Fb", { cookie: `other=1; endcap=pa.${clientId}` });
    const tracked = await eventually(async () => {
      const seen = await calls();
      return seen.length === 2 && seen;
    });
    const consent = { personalization: true, analytics: true };
    expect(tracked).toEqual(
      expect.arrayContaining([
        {
          method: "recommend",
          input: expect.objectContaining({ placement: "product", item_id: "a/b", client_id: clientId, consent }),
        },
        {
          method: "track",
          input: {
            client_id: clientId,
            consent,
            events: [{ event_id: expect.any(String), name: "view_item", params: { items: [{ item_id: "a/b" }] } }],
          },
        },
      ]),
    );
  });

  it.each([
    ["said nothing", ""],
    ["refused both", `endcap=.${crypto.randomUUID()}`],
    ["has a cookie of another form", "endcap=pa.short"],
  ])("who %s is not named, and nothing is tracked", async (_said, cookie) => {
    await open("/products/a", { cookie });
    const consent = { personalization: false, analytics: false };
    const seen = await calls();
    expect(seen.map(({ method }) => method)).toEqual(["recommend"]);
    expect(seen[0]?.input).toMatchObject({ placement: "product", item_id: "a", consent });
    expect(Object.keys(seen[0]?.input ?? {})).not.toContain("client_id");
  });

  it("who agreed to analytics alone is counted under an id of each page", async () => {
    const ids = new Set<unknown>();
    for (let page = 1; page <= 2; page++) {
      await open("/products/a", { cookie: `endcap=a` });
      const tracked = await eventually(async () => (await calls()).find(({ method }) => method === "track"));
      expect(tracked.input).toMatchObject({ consent: { personalization: false, analytics: true } });
      const { client_id } = tracked.input as { client_id: string };
      expect(client_id).toMatch(/^[\w-]{36}$/);
      ids.add(client_id);
      await calls();
    }
    expect(ids.size).toBe(2);
  });

  it.each([
    ["was not asked on this device", "", null],
    ["agreed to analytics alone", "endcap=a", null],
    ["agreed to personalisation", `endcap=pa.${"k".repeat(22)}`, "489"],
  ])("who is signed in and %s is named only by their own leave", (_said, cookie, userId) => {
    expect(shopperOf(new Request("http://shop.test/", { headers: { cookie } }), "489").userId).toBe(userId);
  });
});
