import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import axe from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startBrowser } from "./browser.ts";
import { emptyAnswers, fullAnswers } from "./full-answers.ts";
import { openDashboard, openPage } from "./opened-dashboard.ts";
import { headersFor } from "./served-files.ts";
import { startStubAnalytics, type StubAnalytics } from "./stub-analytics.ts";

const VIEWS = ["#sales", "#spikes", "#recommendations", "#pipelines"] as const;
const PHONE = { width: 360, height: 740 };
/** The narrowest phones, and a page at 400 %. */
const NARROW = { width: 320, height: 600 };

let browser: Browser;
let full: StubAnalytics;
let empty: StubAnalytics;
beforeAll(async () => {
  browser = await startBrowser();
  full = await startStubAnalytics(fullAnswers(Date.now));
  empty = await startStubAnalytics(emptyAnswers(Date.now));
});
afterAll(async () => {
  await browser.close();
  await full.close();
  await empty.close();
});

/** What axe finds: rule, and where. The policy of the page lets no script in, so axe comes through the debugger. */
async function violations(page: Awaited<ReturnType<typeof openPage>>["page"]): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<axe.AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  it.each(VIEWS)("axe finds nothing wrong with %s", async (hash) => {
    const opened = await openPage(browser, { colorScheme });
    await openDashboard(opened, full, hash);
    expect(await violations(opened.page)).toEqual([]);
    expect(opened.complaints).toEqual([]);
    await opened.context.close();
  });

  it("axe finds nothing wrong with the form, nor with empty views", async () => {
    const opened = await openPage(browser, { colorScheme });
    await opened.page.goto(`${empty.url}/dashboard/`);
    await opened.page.getByLabel("Secret key").waitFor();
    expect(await violations(opened.page)).toEqual([]);
    await openDashboard(opened, empty, "#recommendations");
    expect(await violations(opened.page)).toEqual([]);
    await opened.context.close();
  });
});

describe("in forced colours", () => {
  it("what is chosen can be told from what is not", async () => {
    const opened = await openPage(browser, { forcedColors: "active" });
    await openDashboard(opened, full);
    const grounds = (selector: string): Promise<string[]> =>
      opened.page.locator(selector).evaluateAll((found) => {
        const seen = globalThis as unknown as { getComputedStyle(one: unknown): { backgroundColor: string } };
        return found.map((one) => seen.getComputedStyle(one).backgroundColor);
      });
    for (const [chosen, other] of [
      ["#ranges :checked + span", "#ranges :not(:checked) + span"],
      ["#splits :checked + span", "#splits :not(:checked) + span"],
      ["nav [aria-current]", "nav a:not([aria-current])"],
    ] as const) {
      const [ground] = await grounds(chosen);
      expect(ground).toBeTypeOf("string");
      expect(await grounds(other)).not.toContain(ground);
    }
    expect(await violations(opened.page)).toEqual([]);
    await opened.context.close();
  });
});

describe("on a phone", () => {
  it.each(VIEWS.flatMap((hash) => [PHONE, NARROW].map((viewport) => ({ hash, viewport, width: viewport.width }))))(
    "$hash does not scroll sideways at $width pixels",
    async ({ hash, viewport, width }) => {
      const opened = await openPage(browser, { viewport, hasTouch: true });
      await openDashboard(opened, full, hash);
      expect(await opened.page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(await violations(opened.page)).toEqual([]);
      await opened.context.close();
    },
  );

  it.each(VIEWS)("the link of %s can be seen whole, among those that scroll", async (hash) => {
    const opened = await openPage(browser, { viewport: PHONE, hasTouch: true });
    await openDashboard(opened, full, hash);
    const [left, right] = await opened.page.evaluate<[number, number]>(
      "(({ left, right }) => [left, right])(document.querySelector('nav a[aria-current]').getBoundingClientRect())",
    );
    expect(left).toBeGreaterThanOrEqual(0);
    expect(right).toBeLessThanOrEqual(PHONE.width);
    await opened.context.close();
  });

  it("the form fits too", async () => {
    const opened = await openPage(browser, { viewport: PHONE });
    await opened.page.goto(`${full.url}/dashboard/`);
    await opened.page.getByLabel("Secret key").waitFor();
    expect(await opened.page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
    await opened.context.close();
  });
});

describe("what is served", () => {
  it("lets the page load nothing but its own files", async () => {
    const { "content-security-policy": policy = "" } = await headersFor("/dashboard/");
    expect(policy.split("; ").sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
    ]);
  });

  it.each([
    ["uPlot.esm.js", "dist/uPlot.esm.js"],
    ["uPlot.min.css", "dist/uPlot.min.css"],
    ["LICENSE", "LICENSE"],
  ])("has %s of the chart library as its package has it", async (own, packaged) => {
    const folder = dirname(dirname(fileURLToPath(import.meta.resolve("uplot"))));
    expect(await readFile(`web/vendor/uplot/${own}`, "utf8")).toBe(await readFile(join(folder, packaged), "utf8"));
  });

  it("names every module of the page for preloading, and none that is not there", async () => {
    const html = await readFile("web/dashboard/index.html", "utf8");
    const preloaded = [...html.matchAll(/modulepreload" href="([^"]+)"/g)].map(([, path]) => path ?? "");
    const imported = new Set(["/dashboard/main.js"]);
    for (const path of imported) {
      const source = await readFile(`web${path}`, "utf8");
      for (const [, target = ""] of source.matchAll(/^(?:import|} from|export) .*"(\.[^"]+)";$/gm)) {
        imported.add(new URL(target, `http://page${path}`).pathname);
      }
    }
    expect(preloaded.toSorted()).toEqual([...imported].toSorted());
  });
});
