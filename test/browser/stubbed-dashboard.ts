import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";

import { startBrowser } from "./browser.ts";
import { type Answers, emptyAnswers, fullAnswers } from "./full-answers.ts";
import { openPage, type OpenedPage } from "./opened-dashboard.ts";
import { startStubAnalytics, type StubAnalytics } from "./stub-analytics.ts";

/** Has an open page ask for what is new, as when its tab comes back into view. */
export const LOOKS_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))";
export const NOW = (): number => Date.now();

let browser: Browser;
/** Of the test that runs: {@link eachOnItsOwn} renews them. */
export let stub: StubAnalytics;
export let opened: OpenedPage;
export let page: Page;

/** Has each test of a file begin with a browser that was never there, and an analytics API that has everything. */
export function eachOnItsOwn(): void {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(() => use(fullAnswers(NOW)));
  afterEach(async () => {
    // Whatever a test did: nothing was kept back by the content policy and nothing threw.
    expect(opened.complaints).toEqual([]);
    await opened.context.close();
    await stub.close();
  });
}

async function use(answers: Answers): Promise<void> {
  stub = await startStubAnalytics(answers);
  opened = await openPage(browser);
  page = opened.page;
}

/** Has the test begin with an API that has nothing yet. */
export async function useEmpty(): Promise<void> {
  await opened.context.close();
  await stub.close();
  await use(emptyAnswers(NOW));
}

/** Has the test go on in another browser. */
export async function useBrowser(options: BrowserContextOptions): Promise<void> {
  await opened.context.close();
  opened = await openPage(browser, options);
  page = opened.page;
}

/** The text of a tile's figure. */
export function figure(name: string) {
  return page.locator(".tile", { has: page.getByText(name, { exact: true }) }).locator(".figure");
}

/** A total of revenue, as an answer of the report. */
export function revenue(amount: number): object {
  const answer = fullAnswers(NOW)["sales"]?.(new URLSearchParams("interval=total")) as { data: object[] };
  const row = { ...answer.data[0], time: new Date(NOW() - 1_000).toISOString(), grain: "hour", revenue: amount };
  return { ...answer, interval: "hour", data: [row] };
}
