import { readFile } from "node:fs/promises";

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { startBrowser } from "./browser.ts";
import { type Answers, emptyAnswers, fullAnswers } from "./full-answers.ts";
import { openDashboard, openPage, type OpenedPage, settled } from "./opened-dashboard.ts";
import { startStubAnalytics, STUB_KEY, type StubAnalytics } from "./stub-analytics.ts";

const NOW = (): number => Date.now();
const LOOKS_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))";
const REFRESH_MILLISECONDS = 15_000;

let browser: Browser;
let stub: StubAnalytics;
let opened: OpenedPage;
let page: Page;

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

async function use(answers: Answers): Promise<void> {
  stub = await startStubAnalytics(answers);
  opened = await openPage(browser);
  page = opened.page;
}

async function useEmpty(): Promise<void> {
  await opened.context.close();
  await stub.close();
  await use(emptyAnswers(NOW));
}

/** The text of a tile's figure. */
function figure(name: string) {
  return page.locator(".tile", { has: page.getByText(name, { exact: true }) }).locator(".figure");
}

/** A total of revenue, as an answer of the report. */
function revenue(amount: number): object {
  const answer = fullAnswers(NOW)["sales"]?.(new URLSearchParams("interval=total")) as { data: object[] };
  const row = { ...answer.data[0], time: new Date(NOW() - 1_000).toISOString(), grain: "hour", revenue: amount };
  return { ...answer, interval: "hour", data: [row] };
}

describe("signing in", () => {
  it("shows the form alone and asks for no figures before", async () => {
    await page.goto(`${stub.url}/dashboard/`);
    await page.getByLabel("Secret key").waitFor();
    expect(await page.locator("#dashboard").isVisible()).toBe(false);
    expect(await page.locator("nav").isVisible()).toBe(false);
    expect(stub.asked).toEqual(["GET /v1/dashboard/session"]);
  });

  it("says why a key was refused, and opens with the right one", async () => {
    await page.goto(`${stub.url}/dashboard/`);
    await page.getByLabel("Secret key").fill("sk_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("This key is not known here.").waitFor();
    await page.getByLabel("Secret key").fill(STUB_KEY);
    await page.keyboard.press("Enter");
    await settled(page);
    expect(await page.locator("h1:visible").textContent()).toBe("Sales");
    expect(await page.locator("#shop").textContent()).toBe("Scale model shop");
    expect(await page.getByLabel("Secret key").inputValue()).toBe("");
  });

  it("stays signed in over a reload, and signs out", async () => {
    await openDashboard(opened, stub);
    await page.reload();
    await settled(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("alert").getByText("You have signed out.").waitFor();
    expect(await page.locator("#panels").textContent()).toBe("");
    const before = stub.asked.length;
    await page.evaluate(LOOKS_AGAIN);
    await page.reload();
    await page.getByLabel("Secret key").waitFor();
    expect(stub.asked.slice(before)).toEqual(["GET /v1/dashboard/session"]);
  });

  it("asks to sign in again when the session has ended", async () => {
    await openDashboard(opened, stub);
    stub.refuse({ status: 401, message: "Send a key." });
    await page.evaluate(LOOKS_AGAIN);
    await page.getByRole("alert").getByText("Your session has ended. Sign in again.").waitFor();
    expect(await page.locator("#panels").textContent()).toBe("");
    expect(await page.evaluate("document.activeElement.id")).toBe("key");
  });

  it("tells a session of Cloudflare Access that has ended from an outage, and how to sign in", async () => {
    await page.route("**/v1/dashboard/session", async (route) => {
      if (route.request().method() !== "GET") return route.fallback();
      const response = await route.fetch();
      return route.fulfill({ response, json: { ...((await response.json()) as object), via: "access" } });
    });
    await openDashboard(opened, stub);
    // As Access answers whoever has no session: with a redirect to another origin, but for what says it is a script.
    await page.route("**/v1/analytics/**", (route) =>
      route.request().headers()["x-requested-with"] === "XMLHttpRequest"
        ? route.fulfill({ status: 401, contentType: "text/html", body: "<p>Unauthorized</p>" })
        : route.fulfill({
            status: 302,
            headers: { location: "https://team.cloudflareaccess.com/cdn-cgi/access/login" },
          }),
    );
    await page.evaluate(LOOKS_AGAIN);
    await page.getByRole("alert").getByText("Your session has ended. Load this page again to sign in.").waitFor();
  });
});

describe("the view of sales", () => {
  it("shows totals against the range before, the curve, lines, movers and stock", async () => {
    await openDashboard(opened, stub);
    expect(await figure("Revenue").textContent()).toMatch(/^US\$\d/);
    expect(await page.locator(".tile .note").first().textContent()).toMatch(/on the 24 hours before$/);
    expect(await page.locator(".picture canvas").count()).toBe(3);
    expect(await page.locator(".legend .name").allTextContents()).toContain("Classic Cars");
    expect(await page.getByRole("region", { name: "Items by change of revenue" }).getByRole("row").count()).toBe(11);
    expect(await page.getByText("! 1.9 days").count()).toBe(1);
  });

  it("says of figures how old they are, in which zone and currency", async () => {
    await openDashboard(opened, stub);
    const note = await page.locator(".panel .age").first().textContent();
    expect(note).toMatch(/^Up to \d\d:\d\d:\d\d \(9 secs old\), the shop’s orders up to .* · Europe\/Amsterdam · USD$/);
  });

  it("asks for the chosen range and split, and keeps both in the address", async () => {
    await openDashboard(opened, stub);
    await page.getByText("7 days", { exact: true }).click();
    await page.getByText("Country", { exact: true }).click();
    await page.getByRole("heading", { name: "Revenue by country" }).waitFor();
    expect(new URL(page.url()).hash).toBe("#sales?range=7d&split=country");
    expect(stub.asked.some((call) => /sales\?.*period=7d.*group_by=country&top=6/.test(call))).toBe(true);
    expect(await page.getByRole("row", { name: /^United States/ }).count()).toBe(1);
  });

  it("keeps money of other currencies apart", async () => {
    await openDashboard(opened, stub, "#sales?range=7d");
    const other = page.getByRole("region", { name: "Revenue by currency" });
    expect(await other.getByRole("row").last().textContent()).toContain("CHF");
    expect(await figure("Revenue").textContent()).not.toContain("CHF");
  });

  it("counts an order of which only the day is known in the total, and in no hour", async () => {
    stub.answer("sales", (params) => {
      const answer = revenue(40) as { data: object[] };
      if (params.get("interval") === "total") return answer;
      const foreign = { ...answer.data[0], currency: "CHF", revenue: 7 };
      return { ...answer, data: [...answer.data, { ...answer.data[0], grain: "day", revenue: 60 }, foreign] };
    });
    await openDashboard(opened, stub);
    expect(await figure("Revenue").textContent()).toBe("US$100.00");
    expect(await page.getByText("US$60.00 came from orders of which only the day is known").count()).toBe(1);
  });

  it("tells times in the chosen zone, and remembers it", async () => {
    await openDashboard(opened, stub);
    await page.getByLabel("Time zone").selectOption("utc");
    await page
      .getByText(/· UTC · USD$/)
      .first()
      .waitFor();
    expect(stub.asked.at(-1)).toContain("timezone=UTC");
    await page.reload();
    await settled(page);
    expect(await page.getByLabel("Time zone").inputValue()).toBe("utc");
  });

  it("says of every figure how old it is, and of money in which currency", async () => {
    await openDashboard(opened, stub);
    const everyPanelSaysItsAge = async (): Promise<void> => {
      const panels = await page.locator(".panel, .headline").count();
      expect(await page.locator(".panel > .age, .headline > .age").count()).toBe(panels);
    };
    await everyPanelSaysItsAge();
    for (const title of ["Top movers", "Running out"]) {
      const panel = page.locator(".panel", { has: page.getByRole("heading", { name: title }) });
      expect(await panel.locator(".age").textContent()).toMatch(/ · Europe\/Amsterdam · USD$/);
    }
    for (const view of ["#spikes", "#recommendations", "#pipelines"]) {
      await page.goto(`${stub.url}/dashboard/${view}`);
      await settled(page);
      expect(await page.locator(".headline > .age").textContent()).toMatch(/^Up to .* old\).* · Europe\/Amsterdam/);
      await everyPanelSaysItsAge();
    }
  });

  it("shows who is new, who comes back and who buys again, by UTC's weeks", async () => {
    await openDashboard(opened, stub);
    const rows = page.getByRole("region", { name: "Shoppers and buyers by week" }).getByRole("row");
    expect(await rows.count()).toBe(14);
    expect(await rows.nth(2).textContent()).toMatch(/^Mon,? \d+ \w+[\d,.]+%$/);
    expect(await page.locator(".picture[aria-label^='New and returning shoppers']").count()).toBe(1);
    const link = page.getByRole("link", { name: "Shoppers by week as CSV" });
    expect(await link.getAttribute("href")).toMatch(/^\/v1\/analytics\/shoppers\?.*format=csv$/);
    await useEmpty();
    await openDashboard(opened, stub);
    expect(await page.getByText("No shopper was seen yet.").count()).toBe(1);
  });

  it("has as many days as were asked for where they begin at half an hour", async () => {
    stub.answer("sales", () => {
      // Kolkata's 15 to 21 November; its days begin at 18:30 UTC, and their counters with the hour before.
      const days = Array.from({ length: 7 }, (_, place) => Date.parse("2026-11-14T18:30:00Z") + place * 86_400_000);
      const row = { grain: "day", currency: "USD", orders: 1, order_items: 1, units: 1, revenue: 10 };
      const data = days.map((time) => ({ ...row, time: new Date(time).toISOString() }));
      const range = { from: "2026-11-14T18:00:00.000Z", to: "2026-11-21T10:31:00.000Z", timezone: "Asia/Kolkata" };
      return { ...revenue(0), ...range, interval: "day", data };
    });
    await opened.context.close();
    opened = await openPage(browser, { timezoneId: "Asia/Kolkata" });
    page = opened.page;
    await page.addInitScript("localStorage.setItem('endcap.dashboard.zone', 'browser')");
    await openDashboard(opened, stub, "#sales?range=7d");
    const rows = page.locator(".panel", { has: page.locator("#panel-revenue") }).locator("tbody tr");
    expect(await rows.locator("th").allTextContents()).toEqual(
      [15, 16, 17, 18, 19, 20, 21].map((day) => expect.stringContaining(`${day} Nov`)),
    );
    expect(await rows.first().textContent()).toContain("US$10.00");
  });

  it.each([
    ["EURO", 7, "7.00 EURO"],
    ["JPY", 700, "JP¥700"],
    ["KWD", 7.5, "KWD\u00a07.500"],
    ["CHF", 7_000.6, "CHF\u00a07,001"],
  ])("writes money of %s as it is written, and of what is no currency's code beside it", async (code, amount, text) => {
    stub.answer("sales", () => {
      const answer = revenue(40) as { data: object[] };
      return { ...answer, data: [...answer.data, { ...answer.data[0], currency: code, revenue: amount }] };
    });
    await openDashboard(opened, stub);
    const rows = page.getByRole("region", { name: "Revenue by currency" }).getByRole("row");
    expect(await rows.filter({ hasText: code }).first().getByRole("cell").last().textContent()).toBe(text);
  });

  it("says of an answer that goes on that it shows the first rows only", async () => {
    stub.answer("sales", (params) => ({ ...fullAnswers(NOW)["sales"]?.(params), next_cursor: "more" }));
    stub.answer("spikes", (params) => ({ ...fullAnswers(NOW)["spikes"]?.(params), next_cursor: "26" }));
    await openDashboard(opened, stub);
    expect(await page.locator(".panel .age").first().textContent()).toMatch(/ · the first \d+ rows of more$/);
    await page.goto(`${stub.url}/dashboard/#spikes`);
    await settled(page);
    expect(await page.locator(".headline .age").textContent()).toMatch(/ · the first 4 rows of more$/);
    expect(await figure("Going on").textContent()).toBe("2+");
  });

  it("labels no axis with a number that was rounded to another", async () => {
    await page.addInitScript(`{
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
        (window.labels ??= []).push(text);
        return fillText.call(this, text, ...where);
      };
    }`);
    stub.answer("sales", () => revenue(0));
    await openDashboard(opened, stub);
    const labels = async () =>
      (await page.evaluate<string[]>("window.labels ?? []")).filter((one) => one.startsWith("US$"));
    await expect.poll(async () => new Set(await labels())).toEqual(new Set(["US$0", "US$1"]));
  });

  it("draws no percentage from a range before in which more came back than was sold", async () => {
    stub.answer("sales", (params) => {
      const answer = fullAnswers(NOW)["sales"]?.(params) as { data: object[] };
      if (params.get("interval") !== "total") return answer;
      const isBefore = Date.parse(params.get("to") ?? "") < NOW() - 20 * 3_600_000;
      return { ...answer, data: [{ ...answer.data[0], revenue: isBefore ? -50 : 100 }] };
    });
    await openDashboard(opened, stub);
    const note = page.locator(".tile .note").first();
    expect(await note.textContent()).toBe("less than nothing in the 24 hours before");
    expect(await note.getAttribute("class")).toBe("note");
  });

  it("says what to do while nothing has sold", async () => {
    await useEmpty();
    await openDashboard(opened, stub);
    expect(await page.getByText("Nothing sold in the last 24 hours.").count()).toBe(1);
    expect(await page.getByText("run a sync: npm run endcap -- sync run").count()).toBe(1);
    expect(await page.locator(".picture").count()).toBe(0);
  });
});

describe("the view of demand spikes", () => {
  it("says what is unusual since when and how much, and draws the newest", async () => {
    await openDashboard(opened, stub, "#spikes");
    const first = page.locator(".spike").first();
    expect(await first.textContent()).toMatch(/^9\.6×1897 Resolute Clipper.*214 instead of 22\.4 in an hour, since/);
    expect(await page.locator(".picture").getAttribute("aria-label")).toContain("1897 Resolute Clipper");
    expect(stub.asked.at(-1)).toBe("GET /v1/analytics/spikes/31/series?hours=72");
  });

  it("draws another one by its link", async () => {
    await openDashboard(opened, stub, "#spikes");
    await page.getByRole("link", { name: /Northgate/ }).click();
    await page.locator(".picture[aria-label*='Northgate']").waitFor();
    expect(new URL(page.url()).hash).toBe("#spikes?spike=30");
    await page.getByRole("link", { name: /Lindqvist Estate/ }).click();
    await page.locator(".picture[aria-label*='Lindqvist Estate']").waitFor();
  });

  it("is calm when nothing is unusual", async () => {
    await useEmpty();
    await openDashboard(opened, stub, "#spikes");
    expect(await page.getByText("Nothing unusual at present.").count()).toBe(1);
    expect(stub.asked.at(-1)).toBe("GET /v1/analytics/spikes?period=365d&limit=50");
  });
});

describe("the view of recommendations", () => {
  it("shows the way from answer to order, shares with their intervals, and models side by side", async () => {
    await openDashboard(opened, stub, "#recommendations");
    expect(await page.locator(".funnel .step").allTextContents()).toEqual([
      "Answered",
      "Shown",
      "Clicked",
      "Put into a cart",
      "Bought",
    ]);
    const row = page.getByRole("row", { name: /^product\s*similar/ });
    expect(await row.textContent()).toMatch(/7\.20%6\.\d+% – 7\.\d+%/);
    expect(await page.getByText(/% of all revenue$/).count()).toBe(1);
    expect(await page.getByRole("row", { name: /^m-2026-11-16\s*active since/ }).count()).toBe(1);
    expect(await page.getByRole("heading", { name: "Shadow m-2026-11-20" }).count()).toBe(1);
  });

  it("says what to send while there are none", async () => {
    await useEmpty();
    await openDashboard(opened, stub, "#recommendations");
    expect(await page.getByText("No recommendation was asked for in the last 24 hours.").count()).toBe(1);
    expect(await page.getByText("No model yet.").count()).toBe(1);
  });
});

describe("the view of pipelines", () => {
  it("shows flows against objectives, runs, refusals with reasons, queues, exports and notices", async () => {
    await openDashboard(opened, stub, "#pipelines");
    expect(await figure("Flows on time").textContent()).toBe("6 of 7");
    expect(await page.getByRole("row", { name: /^Events\s*into the lake\s*late/ }).count()).toBe(1);
    for (const text of ["too old", "The replica closed the connection while it was read.", "session late"]) {
      expect(await page.getByText(text).count()).toBe(1);
    }
    expect(await page.getByText("products.productMaterial is new").count()).toBe(1);
    expect(await page.getByText("events-dead").count()).toBe(1);
    expect(await page.getByText("source unreachable").count()).toBe(1);
    // A week's two ends are of the same hour: each has its date.
    const week = page.locator(".panel", { has: page.locator("#panel-quarantine") }).locator(".age");
    expect(await week.textContent()).toMatch(/^\d+ \w+, \d\d:\d\d to \d+ \w+, \d\d:\d\d · Europe\/Amsterdam$/);
  });

  it("shows commands and names of a sentence as such", async () => {
    const message = "Look at `endcap exports list`; <b>then</b> wait.";
    stub.answer("freshness", (params) => {
      const answer = fullAnswers(NOW)["freshness"]?.(params) as { flows: object[] };
      return { ...answer, flows: answer.flows.map((flow) => ({ ...flow, message })) };
    });
    await openDashboard(opened, stub, "#pipelines");
    const first = page.locator(".prose").first();
    expect(await first.locator("code").allTextContents()).toEqual(["endcap exports list"]);
    expect(await first.textContent()).toBe("Look at endcap exports list; <b>then</b> wait.");
  });

  it("says of each list that it is empty", async () => {
    await useEmpty();
    await openDashboard(opened, stub, "#pipelines");
    for (const text of ["Nothing to do.", "No run yet.", "No export yet.", "Every row is in use."]) {
      expect(await page.getByText(text).count()).toBe(1);
    }
  });
});

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
