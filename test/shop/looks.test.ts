import axe from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startBrowser } from "../browser/browser.ts";
import { headersFor } from "../browser/served-files.ts";
import type { TestRuntime } from "../support/runtime.ts";
import { goTo, startDemoShop, visit, type Visit } from "./demo-shop.ts";

const PHONE = { width: 360, height: 740 };
const PAGES = ["#/", "#/lines/Cars", "#/products/item-20", "#/cart", "#/checkout", "#/thanks", "#/account"] as const;

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

/** What axe finds: rule, and where. The policy of the page lets no script in, so axe comes through the debugger. */
async function violations({ page }: Visit): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<axe.AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

/** Puts something into the cart, and for the last page orders it. */
async function openPage(visitor: Visit, path: (typeof PAGES)[number]): Promise<void> {
  const { page } = visitor;
  if (path === "#/cart" || path === "#/checkout" || path === "#/thanks") {
    await goTo(visitor, "#/products/item-20");
    await page.getByRole("button", { name: "Add to cart" }).click();
  }
  if (path === "#/thanks") {
    await goTo(visitor, "#/checkout");
    await page.getByRole("button", { name: "Place the made-up order" }).click();
    await page.getByRole("heading", { name: "Thank you" }).waitFor();
  } else await goTo(visitor, path);
  if (path === "#/account") return;
  await page.locator("endcap-shelf [part=link]").first().waitFor();
}

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  it("axe finds nothing wrong with the question for consent", async () => {
    const visitor = await visit(browser, url, { colorScheme });
    await visitor.page.getByRole("button", { name: "Choose", exact: true }).click();
    expect(await violations(visitor)).toEqual([]);
    await visitor.close();
  });

  it.each(PAGES)("axe finds nothing wrong with %s, and the content policy has nothing to keep back", async (path) => {
    const visitor = await visit(browser, url, { colorScheme, reducedMotion: "reduce" });
    await visitor.page.getByRole("button", { name: "Accept all" }).click();
    await openPage(visitor, path);
    const raw = visitor.page.locator("#exchanges summary").first();
    await raw.click();
    expect(await violations(visitor)).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });
});

describe("on a phone", () => {
  it.each(PAGES)("%s does not scroll sideways", async (path) => {
    const visitor = await visit(browser, url, { viewport: PHONE, hasTouch: true });
    const { page } = visitor;
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
    await page.getByRole("button", { name: "Accept all" }).click();
    await openPage(visitor, path);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
    expect(await page.locator("#panel-content").isVisible()).toBe(false);
    await page.getByRole("button", { name: /^Behind the counter/ }).click();
    await page.locator("#exchanges > li").first().waitFor();
    expect(await violations(visitor)).toEqual([]);
    await visitor.close();
  });
});

describe("by keyboard", () => {
  it("a shopper skips to the page, chooses a recommended item and stands at its heading", async () => {
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await page.getByRole("button", { name: "Refuse all" }).press("Enter");
    const first = page.locator("endcap-shelf [part=link]").first();
    await first.waitFor();
    await page.getByRole("link", { name: "Skip to the page" }).press("Enter");
    await page.keyboard.press("Tab");
    // In one look: the answer to the refusal may draw the shelf anew between two, the focus kept.
    const isFocused = "document.activeElement?.shadowRoot?.querySelector('[part=link]')?.matches(':focus') ?? false";
    await expect.poll(() => page.evaluate(isFocused)).toBe(true);
    const name = (await first.locator("[part=name]").textContent()) ?? "";
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await expect.poll(() => page.evaluate("document.activeElement?.localName")).toBe("h1");
    await visitor.close();
  });
});

describe("what is served", () => {
  it("lets the page run nothing but its own files", async () => {
    const { "content-security-policy": policy = "" } = await headersFor("/shop/");
    const served = (await fetch(`${url}/shop/`)).headers.get("content-security-policy");
    expect(served).toBe(policy);
    expect(policy.split("; ").sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self' https:",
      "script-src 'self'",
      "style-src 'self'",
    ]);
  });
});
