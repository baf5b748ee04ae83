import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startBrowser } from "../browser/browser.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import {
  addressOf,
  AGREED,
  newVisitor,
  pageWith,
  run,
  sentEvents,
  type Shop,
  startShop,
  type Visitor,
  soon,
} from "./shop.ts";

/** What Google's snippet puts into a page. */
const GTAG = "<script>window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments);}</script>";
const ITEM = { item_id: "S18_2238", item_name: "1998 Chrysler Plymouth Prowler", price: 117.44, quantity: 2, index: 0 };

let runtime: TestRuntime;
let browser: Browser;
let shop: Shop;
let endcap: string;
beforeAll(async () => {
  [runtime, browser, shop] = await Promise.all([startRuntime(), startBrowser(), startShop()]);
  endcap = await addressOf(runtime);
});
afterAll(async () => {
  await browser.close();
  await runtime.close();
  await shop.close();
});

async function visit(body: string, options = "dataLayer: true,"): Promise<Visitor> {
  const visitor = await newVisitor(browser);
  await visitor.page.goto(shop.serve("/", pageWith(endcap, { begin: AGREED, options, body })));
  await soon(() => run(visitor, "window.endcap?.ready")).toBe(true);
  return visitor;
}

async function taken(visitor: Visitor): Promise<[string, unknown][]> {
  await soon(() => run(visitor, 'localStorage.getItem("endcap.events")')).toBeNull();
  return sentEvents(visitor).map(({ name, params }) => [name, params]);
}

describe("the data layer", () => {
  it("is understood as gtag fills it: from before the client came, and after, each event once", async () => {
    const visitor = await visit(`${GTAG}<script>
      gtag("js", new Date()); gtag("config", "G-1"); gtag("consent", "default", { ad_storage: "denied" });
      gtag("event", "view_item", { currency: "USD", value: 117.44, items: [${JSON.stringify(ITEM)}] });</script>`);
    await run(
      visitor,
      `gtag("event", "add_to_cart", { currency: "USD", value: 234.88, items: [${JSON.stringify(ITEM)}] })`,
    );
    await run(visitor, `gtag("event", "search", { search_term: "prowler" })`);
    await eventually(async () => sentEvents(visitor).length === 3);
    const items = [{ item_id: "S18_2238", quantity: 2, price: 117.44 }];
    expect(await taken(visitor)).toEqual([
      ["view_item", { items, currency: "USD", value: 117.44 }],
      ["add_to_cart", { items, currency: "USD", value: 234.88 }],
      ["search", { search_term: "prowler" }],
    ]);
    expect(visitor.warnings).toEqual([]);
    await visitor.context.close();
  });

  it("is understood as Google Tag Manager fills it", async () => {
    const purchase = {
      transaction_id: "T-1",
      currency: "EUR",
      value: 20,
      tax: 3,
      items: [{ ...ITEM, quantity: undefined }],
    };
    const visitor = await visit(
      `<script>window.dataLayer = [{ "gtm.start": 1, event: "gtm.js" }];
      dataLayer.push({ ecommerce: null }, { event: "purchase", ecommerce: ${JSON.stringify(purchase)} });</script>`,
    );
    await eventually(async () => sentEvents(visitor).length === 1);
    const items = [{ item_id: "S18_2238", quantity: 1, price: 117.44 }];
    const params = { transaction_id: "T-1", currency: "EUR", value: 20, items };
    expect(await taken(visitor)).toEqual([["purchase", params]]);
    expect(visitor.warnings).toEqual([]);
    await visitor.context.close();
  });

  it("holds much that is not ours, and is left alone with it", async () => {
    const visitor = await visit(GTAG);
    await run(
      visitor,
      `gtag("event", "page_view", { page_title: "Home" }); gtag("event", "login"); gtag("event");
      gtag("event", "view_item", { items: [{ item_name: "A name alone" }] });
      dataLayer.push(null, 7, "event", ["event"], function () {}, { event: 7 }, { event: "view_cart", ecommerce: { items: [{ item_id: "1" }] } });
      dataLayer.push({ get event() { throw new Error("a trap"); } });
      gtag("event", "select_item", { items: [{ item_id: 7 }] });`,
    );
    await eventually(async () => sentEvents(visitor).length === 1);
    expect(await taken(visitor)).toEqual([["select_item", { items: [{ item_id: "7", quantity: 1 }] }]]);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it("goes on working for whoever else listens to it", async () => {
    const visitor = await visit(GTAG);
    const length = await run(
      visitor,
      `(() => { const push = dataLayer.push; window.heard = [];
        dataLayer.push = function () { heard.push(...arguments); return push.apply(dataLayer, arguments); };
        return dataLayer.push({ event: "view_item", ecommerce: { items: [{ item_id: "7" }] } }); })()`,
    );
    expect(length).toBe(1);
    expect(await run(visitor, "heard.length")).toBe(1);
    await eventually(async () => sentEvents(visitor).length === 1);
    await visitor.context.close();
  });

  it("may have another name, and may be made by the client", async () => {
    const visitor = await visit("", 'dataLayer: "shopLayer",');
    await run(visitor, `shopLayer.push({ event: "view_item", ecommerce: { items: [{ item_id: "7" }] } })`);
    await eventually(async () => sentEvents(visitor).length === 1);
    await visitor.context.close();
  });

  it("is not touched unless the shop says so", async () => {
    const visitor = await visit(GTAG, "");
    await run(visitor, `gtag("event", "view_item", { items: [{ item_id: "7" }] })`);
    await visitor.page.waitForTimeout(800);
    expect(visitor.sent).toEqual([]);
    await visitor.context.close();
  });
});
