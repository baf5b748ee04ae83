import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { RESOURCES } from "../../workers/api/openapi/resources.ts";
import { resourceAddress } from "../../workers/api/openapi/pages/layout.ts";
import { TOPICS } from "../../workers/api/openapi/pages/topics.ts";
import { startBrowser } from "../browser/browser.ts";
import { openPage } from "../browser/opened-dashboard.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

const ADDRESSES = [
  "/docs/",
  ...TOPICS.map(({ name }) => `/docs/${name}`),
  ...RESOURCES.map(({ name }) => resourceAddress(name)),
];
const PHONE = { width: 360, height: 740 };

let runtime: TestRuntime;
let browser: Browser;
let url: string;
beforeAll(async () => {
  [runtime, browser] = await Promise.all([startRuntime(), startBrowser()]);
  url = (await runtime.harness.listen()).url.origin;
});
afterAll(async () => {
  await browser.close();
  await runtime.close();
});

/** What axe finds: rule, and where. The policy of the page lets no script in, so axe comes through the debugger. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<axe.AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

/** Opens an address with every `<details>` open, so that nothing hides from what is looked for. */
async function opened(address: string, options: BrowserContextOptions = {}) {
  const { context, page, complaints } = await openPage(browser, options);
  const response = await page.goto(url + address);
  await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
  return { context, page, complaints, response };
}

it.each(ADDRESSES)("%s is read by everybody, in light, in the dark and on a phone", async (address) => {
  const { context, page, complaints, response } = await opened(address, { colorScheme: "light" });
  expect(response?.status()).toBe(200);
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize(PHONE);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
  // Nothing was kept from being loaded by the content policy.
  expect(complaints).toEqual([]);
  await context.close();
});

describe("a page", () => {
  it("is served under a strict content policy, and the document to tools on any origin", async () => {
    const page = await fetch(`${url}/docs/errors`);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
    const document = await fetch(`${url}/openapi.json`);
    expect(document.headers.get("access-control-allow-origin")).toBe("*");
    expect(document.headers.get("content-type")).toContain("application/json");
    expect(await document.json()).toMatchObject({ openapi: "3.1.0" });
  });

  it("is found without the slash, too", async () => {
    const { context, page } = await opened("/docs");
    expect(new URL(page.url()).pathname).toBe("/docs/");
    await context.close();
  });

  it("leads from the overview to a call", async () => {
    const { context, page } = await opened("/docs/");
    await page.getByRole("link", { name: "Send events" }).click();
    expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe("/docs/reference/events#sendEvents");
    expect(await page.getByRole("heading", { name: "Send events" }).isVisible()).toBe(true);
    await context.close();
  });

  it("copies an example as a shell takes it", async () => {
    const { context, page } = await opened("/docs/reference/events");
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy" }).first().click();
    await page.getByText("Copied").waitFor();
    const copied = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(copied).toMatch(/^curl "\$ENDCAP_URL\/v1\/events" \\\n {2}-H "authorization: Bearer \$ENDCAP_KEY"/);
    await context.close();
  });

  it("can be read without scripts, and printed without what only a screen needs", async () => {
    const { context, page } = await opened("/docs/reference/items", { javaScriptEnabled: false });
    expect(await page.getByRole("heading", { name: "Push one whole item" }).isVisible()).toBe(true);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("nav").isVisible()).toBe(false);
    await context.close();
  });
});
