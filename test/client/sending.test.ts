import type { Browser, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startBrowser } from "../browser/browser.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop } from "../support/shop.ts";
import { startCountingServer } from "./counting-server.ts";
import {
  addressOf,
  AGREED,
  knownInteractions,
  newVisitor,
  openPage,
  pageWith,
  run,
  type SentBody,
  sentEvents,
  type Shop,
  startShop,
  type Visitor,
  soon,
} from "./shop.ts";

const VIEW = 'endcap.track("view_item", { items: [{ item_id: "item-20" }] })';
const KEPT = 'JSON.parse(localStorage.getItem("endcap.events") ?? "[]").length';

let runtime: TestRuntime;
let browser: Browser;
let shop: Shop;
let endcap: string;
beforeAll(async () => {
  [runtime, browser, shop] = await Promise.all([startRuntime(), startBrowser(), startShop()]);
  await openTestShop(runtime);
  endcap = await addressOf(runtime);
  shop.serve("/away", "<!doctype html><title>Elsewhere</title>");
});
afterAll(async () => {
  await browser.close();
  await runtime.close();
  await shop.close();
});

async function visit(begin = AGREED, options = "", prepare?: (visitor: Visitor) => Promise<unknown>): Promise<Visitor> {
  const visitor = await newVisitor(browser);
  await prepare?.(visitor);
  await visitor.page.goto(shop.serve("/", pageWith(endcap, { begin, options })));
  await soon(() => run(visitor, "window.endcap?.ready")).toBe(true);
  return visitor;
}

async function known(visitor: Visitor): Promise<number> {
  const cookies = await visitor.context.cookies(shop.url);
  const id = cookies.find(({ name }) => name === "endcap")?.value.split(".")[1] ?? "";
  return knownInteractions(runtime, `client_id=${id}`);
}

function answerEvents(visitor: Visitor, answer: (route: Route) => Promise<unknown>): Promise<unknown> {
  return visitor.page.route("**/v1/events", answer);
}

describe("events of a page", () => {
  it("go out together, twenty at a time", async () => {
    const visitor = await visit();
    await run(visitor, `for (let n = 0; n < 45; n++) ${VIEW}`);
    await soon(() => visitor.sent.map(({ events }) => events.length)).toEqual([20, 20, 5]);
    await eventually(async () => (await known(visitor)) === 45);
    expect(await run(visitor, KEPT)).toBe(0);
    await visitor.context.close();
  });

  it("go out together as far as a browser may send them from a page that ends, which it counts in bytes", async () => {
    const visitor = await visit();
    const words = '"€".repeat(4_000)';
    await run(visitor, `for (let n = 0; n < 4; n++) endcap.track("search", { search_term: ${words} })`);
    await soon(() => visitor.sent.map(({ events }) => events.length)).toEqual([2, 2]);
    await visitor.context.close();
  });

  it.each([-100, 1])("count where the browser's clock is wrong by %i hours", async (hours) => {
    const clock = `Date = class extends Date {
      static now() { return super.now() + ${hours} * 3_600_000; }
      constructor(...given) { super(...(given.length > 0 ? given : [Date.now()])); }
    }`;
    const visitor = await visit(AGREED, "", ({ page }) => page.addInitScript(clock));
    await run(visitor, VIEW);
    await eventually(async () => (await known(visitor)) === 1);
    expect(visitor.warnings).toEqual([]);
    await visitor.context.close();
  });

  it("go without a preflight, as text", async () => {
    const server = await startCountingServer();
    const visitor = await visit(`${AGREED} ${VIEW}`, `url: "${server.url}",`);
    await soon(() => server.received).toEqual(["POST text/plain;charset=UTF-8"]);
    await visitor.context.close();
    await server.close();
  });

  it("go out when the page ends, before they would have", async () => {
    const visitor = await visit();
    await run(visitor, `${VIEW}; location.href = "/away"`);
    await visitor.page.waitForURL("**/away");
    await eventually(async () => (await known(visitor)) === 1);
    await visitor.context.close();
  });

  it("go out by beacon where fetch cannot outlive the page", async () => {
    const server = await startCountingServer();
    // A request that ends with its page is not heard of any more.
    const trouble = "delete Request.prototype.keepalive; window.fetch = () => new Promise(() => undefined);";
    const visitor = await visit(AGREED, `url: "${server.url}",`, ({ page }) => page.addInitScript(trouble));
    await run(visitor, `Object.defineProperty(document, "hidden", { value: true }); ${VIEW}`);
    await run(visitor, `document.dispatchEvent(new Event("visibilitychange"))`);
    await soon(() => server.bodies.length).toBe(1);
    expect(server.received).toEqual(["POST text/plain;charset=UTF-8"]);
    // What became of a beacon nobody hears: the next page sends the same again.
    const later = await openPage(visitor.context);
    await visitor.page.close();
    await later.page.goto(`${shop.url}/`);
    await soon(() => server.bodies.length).toBe(2);
    const ids = server.bodies.map((body) => (JSON.parse(body) as SentBody).events.map(({ event_id }) => event_id));
    expect(ids[1]).toEqual(ids[0]);
    await visitor.context.close();
    await server.close();
  });

  it("count once, though a page that ended sends them again from the next one", async () => {
    const visitor = await visit();
    await answerEvents(visitor, async (route) => {
      // It arrives, but the page that sent it does not hear of it.
      await route.fetch().catch(() => undefined);
      await route.abort().catch(() => undefined);
    });
    await run(visitor, VIEW);
    await eventually(async () => (await known(visitor)) === 1);
    await soon(() => run(visitor, KEPT)).toBe(1);
    await visitor.page.unroute("**/v1/events");
    await visitor.page.reload();
    await soon(() => run(visitor, KEPT)).toBe(0);
    expect(new Set(sentEvents(visitor).map(({ event_id }) => event_id)).size).toBe(1);
    expect(await known(visitor)).toBe(1);
    await visitor.context.close();
  });
});

describe("a browser that is offline", () => {
  it("keeps events and sends each once when it is back", async () => {
    const visitor = await visit();
    await visitor.context.setOffline(true);
    const ids = await run<string[]>(visitor, `Array.from({ length: 25 }, () => ${VIEW})`);
    await soon(() => run(visitor, KEPT)).toBe(25);
    const answered: number[] = [];
    visitor.page.on("response", async (response) => {
      if (response.url().includes("/v1/events"))
        answered.push(((await response.json()) as { accepted: number }).accepted);
    });
    await visitor.context.setOffline(false);
    await eventually(async () => (await known(visitor)) === 25);
    await soon(() => run(visitor, KEPT)).toBe(0);
    await soon(() => answered).toEqual([20, 5]);
    expect(new Set(sentEvents(visitor).map(({ event_id }) => event_id))).toEqual(new Set(ids));
    await visitor.context.close();
  });

  it("sends what one page kept from the next one, and at most the newest 200 of it", async () => {
    const visitor = await visit();
    await visitor.context.setOffline(true);
    const ids = await run<string[]>(visitor, `Array.from({ length: 230 }, () => ${VIEW})`);
    await soon(() => run(visitor, KEPT)).toBe(200);
    await visitor.page.close();
    await visitor.context.setOffline(false);
    const later = await openPage(visitor.context);
    await later.page.goto(`${shop.url}/`);
    await soon(() => sentEvents(later).map(({ event_id }) => event_id)).toEqual(ids.slice(-200));
    await soon(() => run(later, KEPT)).toBe(0);
    await visitor.context.close();
  });

  it("sends from one of its tabs at a time, and has it counted once", async () => {
    const visitor = await visit();
    const other = await openPage(visitor.context);
    await other.page.goto(`${shop.url}/`);
    await visitor.context.setOffline(true);
    await run(visitor, `for (let n = 0; n < 30; n++) ${VIEW}`);
    await soon(() => run(visitor, KEPT)).toBe(30);
    const arrived: string[] = [];
    visitor.context.on("requestfinished", (request) => arrived.push(request.postData() ?? ""));
    await visitor.context.setOffline(false);
    await soon(() => run(visitor, KEPT)).toBe(0);
    const events = arrived.flatMap((body) => (JSON.parse(body) as SentBody).events);
    // A tab may hear a moment late what another has sent; had nobody taken turns, it would be all of it twice.
    expect(events.length).toBeLessThan(60);
    expect(await known(visitor)).toBe(30);
    await visitor.context.close();
  });
});

describe("an Endcap in trouble", () => {
  it.each([
    [503, 3],
    [429, 2],
    [408, 2],
    ["network", 2],
  ] as const)("is asked again after %s", async (trouble, attempts) => {
    const visitor = await visit(AGREED, "", (opened) =>
      answerEvents(opened, (route) =>
        trouble === "network" ? route.abort() : route.fulfill({ status: trouble, body: "" }),
      ),
    );
    const id = await run(visitor, VIEW);
    await soon(() => visitor.sent.length).toBe(attempts);
    await visitor.page.unroute("**/v1/events");
    await eventually(async () => (await known(visitor)) === 1);
    expect(new Set(sentEvents(visitor).map(({ event_id }) => event_id))).toEqual(new Set([id]));
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it("is asked again though the clock was set back meanwhile", async () => {
    const visitor = await visit(AGREED, "", (opened) =>
      answerEvents(opened, (route) => route.fulfill({ status: 503, body: "" })),
    );
    await run(visitor, VIEW);
    await soon(() => visitor.sent.length).toBe(1);
    await run(visitor, "{ const { now } = Date; Date.now = () => now() - 3_600_000; }");
    await soon(() => visitor.sent.length).toBe(2);
    await visitor.context.close();
  });

  it.each([400, 401, 413])("is not asked again after %i; the console is told once", async (status) => {
    const visitor = await visit(AGREED, "", (opened) =>
      answerEvents(opened, (route) =>
        route.fulfill({
          status,
          headers: { "access-control-allow-origin": "*" },
          json: { error: { message: "Because." } },
        }),
      ),
    );
    for (let n = 0; n < 2; n++) {
      await run(visitor, VIEW);
      await soon(() => visitor.sent.length).toBe(n + 1);
    }
    await soon(() => run(visitor, KEPT)).toBe(0);
    await visitor.page.waitForTimeout(1_500);
    expect(visitor.sent).toHaveLength(2);
    expect(visitor.warnings).toEqual(["endcap: events were refused: Because."]);
    await visitor.context.close();
  });

  it("is not believed when some network's own page answers", async () => {
    const visitor = await visit(AGREED, "", (opened) =>
      answerEvents(opened, (route) =>
        route.fulfill({ status: 200, headers: { "access-control-allow-origin": "*" }, body: "<h1>Hotel Wi-Fi</h1>" }),
      ),
    );
    await run(visitor, VIEW);
    await soon(() => visitor.sent.length).toBeGreaterThan(1);
    expect(await run(visitor, KEPT)).toBe(1);
    await visitor.context.close();
  });

  it("keeps no page waiting: what hangs is given up", async () => {
    const visitor = await visit(AGREED, "timeout: 300,");
    await visitor.page.route("**/v1/**", () => undefined);
    const started = Date.now();
    const answer = await run(visitor, 'endcap.recommend({ placement: "home" })').catch(String);
    expect(answer).toBeNull();
    expect(Date.now() - started).toBeLessThan(3_000);
    await visitor.context.close();
  });
});

describe("a mistake of the page", () => {
  it("drops the event that Endcap refuses, with one warning, and not its neighbours", async () => {
    const visitor = await visit();
    await run(visitor, `${VIEW}; endcap.track("no_such_event"); endcap.track("no_such_event"); ${VIEW}`);
    await eventually(async () => (await known(visitor)) === 2);
    await soon(() => run(visitor, KEPT)).toBe(0);
    await soon(() => visitor.warnings).toEqual([expect.stringContaining("unknown_event")]);
    await visitor.context.close();
  });

  it("never throws into the page, and is told once", async () => {
    const visitor = await newVisitor(browser);
    const mistakes = `
      const circle = {}; circle.self = circle;
      endcap.init(); endcap.init({ key: "sk_secret" }); endcap.init({ key: "pk_1", url: "endcap.example" });
      window.answers = [];
      for (let n = 0; n < 2; n++) {
        window.answers.push(endcap.track(), endcap.track("view_item", circle), endcap.consent(), endcap.observe(null, {}), endcap.observe());
        window.answers.push(await endcap.recommend());
      }`;
    const page = pageWith(endcap, { begin: mistakes }).replace(/endcap\.init\(\{ key: "pk.*/, "");
    await visitor.page.goto(shop.serve("/mistakes", page));
    await soon(() => run(visitor, "window.answers?.length")).toBe(12);
    expect(visitor.complaints).toEqual([]);
    expect(visitor.warnings.length).toBeGreaterThanOrEqual(5);
    expect(new Set(visitor.warnings).size).toBe(visitor.warnings.length);
    expect(visitor.requests).toEqual([]);
    await visitor.context.close();
  });

  it("does not begin twice", async () => {
    const visitor = await visit(`${AGREED} endcap.init({ key: "pk_other" }); ${VIEW}`);
    await eventually(async () => (await known(visitor)) === 1);
    expect(visitor.warnings.join()).toContain("twice");
    await visitor.context.close();
  });
});

describe("a page that may keep nothing", () => {
  it.each([
    [
      "localStorage throws",
      `Object.defineProperty(window, "localStorage", { get() { throw new Error("forbidden"); } })`,
    ],
    ["localStorage is full", `Storage.prototype.setItem = () => { throw new Error("full"); }`],
    [
      "cookies throw",
      `Object.defineProperty(document, "cookie", { get() { throw new Error("forbidden"); }, set() { throw new Error("forbidden"); } })`,
    ],
    ["there are no locks", `Object.defineProperty(navigator, "locks", { value: undefined })`],
    ["locks throw", `navigator.locks.request = () => Promise.reject(new Error("forbidden"))`],
  ])("sends and recommends where %s", async (_trouble, script) => {
    const visitor = await visit(`${AGREED} ${VIEW}`, "", ({ page }) => page.addInitScript(script));
    await soon(() => visitor.sent.length).toBe(1);
    await visitor.context.setOffline(true);
    await run(visitor, VIEW);
    await visitor.page.waitForTimeout(700);
    await visitor.context.setOffline(false);
    const id = visitor.sent[0]?.client_id ?? "";
    await eventually(async () => (await knownInteractions(runtime, `client_id=${id}`)) === 2);
    expect(await run(visitor, 'endcap.recommend({ placement: "home" })')).toMatchObject({ placement: "home" });
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it("goes on in a sandboxed frame", async () => {
    const visitor = await newVisitor(browser);
    shop.serve("/framed", pageWith(endcap, { begin: `${AGREED} ${VIEW}` }));
    await visitor.page.goto(shop.serve("/frame", '<iframe sandbox="allow-scripts" src="/framed"></iframe>'));
    await soon(() => visitor.sent.length).toBe(1);
    const id = visitor.sent[0]?.client_id ?? "";
    await eventually(async () => (await knownInteractions(runtime, `client_id=${id}`)) === 1);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });
});
