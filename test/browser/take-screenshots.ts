/**
 * Makes the pictures of the dashboard that README.md and the documents show, from made-up figures of a fixed moment:
 * `node test/browser/take-screenshots.ts`.
 */
import type { BrowserContextOptions } from "playwright-core";

import { startBrowser } from "./browser.ts";
import { fullAnswers } from "./full-answers.ts";
import { openDashboard, openPage } from "./opened-dashboard.ts";
import { startStubAnalytics } from "./stub-analytics.ts";

const NOW = Date.parse("2026-11-20T19:42:20.000Z");
const DESKTOP = { width: 1280, height: 1000 };
const FADED_IN_MILLISECONDS = 500;
const PHONE = { width: 390, height: 844 };

const PICTURES: readonly (readonly [name: string, hash: string, options: BrowserContextOptions])[] = [
  ["sales", "#sales", { viewport: DESKTOP }],
  ["spikes", "#spikes", { viewport: DESKTOP }],
  ["recommendations", "#recommendations?range=7d", { viewport: DESKTOP }],
  ["pipelines", "#pipelines", { viewport: DESKTOP }],
  ["phone", "#sales", { viewport: PHONE, colorScheme: "dark", deviceScaleFactor: 2 }],
];

const browser = await startBrowser();
const stub = await startStubAnalytics(
  fullAnswers(() => NOW),
  () => NOW,
);
for (const [name, hash, options] of PICTURES) {
  const opened = await openPage(browser, { locale: "en-US", ...options });
  await opened.page.clock.setFixedTime(NOW);
  await openDashboard(opened, stub, hash);
  await opened.page.waitForTimeout(FADED_IN_MILLISECONDS);
  // Nothing has the focus in a picture.
  await opened.page.evaluate("document.activeElement.blur()");
  await opened.page.screenshot({ path: `docs/images/dashboard-${name}.png` });
  await opened.context.close();
}
await stub.close();
await browser.close();
