import { readFile } from "node:fs/promises";

import { describe, expect, it } from "vitest";

import { fullAnswers } from "./full-answers.ts";
import { openDashboard, settled } from "./opened-dashboard.ts";
import { STUB_KEY } from "./stub-analytics.ts";
import { eachOnItsOwn, figure, LOOKS_AGAIN, NOW, opened, page, revenue, stub } from "./stubbed-dashboard.ts";

const REFRESH_MILLISECONDS = 15_000;

eachOnItsOwn();

/** Holds back every answer to the page's questions from now on; the returned function lets them go, those to come too. */
async function holdAnswers(to = "**/v1/analytics/**"): Promise<() => void> {
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(to, async (route) => {
    await gate;
    await route.continue().catch(() => undefined);
  });
  return letGo;
}

/** How many canvases the page's memory holds, on the page or not. */
async function canvasesKept(): Promise<number> {
  const debug = await opened.context.newCDPSession(page);
  await debug.send("HeapProfiler.collectGarbage");
  const { result } = await debug.send("Runtime.evaluate", { expression: "HTMLCanvasElement.prototype" });
  const { objects } = await debug.send("Runtime.queryObjects", { prototypeObjectId: result.objectId ?? "" });
  const { result: counted } = await debug.send("Runtime.callFunctionOn", {
    objectId: objects.objectId ?? "",
    functionDeclaration: "function () { return this.length; }",
    returnByValue: true,
  });
  await debug.detach();
  return counted.value as number;
}

describe("an open dashboard", () => {
  it("shows new figures by itself, keeping focus and opened tables", { timeout: 60_000 }, async () => {
    stub.answer("sales", () => revenue(100));
    await openDashboard(opened, stub);
    expect(await figure("Revenue").textContent()).toBe("US$100.00");
    await page.getByText("Figures", { exact: true }).first().click();
    await page.getByRole("link", { name: "Top movers as CSV" }).focus();
    stub.answer("sales", () => revenue(250));
    await figure("Revenue")
      .getByText("US$250.00")
      .waitFor({ timeout: REFRESH_MILLISECONDS + 5_000 });
    expect(await page.locator("details.figures").first().getAttribute("open")).toBe("");
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Top movers as CSV");
  });

  it("keeps a zoom when figures are refreshed", async () => {
    await openDashboard(opened, stub);
    const chart = page.locator(".picture .u-over").first();
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (box === null) throw new Error("The chart has no place.");
    const whole = await page.locator(".picture canvas").first().screenshot();
    await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.mouse.move(0, 0);
    const zoomed = await page.locator(".picture canvas").first().screenshot();
    expect(zoomed.equals(whole)).toBe(false);
    stub.answer("interest", () => ({ data: [{ views: 7, carts: 3 }] }));
    await page.evaluate(LOOKS_AGAIN);
    await page.getByText("3 put into a cart").waitFor();
    expect((await page.locator(".picture canvas").first().screenshot()).equals(whole)).toBe(false);
  });

  it("says since when its figures are old while the server fails, and goes on trying", async () => {
    stub.answer("sales", () => revenue(100));
    await openDashboard(opened, stub);
    stub.refuse({ status: 503, message: "The ledger is away for a moment." });
    await page.evaluate(LOOKS_AGAIN);
    await page
      .getByText(/^The ledger is away for a moment\. These figures are of \d\d:\d\d:\d\d\. Trying again/)
      .waitFor();
    expect(await figure("Revenue").textContent()).toBe("US$100.00");
    stub.refuse(null);
    stub.answer("sales", () => revenue(300));
    await page.evaluate(LOOKS_AGAIN);
    await figure("Revenue").getByText("US$300.00").waitFor();
    expect(await page.locator("#trouble").textContent()).toBe("");
  });

  it("draws the other panels when one question fails, and says in that one why", async () => {
    stub.refuseReport("movers", { status: 503, message: "The movers are away." });
    await openDashboard(opened, stub);
    const panel = page.locator(".panel", { has: page.getByRole("heading", { name: "Top movers" }) });
    expect(await panel.textContent()).toContain("The movers are away.");
    expect(await page.getByText("The movers are away.").count()).toBe(2);
    expect(await figure("Revenue").textContent()).toMatch(/^US\$\d/);
    expect(await page.getByText("! 1.9 days").count()).toBe(1);
    expect(await page.locator("#trouble").textContent()).toMatch(/^Something is missing\. The movers are away\./);
    expect(await page.locator("#live-text").textContent()).toMatch(/^Refreshed in part at/);
    stub.refuseReport("movers", null);
    await page.evaluate(LOOKS_AGAIN);
    await panel.getByRole("table").waitFor();
    expect(await page.locator("#trouble").textContent()).toBe("");
    expect(await page.locator("#live-text").textContent()).toMatch(/^Live/);
  });

  it("shows the list when what follows from it fails, and the curve's panel says why", async () => {
    stub.refuseReport("spikes/31/series", { status: 503, message: "No curve now." });
    await openDashboard(opened, stub, "#spikes");
    expect(await page.locator(".spike").count()).toBe(2);
    expect(await page.locator(".panel", { hasText: "Observed and expected" }).textContent()).toContain("No curve now.");
  });

  it.each(["C", "en-US@posix"])("draws its charts on a computer without a language (%s)", async (language) => {
    await page.addInitScript(`Object.defineProperty(Navigator.prototype, "language", { get: () => "${language}" })`);
    await openDashboard(opened, stub);
    await page.locator(".picture canvas").first().waitFor();
    expect(await page.locator("#trouble").textContent()).toBe("");
  });

  it("shows its figures without charts when those cannot be loaded, and the charts as soon as they can", async () => {
    const library = "**/vendor/uplot/uPlot.esm.js*";
    await page.route(library, (route) => route.fulfill({ status: 503, body: "" }));
    await openDashboard(opened, stub);
    expect(await figure("Revenue").textContent()).toMatch(/^US\$\d/);
    expect(await page.locator("#trouble").textContent()).toMatch(/^Something is missing\. Charts cannot be drawn/);
    expect(await page.locator("#live-text").textContent()).toMatch(/^Refreshed in part at/);
    await page.getByText("Figures", { exact: true }).first().click();
    expect(await page.locator("details.figures").first().getByRole("row").count()).toBeGreaterThan(24);
    expect(opened.complaints.join()).toContain("uPlot.esm.js");
    opened.complaints.length = 0;
    await page.unroute(library);
    await page.evaluate(LOOKS_AGAIN);
    await page.locator(".picture canvas").first().waitFor();
    await expect.poll(() => page.locator("#live-text").textContent()).toMatch(/^Live/);
  });

  it("does not claim to be live when the page itself fails, and goes on trying", async () => {
    await openDashboard(opened, stub);
    stub.answer("stock-risk", () => ({ data: null }));
    await page.evaluate(LOOKS_AGAIN);
    await page.locator("#live.stale").waitFor();
    expect(await page.locator("#trouble").textContent()).toMatch(/^Something is missing\..*Trying again/);
    expect(await figure("Revenue").textContent()).toMatch(/^US\$\d/);
    await page.evaluate("document.getElementById('live-text').textContent = ''");
    await page.evaluate("Element.prototype.insertBefore = () => { throw new RangeError('broken'); }");
    stub.answer("stock-risk", (params) => fullAnswers(NOW)["stock-risk"]?.(params) ?? {});
    await page.evaluate(LOOKS_AGAIN);
    await page
      .getByText(/^This page failed to show the newest figures\. These figures are of .* Trying again/)
      .waitFor();
    expect(await page.locator("#live-text").textContent()).toMatch(/^Not refreshed since/);
    expect(opened.complaints.length).toBeGreaterThan(1);
    opened.complaints.length = 0;
  });

  it("asks for nothing while its tab is out of view, and at once when it is back", async () => {
    await page.clock.install();
    await openDashboard(opened, stub);
    await page.evaluate("Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })");
    await page.evaluate(LOOKS_AGAIN);
    const before = stub.asked.length;
    await page.clock.runFor(10 * REFRESH_MILLISECONDS);
    expect(stub.asked.length).toBe(before);
    stub.answer("sales", () => revenue(400));
    await page.evaluate("delete document.visibilityState");
    await page.evaluate(LOOKS_AGAIN);
    await figure("Revenue").getByText("US$400.00").waitFor();
  });

  it("shows figures that took longer than a period, and does not call the ones before live", async () => {
    await page.clock.install();
    stub.answer("sales", () => revenue(100));
    await openDashboard(opened, stub);
    stub.answer("sales", () => revenue(250));
    let questions = 0;
    page.on("request", (request) => (questions += request.url().includes("/v1/analytics/") ? 1 : 0));
    await page.clock.runFor(9_000);
    // A question may take 12 seconds, and of this view some follow from the others.
    const letFirstGo = await holdAnswers();
    await page.evaluate(LOOKS_AGAIN);
    await expect.poll(() => questions).toBeGreaterThan(0);
    await page.clock.runFor(11_000);
    const first = questions;
    const letRestGo = await holdAnswers();
    letFirstGo();
    await expect.poll(() => questions).toBeGreaterThan(first);
    const all = questions;
    await page.clock.runFor(6_000);
    expect(questions).toBe(all);
    expect(await page.locator("#live-text").textContent()).toMatch(/^Live/);
    await page.clock.runFor(5_000);
    expect(await page.locator("#live-text").textContent()).toMatch(/^Not refreshed since \d\d:\d\d:\d\d$/);
    expect(await page.locator("#live").getAttribute("class")).toBe("stale");
    letRestGo();
    await figure("Revenue").getByText("US$250.00").waitFor();
    await expect.poll(() => page.locator("#live-text").textContent()).toMatch(/^Live/);
  });

  it("asks for another range at once, whatever it still waits for", async () => {
    await openDashboard(opened, stub);
    await holdAnswers();
    const asked = page.waitForRequest("**/v1/analytics/**");
    await page.evaluate(LOOKS_AGAIN);
    await asked;
    await page.route("**/v1/analytics/**", (route) => route.continue());
    await page.getByText("7 days", { exact: true }).click();
    await page
      .getByText(/on the 7 days before$/)
      .first()
      .waitFor({ timeout: 8_000 });
  });

  it("does not show the figures of one range as those of another, be the answer slow or none", async () => {
    stub.answer("sales", () => revenue(100));
    await openDashboard(opened, stub);
    await page.locator("#live-text", { hasText: "Live" }).waitFor();
    const letGo = await holdAnswers();
    await page.getByText("90 days", { exact: true }).click();
    await page.locator("#live-text", { hasText: "Asking for other figures" }).waitFor();
    expect(await page.locator("#panels").getAttribute("aria-busy")).toBe("true");
    expect(await page.locator("#panels").getAttribute("class")).toBe("before");
    letGo();
    await page.locator("#live-text", { hasText: "Live" }).waitFor();
    await page.locator("#panels:not(.before)").waitFor();

    stub.refuse({ status: 503, message: "The database does not answer." });
    await page.getByText("7 days", { exact: true }).click();
    await page.getByText("The database does not answer. Trying again every 15 seconds.").waitFor();
    expect(await page.locator(".tile").count()).toBe(0);
    expect(await page.locator("#live-text").textContent()).toBe("No figures yet");
    stub.refuse(null);
    await page.evaluate(LOOKS_AGAIN);
    await figure("Revenue").waitFor();
    expect(await page.locator("#trouble").textContent()).toBe("");
    // Nor those of one time zone as another's.
    await holdAnswers();
    await page.getByLabel("Time zone").selectOption("utc");
    await page.locator("#panels.before").waitFor();
  });

  it("takes nobody to a curve that comes long after it was chosen", async () => {
    await openDashboard(opened, stub, "#spikes");
    stub.refuse({ status: 503, message: "Away for a moment." });
    const link = page.getByRole("link", { name: /Lindqvist Estate/ });
    await link.click();
    await page.getByText(/^Away for a moment\./).waitFor();
    stub.refuse(null);
    await page.evaluate(LOOKS_AGAIN);
    await page.locator(".picture[aria-label*='Lindqvist Estate']").waitFor();
    expect(await link.evaluate((one) => one.matches(":focus"))).toBe(true);
  });

  it("says of the day when its figures came from another one", async () => {
    await page.clock.install();
    await openDashboard(opened, stub);
    stub.refuse({ status: 503, message: "Away." });
    await page.clock.fastForward(30 * 3_600_000);
    await page.evaluate(LOOKS_AGAIN);
    await page.getByText(/These figures are of \d+ \w+, \d\d:\d\d\./).waitFor();
    expect(await page.locator("#live-text").textContent()).toMatch(/^Not refreshed since \d+ \w+, \d\d:\d\d$/);
  });

  it("says nothing of a view whose figures are still asked for when the charts of the one before come", async () => {
    const letLibraryGo = await holdAnswers("**/vendor/uplot/uPlot.esm.js*");
    await page.goto(`${stub.url}/dashboard/`);
    await page.getByLabel("Secret key").fill(STUB_KEY);
    await page.keyboard.press("Enter");
    await figure("Revenue").waitFor();
    await holdAnswers();
    await page.getByRole("link", { name: "Pipelines" }).click();
    await page.getByText("Asking for the figures").waitFor();
    const loaded = page.waitForResponse(/uPlot\.esm\.js/);
    letLibraryGo();
    await (await loaded).finished();
    await page.evaluate("import('/vendor/uplot/uPlot.esm.js')");
    expect(await page.locator("#live-text").textContent()).toBe("");
    expect(await page.locator("#panels").getAttribute("aria-busy")).toBe("true");
  });

  it("says that charts are late when what draws them does not come, and goes on", async () => {
    await page.clock.install();
    await holdAnswers("**/vendor/uplot/uPlot.esm.js*");
    await page.goto(`${stub.url}/dashboard/`);
    await page.getByLabel("Secret key").fill(STUB_KEY);
    await page.keyboard.press("Enter");
    await figure("Revenue").waitFor();
    await page.clock.runFor(10_000);
    await page.getByText(/^Something is missing\. Charts are still loading/).waitFor();
    stub.answer("sales", () => revenue(250));
    await page.clock.runFor(REFRESH_MILLISECONDS);
    await figure("Revenue").getByText("US$250.00").waitFor();
  });

  it("keeps no chart that left the page", async () => {
    await openDashboard(opened, stub);
    const shown = await page.locator(".picture canvas").count();
    for (let round = 0; round < 4; round += 1) {
      for (const view of ["Pipelines", "Sales"]) {
        await page.getByRole("link", { name: view, exact: true }).click();
        await page.locator("h1", { hasText: view }).waitFor();
        await settled(page);
      }
    }
    // What left last may still be in the browser's hands.
    expect(await canvasesKept()).toBeLessThanOrEqual(2 * shown);
  });

  it("keeps the focus where it is when what stood before it goes", async () => {
    stub.answer("sales", (params) => {
      const answer = fullAnswers(NOW)["sales"]?.(params) as { data: object[] };
      if (params.has("group_by")) return answer;
      return { ...answer, data: [...answer.data, { ...answer.data[0], currency: "SEK" }] };
    });
    await openDashboard(opened, stub);
    await page.locator("#panel-other-currencies").waitFor();
    await page.getByRole("link", { name: "Top movers as CSV" }).focus();
    stub.answer("sales", (params) => fullAnswers(NOW)["sales"]?.(params) ?? {});
    await page.evaluate(LOOKS_AGAIN);
    await page.locator("#panel-other-currencies").waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Top movers as CSV");
  });

  it("shows what an item is called as text, whatever is in it", async () => {
    stub.answer("movers", (params) => {
      const answer = fullAnswers(NOW)["movers"]?.(params) as { data: object[] };
      return { ...answer, data: [{ ...answer.data[0], name: "<img src=x onerror=alert(1)>" }] };
    });
    await openDashboard(opened, stub);
    expect(await page.getByText("<img src=x onerror=alert(1)>").count()).toBe(1);
  });

  it("hands each chart and table over as CSV, with the same question or from what it shows", async () => {
    await openDashboard(opened, stub, "#sales?range=7d");
    const [fromApi] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Revenue by product line as CSV" }).click(),
    ]);
    expect(fromApi.suggestedFilename()).toBe("revenue-by-product-line.csv");
    expect(await readFile(await fromApi.path(), "utf8")).toMatch(/^time,grain,line,currency/);
    expect(fromApi.url()).toContain("period=7d&interval=day&limit=5000&group_by=line&top=6&format=csv");
    await page.getByRole("link", { name: "Pipelines" }).click();
    await settled(page);
    const [fromPage] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Quarantine as CSV" }).click(),
    ]);
    expect(await readFile(await fromPage.path(), "utf8")).toMatch(
      /^UTC day,From,Reason,Records\r\n[\d-]+,events,too_old,17\r\n/,
    );
    const panels = await page.locator(".panel").count();
    expect(await page.locator(".panel > header > .csv").count()).toBe(panels);
  });

  it("can be used by keyboard alone", async () => {
    await openDashboard(opened, stub);
    await page.reload();
    await settled(page);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).toBe("skip");
    for (const name of ["Sales", "Demand spikes"]) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe(name);
    }
    await page.keyboard.press("Enter");
    await page.locator("h1", { hasText: "Demand spikes" }).waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("title");
    await page.goto(`${stub.url}/dashboard/#sales`);
    await page.getByRole("radio", { name: "24 h", exact: true }).focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(/range=7d/);
  });
});
