import { describe, expect, it } from "vitest";

import { fullAnswers } from "./full-answers.ts";
import { openDashboard, settled } from "./opened-dashboard.ts";
import { STUB_KEY } from "./stub-analytics.ts";
import {
  eachOnItsOwn,
  figure,
  LOOKS_AGAIN,
  NOW,
  opened,
  page,
  revenue,
  stub,
  useBrowser,
  useEmpty,
} from "./stubbed-dashboard.ts";

eachOnItsOwn();

/** The first row that a report has. */
function rowOf(report: string, query = ""): object {
  const answer = fullAnswers(NOW)[report]?.(new URLSearchParams(query)) as { data: object[] } | undefined;
  return answer?.data[0] ?? {};
}

/** Has the page keep whatever its charts write. */
async function keepLabels(): Promise<void> {
  await page.addInitScript(`{
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
        (window.labels ??= []).push(text);
        return fillText.call(this, text, ...where);
      };
    }`);
}

/** The amounts of money that charts wrote. */
async function labels(): Promise<string[]> {
  return (await page.evaluate<string[]>("window.labels ?? []")).filter((one) => /^-?US\$/.test(one));
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
    await useBrowser({ timezoneId: "Asia/Kolkata" });
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
    await keepLabels();
    stub.answer("sales", () => revenue(0));
    await openDashboard(opened, stub);
    await expect.poll(async () => new Set(await labels())).toEqual(new Set(["US$0", "US$1"]));
  });

  it("has zero on the axis where more came back than was sold", async () => {
    await keepLabels();
    stub.answer("sales", (params) => {
      const answer = fullAnswers(NOW)["sales"]?.(params) as { data: object[] };
      return { ...answer, data: answer.data.map((row) => ({ ...row, revenue: -9_000 })) };
    });
    await openDashboard(opened, stub);
    await expect.poll(async () => new Set(await labels())).toContain("US$0");
  });

  it("fits what it says of lines on a phone, with their revenue", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await openDashboard(opened, stub, "#sales?range=7d");
    const region = page.getByRole("region", { name: "Totals by product line" });
    expect(await region.getByRole("columnheader").filter({ visible: true }).allTextContents()).toEqual([
      "Product line",
      "Per cent",
      "Revenue",
    ]);
    const box = await region.evaluate((element) => {
      const { scrollWidth, clientWidth } = element as unknown as { scrollWidth: number; clientWidth: number };
      return [scrollWidth, clientWidth];
    });
    expect(box[0]).toBe(box[1]);
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

  it("gives no share of a whole from which more was taken off than was sold of something", async () => {
    const line = (name: string, revenue: number): object => ({
      ...rowOf("sales", "interval=total"),
      time: new Date(NOW() - 1_000).toISOString(),
      grain: "hour",
      line: name,
      revenue,
    });
    stub.answer("sales", (params) => {
      const answer = fullAnswers(NOW)["sales"]?.(params) as { data: object[] };
      if (params.get("group_by") === "line") return { ...answer, data: [line("Cars", 60), line("Ships", 50)] };
      return params.get("interval") === "total" ? answer : { ...answer, data: [line("", 100)] };
    });
    await openDashboard(opened, stub);
    const rows = page.getByRole("region", { name: "Totals by product line" }).locator("tbody tr");
    expect(await rows.allTextContents()).toEqual(["Cars–US$60.00", "Ships–US$50.00", "All others–-US$10.00"]);
    expect(await rows.locator(".fill").evaluateAll((all) => all.map((one) => one.getAttribute("width")))).toEqual([
      "0%",
      "0%",
      "0%",
    ]);
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

  it("takes whoever chose one to its curve, marks it, and hands over what the table holds", async () => {
    await page.setViewportSize({ width: 1_000, height: 500 });
    await openDashboard(opened, stub, "#spikes");
    const link = page.getByRole("link", { name: /Lindqvist Estate/ });
    await link.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("panel-observed-and-expected");
    const { y = -1 } = (await page.locator("#panel-observed-and-expected").boundingBox()) ?? {};
    expect([y >= 0, y < 500]).toEqual([true, true]);
    expect(await link.getAttribute("aria-current")).toBe("true");
    const csv = page.getByRole("link", { name: "Earlier spikes as CSV" });
    expect(await csv.getAttribute("href")).toContain("open=false");
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
    expect(await page.getByRole("row", { name: /^m-2026-11-02\s*last activated .*retired/ }).count()).toBe(1);
    expect(await page.getByRole("heading", { name: "Shadow m-2026-11-20" }).count()).toBe(1);
  });

  it("takes no click on what was never reported as shown for a share of what was", async () => {
    const row = (placement: string, impressions: number, clicks: number): object => ({
      ...rowOf("recommendations"),
      placement,
      strategy: "popular",
      impressions,
      clicks,
      // As the API has it.
      ...(clicks > impressions ? { click_through: null, click_through_low: null, click_through_high: null } : {}),
    });
    const data = [row("home", 100, 10), row("cart", 2, 5), row("e-mail", 0, 7)];
    stub.answer("recommendations", (params) => {
      const answer = fullAnswers(NOW)["recommendations"]?.(params) as object;
      return params.get("group_by") === null ? { ...answer, data } : answer;
    });
    await openDashboard(opened, stub, "#recommendations");
    expect(await figure("Click-through").textContent()).toBe("10.0%");
    const tile = page.locator(".tile", { has: page.getByText("Click-through", { exact: true }) });
    expect(await tile.textContent()).toContain("12 not counted here");
    expect(await page.locator(".funnel li", { hasText: "Clicked" }).textContent()).toMatch(
      /22.*10\.0% of what was shown/,
    );
    expect(
      await page
        .getByRole("row", { name: /^cart\s*popular/ })
        .locator("td")
        .nth(3)
        .textContent(),
    ).toBe("–");
  });

  it("keeps a placement's colour when hours leave the range", async () => {
    await openDashboard(opened, stub, "#recommendations");
    const legend = page.locator(".panel", { has: page.locator("#panel-attributed-revenue") }).locator(".legend .name");
    const names = await legend.allTextContents();
    expect(names.length).toBeGreaterThan(2);
    expect(names).toEqual(names.toSorted());
    stub.answer("recommendations", (params) => {
      const answer = fullAnswers(NOW)["recommendations"]?.(params) as { data: object[] };
      return { ...answer, data: answer.data.toReversed() };
    });
    await page.reload();
    await settled(page);
    expect(await legend.allTextContents()).toEqual(names);
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
