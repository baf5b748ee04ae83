import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

import { eventually } from "../support/runtime.ts";
import { STUB_KEY, type StubAnalytics } from "./stub-analytics.ts";

/** A failed question is written to the console by the browser itself; a page cannot keep it from that. */
const BROWSERS_OWN = /^Failed to load resource: the server responded with a status of (401|503)/;

/** A page of the dashboard, and what its browser complained of. */
export interface OpenedPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors, and what the content policy kept from being loaded. */
  readonly complaints: string[];
}

/** Opens a page that keeps every complaint. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OpenedPage> {
  const context = await browser.newContext({ timezoneId: "Europe/Amsterdam", locale: "en-GB", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !BROWSERS_OWN.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return { context, page, complaints };
}

/** Waits until the present view has its figures, charts drawn, and has faded in: half faded, contrasts are too low. */
export async function settled(page: Page): Promise<void> {
  await page.locator("#panels[aria-busy=false]").waitFor();
  const opacity = "getComputedStyle(document.getElementById('panels')).opacity";
  await eventually(async () => (await page.evaluate(opacity)) === "1");
}

/** Signs in by the form, and waits for the view that the address names. */
export async function openDashboard({ page }: OpenedPage, stub: StubAnalytics, hash = ""): Promise<void> {
  await page.goto(`${stub.url}/dashboard/${hash}`);
  await page.getByLabel("Secret key").fill(STUB_KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await settled(page);
}
