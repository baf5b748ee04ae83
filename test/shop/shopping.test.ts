import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startBrowser } from "../browser/browser.ts";
import { eventually, type TestRuntime } from "../support/runtime.ts";
import { goTo, openTab, sentNames, shelf, shown, startDemoShop, visit, type Visit } from "./demo-shop.ts";

const STORED = "({ cookie: document.cookie, storage: { ...localStorage }, session: { ...sessionStorage } })";
const NOTHING = { cookie: "", storage: {}, session: {} };
/** Longer than the client waits before it sends, and than an item has to be visible to count as seen. */
const QUIET_MILLISECONDS = 2_000;
/** In which a page has to be complete, answers or not. */
const FALLBACK_MILLISECONDS = 5_000;

let runtime: TestRuntime;
let browser: Browser;
let url: string;
beforeAll(async () => {
  [{ runtime, url }, browser] = await Promise.all([startDemoShop(), startBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await runtime.close();
});

async function agree({ page }: Visit, answer = "Accept all"): Promise<void> {
  await page.getByRole("button", { name: answer, exact: true }).click();
  await page.locator("#consent").waitFor({ state: "hidden" });
}

describe("shopping", () => {
  it("from a first look to an order: shelves follow every step and say why", { timeout: 60_000 }, async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await shelf(visitor, "Popular right now").waitFor();
    await agree(visitor);

    await goTo(visitor, "#/products/item-20");
    await shelf(visitor, "Similar to Name of item-20").waitFor();
    expect(await shown(visitor)).not.toContain("item-20");
    await shelf(visitor, "Often bought together").getByText("Name of item-50").waitFor();

    await goTo(visitor, "#/");
    const because = shelf(visitor, "Because you viewed Name of item-20");
    await because.waitFor();
    expect(await because.locator("[part=reason]").first().textContent()).toBe("Because you viewed Name of item-20");
    expect(await page.locator(".viewed").getByText("Name of item-20").count()).toBe(1);

    const chosen = because.getByRole("button").first();
    const name = (await chosen.locator("[part=name]").textContent()) ?? "";
    await chosen.click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await page.getByRole("button", { name: "Add to cart" }).click();
    await page.getByRole("link", { name: "Cart 1" }).click();
    await page.getByRole("button", { name: `One more of ${name}` }).click();
    await page.getByText("2", { exact: true }).first().waitFor();
    await page.getByRole("link", { name: "To the checkout" }).click();
    await page.getByRole("button", { name: "Place the made-up order" }).click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    const bought = `item-${name.slice(-2)}`;
    await eventually(async () => sentNames(visitor).includes("purchase"));

    for (const path of ["#/", "#/products/item-20"]) {
      await goTo(visitor, path);
      await page.locator("endcap-shelf [part=link]").first().waitFor();
      await eventually(async () => !(await shown(visitor)).includes(bought));
    }
    const [cookie] = await page.context().cookies();
    const clientId = cookie?.value.replace(/^pa\./, "");
    const asked = `placement=product&item_id=item-20&client_id=${clientId}&explain=true`;
    const { body } = await runtime.call(`/v1/recommendations?${asked}`);
    const leftOut = body.explain.shelves.flatMap((shelf: { left_out: unknown[] }) => shelf.left_out);
    expect(leftOut).toContainEqual(expect.objectContaining({ item_id: bought, rule: "bought_recently" }));
    expect(visitor.complaints).toEqual([]);

    const events = visitor.sent.flatMap((body) => body.events);
    const steps = ["view_item", "select_item", "add_to_cart", "begin_checkout", "purchase"];
    expect(events.map((event) => event.name)).toEqual(expect.arrayContaining(steps));
    const added = events.find((event) => event.name === "add_to_cart");
    expect(added?.params["recommendation_id"], "what follows a shelf is credited to it").toBeTypeOf("string");
    expect(events.find((event) => event.name === "purchase")?.params).toMatchObject({
      transaction_id: expect.stringMatching(/^demo-/),
      currency: "USD",
      items: [{ item_id: bought, quantity: 2 }],
    });
    await visitor.close();
  });

  it("the panel lists each event sent and each answer received", async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await agree(visitor);
    await goTo(visitor, "#/products/item-20");
    const viewed = page.locator("#exchanges .event", { hasText: "view_item" }).last();
    await viewed.waitFor();
    expect(await viewed.locator("p").allTextContents()).toEqual([
      expect.stringMatching(/^view_item\d\d:\d\d:\d\d202$/),
      "Name of item-20",
    ]);
    const answer = page.locator("#exchanges .answer", { hasText: "answer for product" }).first();
    expect(await answer.textContent()).toMatch(/\d\d:\d\d:\d\d200\d+ msmodel circle.*Similar to Name of item-20 \(4\)/);
    await answer.getByText("Raw JSON").click();
    const received = await answer.getByLabel("Received").textContent();
    expect(JSON.parse(received ?? "")).toMatchObject({ placement: "product", model_version: "circle" });
    // Half of the first row stands in the window: it is told as seen.
    await page.locator("#exchanges .event", { hasText: "view_item_list" }).first().waitFor();
    await page.getByRole("button", { name: /^Behind the counter/ }).click();
    expect(await answer.isVisible()).toBe(false);
    await visitor.close();
  });

  it("who signs in sees other shelves, and who signs out is nobody again", async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await agree(visitor);
    const firsts: Record<string, string[]> = {};
    for (const label of ["Nantes, France", "Berlin, Germany"]) {
      await goTo(visitor, "#/account");
      await page.getByRole("button", { name: label }).click();
      await page.getByText(` from ${label}.`).waitFor();
      const ids = await eventually(async () => {
        const links = shelf(visitor, /profile/).locator("[part=link]");
        return (
          (await links.count()) > 0 &&
          links.evaluateAll((all) => all.map((link) => link.getAttribute("data-item") ?? ""))
        );
      });
      firsts[label] = ids;
      await page.getByRole("link", { name: label.split(",")[0] ?? "", exact: true }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("link", { name: "Sign in" }).waitFor();
    }
    expect(firsts["Nantes, France"]).toContain("item-15");
    expect(firsts["Berlin, Germany"]).toContain("item-45");
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  it("skips to the page without losing which page it is", async () => {
    const visitor = await visit(browser, url);
    await goTo(visitor, "#/products/item-20");
    await visitor.page.getByRole("link", { name: "Skip to the page" }).focus();
    await visitor.page.keyboard.press("Enter");
    expect(await visitor.page.evaluate("document.activeElement.id")).toBe("page");
    expect(new URL(visitor.page.url()).hash).toBe("#/products/item-20");
    await visitor.close();
  });

  it("keeps cart, customer and consent over a reload", async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await agree(visitor);
    await goTo(visitor, "#/account");
    await page.getByRole("button", { name: "Nantes, France" }).click();
    await page.getByText("Welcome back, customer 1 from Nantes, France.").waitFor();
    await goTo(visitor, "#/products/item-20");
    await page.getByRole("button", { name: "Add to cart" }).click();
    await page.reload();
    await page.getByRole("link", { name: "Cart 1" }).waitFor();
    await page.getByRole("link", { name: "Nantes" }).waitFor();
    expect(await page.locator("#consent").isVisible()).toBe(false);
    await visitor.close();
  });
});

describe("a token that ends", () => {
  /** Longer than until it is renewed, and than until a renewal is tried again. */
  const [UNTIL_RENEWAL, UNTIL_RETRY] = ["51:00", "01:01"];

  async function signedIn(): Promise<Visit> {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await agree(visitor);
    await goTo(visitor, "#/account");
    await page.getByRole("button", { name: "Nantes, France" }).click();
    await page.getByText(" from Nantes, France.").waitFor();
    await page.clock.install();
    await page.reload();
    await page.locator("main[aria-busy=false]").waitFor();
    return visitor;
  }

  it("is renewed before, and again when that fails", async () => {
    const visitor = await signedIn();
    const { page } = visitor;
    await page.route("**/shop/api/sign-in", (route) => route.abort());
    const failed = page.waitForEvent("requestfailed", (request) => request.url().includes("sign-in"));
    await page.clock.fastForward(UNTIL_RENEWAL);
    await failed;
    await page.unrouteAll({ behavior: "wait" });
    const renewed = page.waitForResponse("**/shop/api/sign-in");
    await page.clock.fastForward(UNTIL_RETRY);
    expect((await renewed).status()).toBe(200);
    await visitor.close();
  });

  it("does not sign in again whoever signed out while it was renewed", async () => {
    const visitor = await signedIn();
    const { page } = visitor;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/shop/api/sign-in", async (route) => {
      await released;
      await route.continue();
    });
    await goTo(visitor, "#/account");
    const asked = page.waitForRequest("**/shop/api/sign-in");
    await page.clock.fastForward(UNTIL_RENEWAL);
    await asked;
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    const answered = page.waitForResponse("**/shop/api/sign-in");
    release();
    await (await answered).finished();
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => resolve()))");
    expect(await page.getByRole("link", { name: "Sign in" }).count()).toBe(1);
    await visitor.close();
  });
});

describe("an item with an address of its own", () => {
  it("is opened in this shop when it is chosen on a shelf", async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await page.route("**/v1/recommendations**", async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      await route.fulfill({ response, body: text.replaceAll('"url":null', `"url":"${url}/elsewhere"`) });
    });
    await goTo(visitor, "#/products/item-20");
    const chosen = shelf(visitor, "Similar to Name of item-20").getByRole("link").first();
    await chosen.waitFor();
    expect(await chosen.getAttribute("href")).toBe(`${url}/elsewhere`);
    const name = (await chosen.locator("[part=name]").textContent()) ?? "";
    await chosen.click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/shop/");
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await visitor.close();
  });
});

describe("looking for something", () => {
  it("a product line grows on demand", async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await page.getByRole("link", { name: "Ships", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Ships" }).waitFor();
    expect(await page.locator(".grid .card").count()).toBe(24);
    await page.getByRole("button", { name: "Show more" }).click();
    await eventually(async () => (await page.locator(".grid .card").count()) === 30);
    expect(await page.getByRole("button", { name: "Show more" }).count()).toBe(0);
    await visitor.close();
  });

  it("words find names, and Endcap hears what was looked for", async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await agree(visitor);
    await page.getByLabel("Search models").fill("ITEM-4");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "“ITEM-4”" }).waitFor();
    expect(await page.locator(".grid .card").count()).toBe(10);
    await eventually(async () => sentNames(visitor).includes("search"));
    await goTo(visitor, "#/search/%25");
    await page.getByText("No model has these words in its name.").waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });
});

describe("consent", () => {
  it.each(["not given yet", "refused"])("%s: nothing is stored or sent, and popular items are shown", async (how) => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    if (how === "refused") await agree(visitor, "Refuse all");
    await goTo(visitor, "#/products/item-20");
    await page.getByRole("button", { name: "Add to cart" }).click();
    await goTo(visitor, "#/");
    await shelf(visitor, "Popular right now").waitFor();
    await page.waitForTimeout(QUIET_MILLISECONDS);
    expect(await page.evaluate(STORED)).toEqual(NOTHING);
    expect(visitor.sent).toEqual([]);
    expect(await page.locator(".viewed").count()).toBe(how === "refused" ? 0 : 1);
    await visitor.close();
  });

  it("can be changed in the footer: what was kept is gone", async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await agree(visitor);
    await goTo(visitor, "#/products/item-20");
    await eventually(async () => sentNames(visitor).includes("view_item"));
    await page.getByRole("button", { name: "Privacy choices" }).click();
    await agree(visitor, "Refuse all");
    expect(await page.evaluate(STORED)).toEqual(NOTHING);
    const before = visitor.sent.length;
    await goTo(visitor, "#/products/item-21");
    await page.waitForTimeout(QUIET_MILLISECONDS);
    expect(visitor.sent).toHaveLength(before);
    await visitor.close();
  });

  it("refused in one tab is refused in the other, which writes and sends nothing any more", async () => {
    const visitor = await visit(browser, url);
    await agree(visitor);
    await goTo(visitor, "#/account");
    await visitor.page.getByRole("button", { name: "Nantes, France" }).click();
    await visitor.page.getByText(" from Nantes, France.").waitFor();
    await goTo(visitor, "#/products/item-20");
    await eventually(async () => sentNames(visitor).includes("view_item"));

    const other = await openTab(visitor.page.context(), url);
    await other.page.getByRole("link", { name: "Nantes" }).waitFor();
    await other.page.locator(".viewed").waitFor();
    await visitor.page.getByRole("button", { name: "Privacy choices" }).click();
    await agree(visitor, "Refuse all");
    await other.page.getByRole("link", { name: "Sign in" }).waitFor();
    expect(await other.page.evaluate(STORED)).toEqual(NOTHING);

    const before = other.sent.length;
    await goTo(other, "#/products/item-21");
    await other.page.getByRole("button", { name: "Add to cart" }).click();
    await other.page.waitForTimeout(QUIET_MILLISECONDS);
    expect(other.sent).toHaveLength(before);
    expect(await other.page.evaluate(STORED)).toEqual(NOTHING);
    await other.page.reload();
    await other.page.getByRole("button", { name: "Accept all" }).waitFor();
    expect(await other.page.locator(".viewed").count()).toBe(0);
    expect(await other.page.evaluate(STORED)).toEqual(NOTHING);
    await visitor.close();
  });

  it("cart and customer are one for all tabs: what one did the other neither undoes nor hides", async () => {
    const visitor = await visit(browser, url);
    await agree(visitor);
    const other = await openTab(visitor.page.context(), url);
    await goTo(visitor, "#/products/item-20");
    await visitor.page.getByRole("button", { name: "Add to cart" }).click();
    await other.page.getByRole("link", { name: "Cart 1" }).waitFor();
    await goTo(other, "#/products/item-21");
    await visitor.page.reload();
    await visitor.page.getByRole("link", { name: "Cart 1" }).waitFor();

    await goTo(visitor, "#/account");
    await visitor.page.getByRole("button", { name: "Nantes, France" }).click();
    await other.page.getByRole("link", { name: "Nantes" }).waitFor();
    await goTo(visitor, "#/account");
    await visitor.page.getByRole("button", { name: "Sign out" }).click();
    await other.page.getByRole("link", { name: "Sign in" }).waitFor();
    await goTo(other, "#/products/item-23");
    const { storage } = await other.page.evaluate<{ storage: { shop: string } }>(STORED);
    expect(JSON.parse(storage.shop)).toMatchObject({ customer: null, cart: [{ item_id: "item-20", quantity: 1 }] });
    await visitor.page.reload();
    await visitor.page.getByRole("link", { name: "Sign in" }).waitFor();
    await visitor.close();
  });

  it("given in one tab holds in the other, which asks no longer and wipes nothing", async () => {
    const visitor = await visit(browser, url);
    const other = await openTab(visitor.page.context(), url);
    await agree(visitor);
    await goTo(visitor, "#/products/item-20");
    await other.page.locator("#consent").waitFor({ state: "hidden" });
    await goTo(other, "#/products/item-21");
    // Of the tabs one sends at a time, for all of them.
    await eventually(async () => {
      const views = [visitor, other].flatMap(({ sent }) => sent.flatMap(({ events }) => events));
      return views.some(({ name, params }) => name === "view_item" && params.items?.[0]?.item_id === "item-21");
    });
    await visitor.page.reload();
    await visitor.page.locator("main[aria-busy=false]").waitFor();
    expect(await visitor.page.locator("#consent").isVisible()).toBe(false);
    await visitor.close();
  });

  it("is asked for anew when its cookie is gone, and what was kept goes with it", async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await agree(visitor);
    await goTo(visitor, "#/products/item-20");
    await page.context().clearCookies();
    await page.reload();
    await page.getByRole("button", { name: "Accept all" }).waitFor();
    const { cookie, storage } = await page.evaluate<typeof NOTHING>(STORED);
    expect([cookie, Object.keys(storage)]).toEqual(["", []]);
    await visitor.close();
  });

  it("to analytics alone counts without knowing the shopper", async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await page.getByRole("button", { name: "Choose", exact: true }).click();
    await page.getByRole("checkbox", { name: /Analytics/ }).check();
    await page.getByRole("button", { name: "Save my choice" }).click();
    await goTo(visitor, "#/products/item-20");
    await eventually(async () => sentNames(visitor).includes("view_item"));
    expect(visitor.sent[0]).toMatchObject({ consent: { personalization: false, analytics: true } });
    await goTo(visitor, "#/");
    await shelf(visitor, "Popular right now").waitFor();
    await visitor.close();
  });
});

describe("without Endcap", () => {
  it("every page is complete in time, with the shop's own items", { timeout: 60_000 }, async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await agree(visitor);
    await goTo(visitor, "#/products/item-20");
    await page.getByRole("button", { name: "Add to cart" }).click();
    await page.route("**/v1/**", (route) => route.abort());
    const pages = [
      ["#/", "From our shelves"],
      ["#/products/item-21", "More from Ships"],
      ["#/cart", "From our shelves"],
      ["#/checkout", "From our shelves"],
    ] as const;
    for (const [path, title] of pages) {
      const begun = Date.now();
      await goTo(visitor, path);
      await page.getByRole("heading", { name: title }).waitFor();
      await page.locator("endcap-shelf .card .name").first().waitFor();
      expect(Date.now() - begun).toBeLessThan(FALLBACK_MILLISECONDS);
    }
    await page.getByRole("button", { name: "Place the made-up order" }).click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  it("goes on offline, and catches up when the connection is back", { timeout: 60_000 }, async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await agree(visitor);
    await goTo(visitor, "#/products/item-20");
    await eventually(async () => sentNames(visitor).includes("view_item"));
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "Add to cart" }).click();
    await page.locator("#exchanges .event", { hasText: "kept, and sent again later" }).first().waitFor();
    await goTo(visitor, "#/products/item-30");
    await page.getByRole("alert").waitFor();
    await goTo(visitor, "#/products/item-20");
    await page.getByRole("heading", { level: 1, name: "Name of item-20" }).waitFor();
    await goTo(visitor, "#/products/item-30");
    await page.context().setOffline(false);
    await page.getByRole("heading", { level: 1, name: "Name of item-30" }).waitFor();
    await shelf(visitor, "Similar to Name of item-30").waitFor();
    const arrived = page.locator("#exchanges .event", { hasText: "add_to_cart" }).first();
    await eventually(async () => (await arrived.locator(".mark").textContent()) === "202");
    await visitor.close();
  });
});

describe("a deployment without a demo shop", () => {
  it("says where there is one", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route("**/shop/api/**", (route) =>
      route.fulfill({ status: 404, json: { error: { code: "not_found", message: "It runs with `npm start` only." } } }),
    );
    await page.goto(`${url}/shop/`);
    await page.getByRole("alert").getByText("npm start").waitFor();
    await context.close();
  });
});
