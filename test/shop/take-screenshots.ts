/**
 * Makes the pictures of the demo shop that README.md and the documents show, from a running `npm start`:
 * `node test/shop/take-screenshots.ts http://localhost:8787`.
 */
import type { BrowserContextOptions } from "playwright-core";

import { startBrowser } from "../browser/browser.ts";
import { goTo, visit, type Visit } from "./demo-shop.ts";

const DESKTOP = { width: 1280, height: 780 };
const PHONE = { width: 390, height: 844 };
/** Until events have arrived, and the shelves that follow from them are there. */
const SETTLED_MILLISECONDS = 2_500;

const url = process.argv[2] ?? "http://localhost:8787";
const browser = await startBrowser();

/** Opens a product of a line, and lets Endcap hear of it. */
async function look(visitor: Visit, line: string): Promise<void> {
  await goTo(visitor, `#/lines/${encodeURIComponent(line)}`);
  await visitor.page.locator(".grid .card").nth(1).click();
  await visitor.page.locator(".product").waitFor();
  await visitor.page.waitForTimeout(SETTLED_MILLISECONDS);
}

async function take(name: string, options: BrowserContextOptions, walk: (visitor: Visit) => Promise<void>) {
  const visitor = await visit(browser, url, { locale: "en-US", ...options });
  const { page } = visitor;
  await page.getByRole("button", { name: "Accept all" }).click();
  await walk(visitor);
  await page.waitForTimeout(SETTLED_MILLISECONDS);
  await page.mouse.move(0, 0);
  // Nothing has the focus in a picture.
  await page.evaluate("document.activeElement.blur()");
  await page.screenshot({ path: `docs/images/shop-${name}.png` });
  await visitor.close();
}

await take("home", { viewport: DESKTOP }, async (visitor) => {
  await goTo(visitor, "#/account");
  await visitor.page.locator("button.customer").nth(4).click();
  await visitor.page.getByText("Welcome back").waitFor();
  await look(visitor, "Ships");
  await look(visitor, "Motorcycles");
  await goTo(visitor, "#/");
});
await take("product", { viewport: DESKTOP }, async (visitor) => {
  await look(visitor, "Trains");
  await look(visitor, "Ships");
});
await take("phone", { viewport: PHONE, colorScheme: "dark", deviceScaleFactor: 1.5 }, async (visitor) => {
  await look(visitor, "Motorcycles");
  await goTo(visitor, "#/");
});
await browser.close();
