import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { RecommendationAnswer } from "../../web/client.js";
import { startBrowser } from "../browser/browser.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop } from "../support/shop.ts";
import {
  addressOf,
  AGREED,
  knownInteractions,
  openPage,
  pageWith,
  run,
  type SentBody,
  sentEvents,
  type Shop,
  startShop,
  type Visitor,
  soon,
} from "./shop.ts";

const OWN = '<ul id="own"><li><a href="/bestsellers">Bestsellers</a></li></ul>';
/** An event as it was sent. */
type Sent = SentBody["events"][number];

const PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

let runtime: TestRuntime;
let browser: Browser;
let shop: Shop;
let endcap: string;
beforeAll(async () => {
  [runtime, browser, shop] = await Promise.all([startRuntime(), startBrowser(), startShop()]);
  await openTestShop(runtime);
  endcap = await addressOf(runtime);
});
afterAll(async () => {
  await browser.close();
  await runtime.close();
  await shop.close();
});

interface Visit {
  readonly attributes?: string;
  readonly begin?: string;
  readonly options?: string;
  readonly before?: string;
  readonly after?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly context?: BrowserContextOptions;
  readonly prepare?: (page: Page) => Promise<unknown>;
}

async function visit(visit: Visit = {}): Promise<Visitor> {
  const { attributes = 'placement="home" limit="4"', begin = AGREED, options = "", before = "", after = "" } = visit;
  const visitor = await openPage(await browser.newContext({ locale: "en-US", ...visit.context }));
  await visit.prepare?.(visitor.page);
  const body = `<h1>Shop</h1>${before}<endcap-shelf ${attributes}>${OWN}</endcap-shelf>${after}`;
  await visitor.page.goto(shop.serve("/", pageWith(endcap, { begin, options, body }), visit.headers));
  return visitor;
}

/** What a catalogue with addresses and pictures would have answered. */
function answersWith(change: (answer: RecommendationAnswer) => unknown): (page: Page) => Promise<unknown> {
  return (page) =>
    page.route("**/v1/recommendations*", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: change((await response.json()) as RecommendationAnswer) });
    });
}

const withPages = answersWith((answer) => ({
  ...answer,
  shelves: answer.shelves.map((shelf) => ({
    ...shelf,
    items: shelf.items.map((entry) => ({
      ...entry,
      item: { ...entry.item, url: `/items/${entry.item_id}`, image: PIXEL },
    })),
  })),
}));

async function shown(visitor: Visitor): Promise<Visitor> {
  await visitor.page.locator("endcap-shelf [part=list]").first().waitFor();
  return visitor;
}

function impressions(visitor: Visitor): string[] {
  return sentEvents(visitor)
    .filter(({ name }) => name === "view_item_list")
    .flatMap(({ params }) => params.items?.map(({ item_id }) => item_id) ?? []);
}

describe("a shelf", () => {
  it("is a heading and a list of links with picture, name, price and reason", async () => {
    const visitor = await shown(
      await visit({ prepare: withPages, attributes: 'placement="home" limit="4" heading-level="3"' }),
    );
    const shelf = visitor.page.locator("endcap-shelf");
    expect(await shelf.getByRole("heading", { level: 3 }).count()).toBeGreaterThan(0);
    const link = shelf.getByRole("link").first();
    expect(await link.getAttribute("href")).toMatch(/^\/items\/item-\d\d$/);
    expect(await link.innerText()).toMatch(/^Name of item-\d\d\n+\$\d+\.00\n+\S/);
    expect(await shelf.getByRole("region").first().getAttribute("aria-labelledby")).toBe("title-0");
    expect(await shelf.locator("img").first().getAttribute("alt")).toBe("");
    expect(await visitor.page.locator("#own").isVisible()).toBe(false);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it("has buttons for items that have no page, or none that may be followed", async () => {
    const trap = answersWith((answer) => ({
      ...answer,
      shelves: answer.shelves.map((shelf) => ({
        ...shelf,
        items: shelf.items.map((entry) => ({
          ...entry,
          item: { ...entry.item, url: "javascript:document.title='run'" },
        })),
      })),
    }));
    const visitor = await shown(await visit({ prepare: trap }));
    await visitor.page.locator("endcap-shelf").getByRole("button").first().click();
    expect(await visitor.page.locator("endcap-shelf").getByRole("link").count()).toBe(0);
    expect(await visitor.page.title()).toBe("Shop");
    await visitor.context.close();
  });

  it("shows one shelf of the answer where the page wants one, and asks once for all that ask the same", async () => {
    const visitor = await shown(
      await visit({
        attributes: 'placement="home" shelf="trending"',
        after: '<endcap-shelf placement="home" shelf="profile"></endcap-shelf>',
      }),
    );
    await soon(() => visitor.page.getByRole("heading", { level: 2 }).count()).toBe(2);
    expect(visitor.asked).toHaveLength(1);
    await visitor.context.close();
  });

  it("asks anew when its attributes change, once for changes made together", async () => {
    const visitor = await shown(await visit());
    await run(
      visitor,
      `(() => { const shelf = document.querySelector("endcap-shelf");
      shelf.setAttribute("placement", "product"); shelf.setAttribute("item-id", "item-20"); shelf.setAttribute("limit", "2"); })()`,
    );
    await visitor.page.getByText("Name of item-50").waitFor();
    expect(visitor.asked).toHaveLength(2);
    expect(Object.fromEntries(visitor.asked[1] ?? [])).toMatchObject({
      placement: "product",
      item_id: "item-20",
      limit: "2",
    });
    await visitor.context.close();
  });

  it("asks for no item where its attribute names none", async () => {
    const visitor = await visit({ attributes: 'placement="home" item-id=""' });
    await soon(() => visitor.asked.length).toBe(1);
    expect(visitor.asked[0]?.has("item_id")).toBe(false);
    await visitor.context.close();
  });

  it("asks anew when consent or identity changes", async () => {
    const visitor = await shown(await visit({ begin: "" }));
    expect(visitor.asked.map((query) => query.get("consent"))).toEqual([""]);
    await run(visitor, AGREED);
    await soon(() => visitor.asked.length).toBe(2);
    expect(visitor.asked[1]?.has("client_id")).toBe(true);
    const { body } = await runtime.call("/v1/tokens", { body: { user_id: "1" } });
    await run(visitor, `endcap.identify({ userId: "1", token: "${body.token}" })`);
    await soon(() => visitor.asked.at(-1)?.get("user_id")).toBe("1");
    await run(visitor, "endcap.consent({})");
    await soon(() => visitor.asked.at(-1)?.get("consent")).toBe("");
    expect(visitor.asked.at(-1)?.has("user_id")).toBe(false);
    await visitor.context.close();
  });

  it("speaks the language of the page around it", async () => {
    const visitor = await visit({ attributes: 'placement="home" limit="2" lang="de"' });
    const price = visitor.page.locator("endcap-shelf [part=price]").first();
    await soon(() => price.textContent()).toMatch(/^\d+,00\s\$$/);
    expect(visitor.asked[0]?.get("locale")).toBe("de");
    await visitor.context.close();
  });

  it("is not lost to a page's language that is none", async () => {
    const visitor = await shown(await visit({ attributes: 'placement="home" lang="not_a language"' }));
    expect(visitor.asked[0]?.has("locale")).toBe(false);
    await visitor.context.close();
  });

  it("tells the page of answers and choices, and lets it follow a choice in its own way", async () => {
    const before = `<script>
      addEventListener("endcap-answer", (event) => { window.answer = event.detail; });
      addEventListener("endcap-select", (event) => { window.chosen = event.detail; event.preventDefault(); });</script>`;
    const visitor = await shown(await visit({ prepare: withPages, before }));
    expect(await run(visitor, "answer.shelves.length")).toBeGreaterThan(0);
    const id = await run(visitor, "answer.shelves[0].items[0].item_id");
    await visitor.page.locator("endcap-shelf").getByRole("link").first().click();
    expect(await run(visitor, "chosen.item_id")).toBe(id);
    expect(new URL(visitor.page.url()).pathname).toBe("/");
    await visitor.context.close();
  });

  it("keeps the focus on an item that is still there after it was drawn anew", async () => {
    const visitor = await shown(await visit({ prepare: withPages }));
    await visitor.page.keyboard.press("Tab");
    const href = "document.querySelector('endcap-shelf').shadowRoot.activeElement?.getAttribute('href')";
    const before = await run(visitor, href);
    await run(visitor, "document.querySelector('endcap-shelf').setAttribute('limit', '5')");
    await soon(() => visitor.page.locator("endcap-shelf [part=list]").first().getByRole("link").count()).toBe(5);
    expect(await run(visitor, href)).toBe(before);
    await visitor.context.close();
  });
});

describe("a shelf that is drawn anew", () => {
  const FOCUSED = "document.querySelector('endcap-shelf').shadowRoot.activeElement?.dataset.item";
  const links = (visitor: Visitor): ReturnType<Page["locator"]> =>
    visitor.page.locator("endcap-shelf [part=list]").first().locator("[part=link]");

  it("does not scroll the page to the item that has the focus", async () => {
    const visitor = await shown(await visit({ after: '<div style="height: 5000px"></div>' }));
    await links(visitor).first().focus();
    await run(visitor, "scrollTo(0, 3000)");
    await run(visitor, "document.querySelector('endcap-shelf').setAttribute('limit', '5')");
    await soon(() => links(visitor).count()).toBe(5);
    expect(await run(visitor, "scrollY > innerHeight && document.activeElement.localName")).toBe("endcap-shelf");
    await visitor.context.close();
  });

  it("focuses what stands where the focused item stood", async () => {
    const visitor = await shown(await visit());
    const [, gone, next] = await run<string[]>(
      visitor,
      "[...document.querySelector('endcap-shelf').shadowRoot.querySelectorAll('[part=link]')].map((link) => link.dataset.item)",
    );
    await links(visitor).nth(1).focus();
    const without = answersWith((answer) => ({
      ...answer,
      shelves: answer.shelves.map((shelf) => ({
        ...shelf,
        items: shelf.items.filter(({ item_id }) => item_id !== gone),
      })),
    }));
    await without(visitor.page);
    await run(visitor, "document.querySelector('endcap-shelf').setAttribute('heading-level', '3')");
    await visitor.page.locator("endcap-shelf h3").first().waitFor();
    expect(await run(visitor, FOCUSED)).toBe(next);
    await visitor.context.close();
  });

  it("shows its own content where the placement is taken away, and keeps the place of the focus", async () => {
    const visitor = await shown(await visit());
    await links(visitor).first().focus();
    await run(visitor, "document.querySelector('endcap-shelf').removeAttribute('placement')");
    await visitor.page.locator("#own").waitFor();
    expect(await run(visitor, "document.activeElement.localName")).toBe("endcap-shelf");
    await visitor.page.keyboard.press("Tab");
    expect(await run(visitor, "document.activeElement.textContent")).toBe("Bestsellers");
    expect(await run(visitor, "document.querySelector('endcap-shelf').hasAttribute('tabindex')")).toBe(false);
    await visitor.context.close();
  });

  it("keeps nothing of the cards that nobody saw", async () => {
    const visitor = await visit({ before: '<div style="height: 3000px"></div>' });
    await links(visitor).first().waitFor({ state: "attached" });
    const card = "document.querySelector('endcap-shelf').shadowRoot.querySelector('[part=link]')";
    await run(visitor, `window.card = new WeakRef(${card})`);
    await run(visitor, "document.querySelector('endcap-shelf').setAttribute('limit', '5')");
    await soon(() => links(visitor).count()).toBe(5);
    const devtools = await visitor.context.newCDPSession(visitor.page);
    await soon(async () => {
      await devtools.send("HeapProfiler.collectGarbage");
      return run(visitor, "window.card.deref() === undefined");
    }).toBe(true);
    await visitor.context.close();
  });
});

describe("what a shelf reports", () => {
  it("is what was half visible for a second, once, as one list", async () => {
    const visitor = await visit({
      before: '<div style="height: 3000px"></div>',
      attributes: 'placement="home" limit="4" shelf="trending"',
    });
    await visitor.page.locator("endcap-shelf").locator("[part=list]").waitFor({ state: "attached" });
    const scroll = (top: number): Promise<unknown> => run(visitor, `scrollTo(0, ${top})`);
    await scroll(3000);
    await visitor.page.waitForTimeout(600);
    await scroll(0);
    await visitor.page.waitForTimeout(1_500);
    expect(visitor.sent).toEqual([]);
    await scroll(3000);
    await soon(() => impressions(visitor).length).toBe(4);
    await scroll(0);
    await scroll(3000);
    await visitor.page.waitForTimeout(2_000);
    expect(sentEvents(visitor)).toHaveLength(1);
    expect(sentEvents(visitor)[0]?.params.recommendation_id).toBeTruthy();
    await visitor.context.close();
  });

  it("leaves out what is less than half visible", async () => {
    const visitor = await shown(
      await visit({
        attributes:
          'placement="home" limit="1" shelf="trending" style="position: fixed; bottom: 0; width: 200px; --endcap-card-width: 200px"',
      }),
    );
    const place = (visible: number): Promise<unknown> =>
      run(
        visitor,
        `(() => { const shelf = document.querySelector("endcap-shelf");
        const card = shelf.shadowRoot.querySelector("[part=link]").getBoundingClientRect();
        shelf.style.bottom = parseFloat(getComputedStyle(shelf).bottom) - (innerHeight - card.top - card.height * ${visible}) + "px"; })()`,
      );
    await place(0.4);
    await visitor.page.waitForTimeout(2_000);
    const early = sentEvents(visitor).length;
    await place(0.6);
    await soon(() => impressions(visitor).length).toBe(1);
    expect(early).toBe(0);
    await visitor.context.close();
  });

  it("does not count while the page is hidden", async () => {
    const visitor = await visit({
      prepare: (page) =>
        page.addInitScript('Object.defineProperty(document, "hidden", { get: () => window.isHidden ?? true })'),
    });
    await shown(visitor);
    await visitor.page.waitForTimeout(2_000);
    expect(visitor.sent).toEqual([]);
    await run(visitor, 'window.isHidden = false; document.dispatchEvent(new Event("visibilitychange"))');
    await soon(() => impressions(visitor).length).toBeGreaterThan(0);
    await visitor.context.close();
  });

  it("is nothing without consent", async () => {
    const visitor = await shown(await visit({ begin: "" }));
    await visitor.page.waitForTimeout(2_000);
    await visitor.page.locator("endcap-shelf").getByRole("button").first().click();
    await visitor.page.waitForTimeout(1_000);
    expect(visitor.sent).toEqual([]);
    await visitor.context.close();
  });

  it("is a click on an item as chosen from that answer, though the page is left by it", async () => {
    shop.serve("/item", "<!doctype html><title>Item</title>");
    const before = `<script>addEventListener("endcap-select", (event) => {
      sessionStorage.chosen = event.detail.item_id; location.href = "/item"; });</script>`;
    const visitor = await shown(await visit({ before }));
    await visitor.page.locator("endcap-shelf").getByRole("button").first().click();
    await visitor.page.waitForURL("**/item");
    const id = await run(visitor, "sessionStorage.chosen");
    // What a page sends while it ends is seen where it arrives.
    const [cookie] = await visitor.context.cookies(shop.url);
    const client = cookie?.value.split(".")[1] ?? "";
    await eventually(async () => (await knownInteractions(runtime, `client_id=${client}`)) === 1);
    const kept = await run<{ event: Sent }[]>(visitor, `JSON.parse(localStorage.getItem("endcap.events"))`);
    expect(kept.map(({ event }) => [event.name, event.params.items])).toEqual([["select_item", [{ item_id: id }]]]);
    expect(kept[0]?.event.params.recommendation_id).toMatch(/^[\w-]+\./);
    await visitor.context.close();
  });
});

describe("what a page reports of an element of its own", () => {
  it("is one choice a click, of what it shows now", async () => {
    const visitor = await visit({ before: '<button id="own-card">Ship</button>', attributes: "" });
    await soon(() => run(visitor, "window.endcap?.ready")).toBe(true);
    const observe = (answer: string): Promise<unknown> =>
      run(
        visitor,
        `endcap.observe(document.querySelector("#own-card"), { recommendation_id: "${answer}", item_id: "1" })`,
      );
    await observe("first");
    await observe("first");
    await observe("second");
    await visitor.page.locator("#own-card").click();
    await visitor.page.waitForTimeout(1_500);
    const told = (name: string): unknown[] =>
      sentEvents(visitor)
        .filter((event) => event.name === name)
        .map(({ params }) => params.recommendation_id);
    await soon(() => told("view_item_list")).toEqual(["second"]);
    expect(told("select_item")).toEqual(["second"]);
    await visitor.context.close();
  });
});

describe("a page whose Endcap is in trouble", () => {
  async function ownStays(visitor: Visitor): Promise<void> {
    await visitor.page.waitForTimeout(1_500);
    expect(await visitor.page.locator("#own").isVisible()).toBe(true);
    expect(await visitor.page.locator("endcap-shelf").getByRole("region").count()).toBe(0);
    expect(visitor.complaints.filter((complaint) => !complaint.includes("ERR_FAILED"))).toEqual([]);
    await visitor.context.close();
  }

  it("shows its own content where everything of Endcap is blocked, and loads as fast", async () => {
    const started = Date.now();
    const visitor = await visit({ prepare: (page) => page.route(`${endcap}/**`, (route) => route.abort()) });
    expect(Date.now() - started).toBeLessThan(3_000);
    await ownStays(visitor);
  });

  it("is painted before Endcap's scripts are there", async () => {
    const visitor = await openPage(await browser.newContext());
    await visitor.page.route(`${endcap}/*.js`, () => undefined);
    const body = `<endcap-shelf placement="home">${OWN}</endcap-shelf>`;
    await visitor.page.goto(shop.serve("/", pageWith(endcap, { body })), { waitUntil: "commit" });
    await visitor.page.locator("#own").waitFor({ timeout: 2_000 });
    await visitor.context.close();
  });

  it("shows its own content where answers are late", async () => {
    const prepare = (page: Page): Promise<unknown> =>
      page.route("**/v1/recommendations*", async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await route.continue().catch(() => undefined);
      });
    await ownStays(await visit({ prepare, options: "timeout: 300," }));
  });

  it.each([500, 403])("shows its own content where Endcap answers %i", async (status) => {
    await ownStays(
      await visit({
        prepare: (page) => page.route("**/v1/recommendations*", (route) => route.fulfill({ status, body: "no" })),
      }),
    );
  });

  it.each([
    ["shelves that are none", { shelves: 7 }],
    ["a shelf without items", { shelves: [{ strategy: "trending", title: "Now" }] }],
    ["an item without a reason", { shelves: [{ strategy: "trending", title: "Now", items: [{ item_id: "1" }] }] }],
  ])("shows its own content where the answer has %s", async (_trouble, answer) => {
    await ownStays(await visit({ prepare: answersWith(() => answer) }));
  });

  it("shows its own content where the answer has no such shelf", async () => {
    await ownStays(await visit({ attributes: 'placement="home" shelf="together"' }));
  });

  it("shows its own content where the placement is missing or unknown", async () => {
    await ownStays(await visit({ attributes: "" }));
    await ownStays(await visit({ attributes: 'placement="nowhere"' }));
  });

  it("shows its own content again once there is no answer any more", async () => {
    const visitor = await shown(await visit());
    await visitor.page.route("**/v1/recommendations*", (route) => route.abort());
    await run(visitor, "endcap.consent({})");
    await visitor.page.locator("#own").waitFor();
    await ownStays(visitor);
  });
});

describe("how a shelf looks and is used", () => {
  it("has its looks under a content policy that forbids inline styles", async () => {
    const policy = `default-src 'none'; script-src ${endcap} 'unsafe-inline'; style-src 'self'; connect-src ${endcap}; img-src data:; base-uri 'none'`;
    const visitor = await shown(await visit({ prepare: withPages, headers: { "content-security-policy": policy } }));
    const display = `getComputedStyle(document.querySelector("endcap-shelf").shadowRoot.querySelector("ul")).display`;
    expect(await run(visitor, display)).toBe("grid");
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it.each(["light", "dark"] as const)("has nothing that axe complains of (%s)", async (colorScheme) => {
    const before = "<style>:root { color-scheme: light dark; background: Canvas }</style>";
    const visitor = await shown(await visit({ prepare: withPages, before, context: { colorScheme } }));
    await visitor.page.evaluate(axe.source);
    const found = await run<axe.AxeResults>(visitor, "axe.run()");
    expect(found.violations.map(({ id }) => id)).toEqual([]);
    expect(found.passes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["color-contrast", "link-name", "listitem"]),
    );
    await visitor.context.close();
  });

  it("is reached by keyboard, and shows where the focus is", async () => {
    const visitor = await shown(await visit({ prepare: withPages }));
    await visitor.page.keyboard.press("Tab");
    const focused = `document.querySelector("endcap-shelf").shadowRoot.activeElement`;
    expect(await run(visitor, `getComputedStyle(${focused}).outlineStyle`)).toBe("solid");
    await visitor.context.close();
  });

  it("takes a page's styles by part and custom property", async () => {
    const before = `<style>endcap-shelf { --endcap-gap: 40px; --endcap-font: monospace } endcap-shelf::part(price) { color: rgb(1, 2, 3) }</style>`;
    const visitor = await shown(await visit({ before }));
    const style = (selector: string, name: string): Promise<unknown> =>
      run(
        visitor,
        `getComputedStyle(document.querySelector("endcap-shelf").shadowRoot.querySelector("${selector}")).${name}`,
      );
    expect(await style("ul", "columnGap")).toBe("40px");
    expect(await style("[part=name]", "fontFamily")).toBe("monospace");
    expect(await style("[part=price]", "color")).toBe("rgb(1, 2, 3)");
    await visitor.context.close();
  });

  it("fits a phone without scrolling sideways, and does not move when pictures come", async () => {
    const visitor = await shown(
      await visit({ prepare: withPages, context: { viewport: { width: 320, height: 700 } } }),
    );
    expect(await run(visitor, "document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
    const columns = `getComputedStyle(document.querySelector("endcap-shelf").shadowRoot.querySelector("ul")).gridTemplateColumns.split(" ").length`;
    expect(await run(visitor, columns)).toBe(2);
    const box = `(() => { const { width, height } = document.querySelector("endcap-shelf").shadowRoot.querySelector("img").getBoundingClientRect(); return width / height; })()`;
    expect(await run(visitor, box)).toBeCloseTo(4 / 3, 1);
    await visitor.context.close();
  });
});
