import { expect, it } from "vitest";

import { startStubApi } from "./stub-api.ts";
import { startBrowser } from "../browser/browser.ts";

it("in the playground the focus stays on an item's button while its shelves are drawn anew", async () => {
  const [browser, api] = await Promise.all([startBrowser(), startStubApi()]);
  const page = await browser.newPage();
  await page.goto(`${api.url}/#key=pk_dev_1`);
  const button = page.locator(".card .buy").first();
  const label = await button.getAttribute("aria-label");
  await button.focus();
  const answered = page.waitForResponse((response) => response.url().includes("/v1/recommendations"));
  await page.keyboard.press("Enter");
  await (await answered).finished();
  await page.locator("#shelves[aria-busy=false]").waitFor();
  expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(label);
  await browser.close();
  await api.close();
});
