import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { startBrowser } from "../browser/browser.ts";
import { type StubApi, startStubApi } from "./stub-api.ts";

const ACCESS = "#key=pk_dev_1&user=1001&token=header.payload.signature&item=S18_1001";
const ANONYMOUS = "#key=pk_dev_1";

let browser: Browser;
let api: StubApi;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  api = await startStubApi();
  context = await browser.newContext();
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
});
afterEach(async () => {
  await context.close();
  await api.close();
});

/** The last recommendation that the page asked for. */
function lastAsked(): Record<string, string> {
  return Object.fromEntries(api.asked.recommendations.at(-1) ?? []);
}

/** Does something on the page and waits for the shelves that follow from it. */
async function andReload(act: () => Promise<void>): Promise<void> {
  const answered = page.waitForResponse((response) => response.url().includes("/v1/recommendations"));
  await act();
  await (await answered).finished();
  await page.locator("#shelves[aria-busy=false] .card").first().waitFor();
}

describe("the playground", () => {
  it("asks for a key when the link has none, and opens with it", async () => {
    await page.goto(api.url);
    expect(await page.locator("#playground").isVisible()).toBe(false);
    await page.getByLabel("Publishable key").fill("pk_dev_1");
    await andReload(() => page.getByRole("button", { name: "Open" }).click());
    expect(lastAsked()).toMatchObject({ key: "pk_dev_1", placement: "home", consent: "personalization,analytics" });
    expect(complaints).toEqual([]);
  });

  it("shows shelves as cards with picture, name, price and reason, under its strict content policy", async () => {
    await andReload(async () => void (await page.goto(`${api.url}/${ACCESS}`)));
    const card = page.locator(".card").first();
    expect(await card.locator(".name").textContent()).toMatch(/^\d{4} /);
    expect(await card.locator(".price").textContent()).toMatch(/^\$\d+\.\d\d$/);
    expect(await card.locator(".reason").textContent()).toBe("Picked for you (1)");
    await card.locator("img").evaluate((picture: { decode(): Promise<void> }) => picture.decode());
    expect(complaints).toEqual([]);
  });

  it("speaks for the known user by token, and keeps the token out of the address and the shown request", async () => {
    await andReload(async () => void (await page.goto(`${api.url}/${ACCESS}`)));
    expect(lastAsked()).toMatchObject({ user_id: "1001", token: "header.payload.signature" });
    expect(lastAsked()).not.toHaveProperty("client_id");
    expect(page.url()).toBe(`${api.url}/`);
    expect(await page.locator("#request").textContent()).not.toContain("signature");
    await andReload(async () => void (await page.reload()));
    expect(lastAsked()).toMatchObject({ user_id: "1001" });
  });

  it("sends what was clicked as an event, then shows what it changed", async () => {
    await andReload(async () => void (await page.goto(`${api.url}/${ANONYMOUS}`)));
    expect(lastAsked()["client_id"]).toMatch(/^[A-Za-z0-9_-]{32}$/);
    const name = await page.locator(".card .name").first().textContent();
    await andReload(() => page.locator(".card .view").first().click());
    await andReload(() => page.locator(".card .buy").first().click());
    expect(api.asked.events).toMatchObject([
      {
        key: "pk_dev_1",
        client_id: lastAsked()["client_id"],
        consent: { personalization: true, analytics: true },
        events: [{ name: "view_item", params: { recommendation_id: "answer-1", items: [{ quantity: 1 }] } }],
      },
      { events: [{ name: "add_to_cart", params: { recommendation_id: "answer-2" } }] },
    ]);
    expect(await page.locator(".shelf h2").first().textContent()).toContain("Because you viewed");
    await andReload(() => page.getByText("Product", { exact: true }).click());
    expect(lastAsked()).toMatchObject({ placement: "product" });
    expect(await page.locator("#viewing").textContent()).toContain(name);
  });

  it("starts over as somebody new", async () => {
    await andReload(async () => void (await page.goto(`${api.url}/${ACCESS}`)));
    await andReload(() => page.getByText("Anonymous", { exact: true }).click());
    const first = lastAsked()["client_id"];
    await andReload(() => page.getByRole("button", { name: "New anonymous shopper" }).click());
    expect(lastAsked()["client_id"]).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(lastAsked()["client_id"]).not.toBe(first);
  });

  it("says in words why the API refused", async () => {
    api.refuse("This key is not known here.");
    await page.goto(`${api.url}/${ANONYMOUS}`);
    await page.getByText("This key is not known here.").waitFor();
    expect(await page.locator("#shelves").getAttribute("aria-busy")).toBe("false");
  });

  it("fits a phone without scrolling sideways", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await andReload(async () => void (await page.goto(`${api.url}/${ACCESS}`)));
    expect(
      await page.locator("body").evaluate((body: { scrollWidth: number }) => body.scrollWidth),
    ).toBeLessThanOrEqual(360);
  });
});
