import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { startBrowser } from "./browser.ts";
import { openPage, type OpenedPage, settled } from "./opened-dashboard.ts";

/** What is promised: from a shopper's purchase to the open dashboard, with nobody touching it. */
const PROMISED_MILLISECONDS = 120_000;

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

async function signIn(): Promise<OpenedPage> {
  const opened = await openPage(browser);
  await opened.page.goto(`${url}/dashboard`);
  await opened.page.getByLabel("Secret key").fill(TEST_KEYS.secret);
  await opened.page.getByRole("button", { name: "Sign in" }).click();
  await settled(opened.page);
  return opened;
}

async function purchase(price: number): Promise<void> {
  const params = {
    transaction_id: crypto.randomUUID(),
    currency: "USD",
    items: [{ item_id: "S18_2238", price, quantity: 2 }],
  };
  const event = { event_id: crypto.randomUUID(), name: "purchase", params };
  const { status, body } = await runtime.call("/v1/events", { body: { user_id: "489", events: [event] } });
  expect([status, body.accepted]).toEqual([202, 1]);
}

describe("the dashboard of a running Endcap", () => {
  it("is served under its content policy", async () => {
    const { headers } = await fetch(`${url}/dashboard/`);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("shows every view before there is anything to show", async () => {
    const { context, page, complaints } = await signIn();
    for (const view of ["Demand spikes", "Recommendations", "Pipelines", "Sales"]) {
      await page.getByRole("link", { name: view, exact: true }).click();
      await page.locator("h1", { hasText: view }).waitFor();
      await settled(page);
      expect(await page.locator("#trouble").textContent()).toBe("");
      expect(await page.locator(".nothing").count()).toBeGreaterThan(0);
    }
    for (const range of ["7 days", "28 days", "90 days"]) {
      await page.getByText(range, { exact: true }).click();
      await page.getByText(`Nothing sold in the last ${range}.`).waitFor();
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("shows a purchase by itself within two minutes", { timeout: PROMISED_MILLISECONDS + 30_000 }, async () => {
    const { context, page, complaints } = await signIn();
    await page.getByText("Nothing sold in the last 24 hours.").waitFor();
    const before = Date.now();
    await purchase(60.5);
    await page.locator(".tile .figure").getByText("US$121.00").first().waitFor({ timeout: PROMISED_MILLISECONDS });
    expect(Date.now() - before).toBeLessThan(PROMISED_MILLISECONDS);
    expect(await page.getByRole("row", { name: /^S18_2238/ }).count()).toBe(1);
    expect(await page.locator(".picture canvas").count()).toBe(2);
    await page.getByText("7 days", { exact: true }).click();
    await page
      .getByRole("row", { name: /All others|No line/ })
      .first()
      .waitFor();
    expect(await page.locator("#trouble").textContent()).toBe("");
    expect(complaints).toEqual([]);
    await context.close();
  });
});
