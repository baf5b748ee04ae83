import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startBrowser } from "../browser/browser.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop } from "../support/shop.ts";
import {
  addressOf,
  AGREED,
  knownInteractions,
  newVisitor,
  openPage,
  pageWith,
  run,
  sentEvents,
  type Shop,
  startShop,
  type Visitor,
  soon,
} from "./shop.ts";

const VIEW = 'endcap.track("view_item", { items: [{ item_id: "item-20" }] })';
const SHELF = '<endcap-shelf placement="home">The shop&#39;s own</endcap-shelf>';
const STORED = `({ cookie: document.cookie, storage: { ...localStorage }, session: { ...sessionStorage } })`;

let runtime: TestRuntime;
let browser: Browser;
let shop: Shop;
let endcap: string;
beforeAll(async () => {
  [runtime, browser, shop] = await Promise.all([startRuntime(), startBrowser(), startShop()]);
  await openTestShop(runtime);
  endcap = await addressOf(runtime);
});
afterAll(async () => {
  await browser.close();
  await runtime.close();
  await shop.close();
});

async function visit(begin = "", options = ""): Promise<Visitor> {
  const visitor = await newVisitor(browser);
  await visitor.page.goto(shop.serve("/", pageWith(endcap, { begin, options, body: SHELF })));
  await run(visitor, "customElements.whenDefined('endcap-shelf').then(() => {})");
  return visitor;
}

async function clientIdOf(visitor: Visitor): Promise<string> {
  const cookies = await visitor.context.cookies(shop.url);
  return cookies.find(({ name }) => name === "endcap")?.value.split(".")[1] ?? "";
}

describe("the client before the shopper was asked", () => {
  it("stores and sends nothing, and shows popular items for nobody in particular", async () => {
    const visitor = await visit(VIEW);
    await visitor.page.locator("endcap-shelf").getByRole("list").first().waitFor();
    await visitor.page.waitForTimeout(1_500);
    expect(await run(visitor, STORED)).toEqual({ cookie: "", storage: {}, session: {} });
    expect(new Set(visitor.requests)).toEqual(new Set(["GET /v1/recommendations"]));
    expect(Object.fromEntries(visitor.asked[0] ?? [])).toEqual({
      placement: "home",
      key: "pk_test_shop",
      locale: "en",
      consent: "",
    });
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it("sends what happened meanwhile once the shopper agrees, under the id that it had", async () => {
    const visitor = await visit();
    const id = await run(visitor, VIEW);
    await run(visitor, AGREED);
    await soon(() => sentEvents(visitor).map((event) => event.event_id)).toEqual([id]);
    const clientId = await clientIdOf(visitor);
    expect(clientId).toMatch(/^[\w.~-]{22,}$/);
    expect(visitor.sent[0]?.client_id).toBe(clientId);
    await eventually(async () => (await knownInteractions(runtime, `client_id=${clientId}`)) === 1);
    await visitor.context.close();
  });

  it("needs no preflight, and no credentials", async () => {
    const visitor = await visit(`${AGREED} ${VIEW}`);
    await soon(() => visitor.sent.length).toBe(1);
    expect(new Set(visitor.requests)).toEqual(new Set(["GET /v1/recommendations", "POST /v1/events"]));
    await visitor.context.close();
  });
});

describe("the client of a shopper who refuses", () => {
  it("drops what waited, and keeps nothing, not even the refusal", async () => {
    const visitor = await visit(VIEW);
    await run(visitor, "endcap.consent({ personalization: false, analytics: false })");
    expect(await run(visitor, VIEW)).toBeNull();
    await visitor.page.waitForTimeout(1_200);
    await visitor.page.reload();
    expect(await run(visitor, STORED)).toEqual({ cookie: "", storage: {}, session: {} });
    expect(visitor.sent).toEqual([]);
    expect(visitor.asked.some((query) => query.has("client_id") || query.get("consent") !== "")).toBe(false);
    await visitor.context.close();
  });

  it("never hears of what happened meanwhile, though they agree later", async () => {
    const visitor = await visit(VIEW);
    await run(visitor, "endcap.consent({ personalization: false, analytics: false })");
    await run(visitor, VIEW);
    await run(visitor, AGREED);
    const id = await run(visitor, VIEW);
    await soon(() => sentEvents(visitor).map((event) => event.event_id)).toEqual([id]);
    await visitor.context.close();
  });

  it("removes cookie and queue when consent is taken back, and is somebody else when it is given again", async () => {
    const visitor = await visit(`${AGREED} ${VIEW}`);
    await soon(() => visitor.sent.length).toBe(1);
    await visitor.context.setOffline(true);
    await run(visitor, VIEW);
    await soon(() => run(visitor, "localStorage.length")).toBe(1);
    await run(visitor, "endcap.consent({})");
    await visitor.context.setOffline(false);
    expect(await run(visitor, STORED)).toEqual({ cookie: "", storage: {}, session: {} });
    await visitor.page.waitForTimeout(1_500);
    expect(visitor.sent.length).toBeLessThanOrEqual(2);
    const before = visitor.sent[0]?.client_id;
    await run(visitor, AGREED);
    expect(await clientIdOf(visitor)).not.toBe(before);
    await visitor.context.close();
  });

  it("makes Endcap forget the session when consent is taken back", async () => {
    const visitor = await visit(`${AGREED} ${VIEW}`);
    const client = await clientIdOf(visitor);
    await eventually(async () => (await knownInteractions(runtime, `client_id=${client}`)) === 1);
    await run(visitor, "endcap.consent({ personalization: false, analytics: true })");
    await eventually(async () => (await knownInteractions(runtime, `client_id=${client}`)) === 0);
    await visitor.context.close();
  });

  it("makes Endcap forget it last, though events were under way meanwhile", async () => {
    const visitor = await visit();
    const arrived: string[] = [];
    await visitor.page.route("**/v1/events", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await route.continue();
    });
    visitor.page.on("response", (response) => arrived.push(new URL(response.url()).pathname));
    await run(visitor, `${AGREED} ${VIEW}`);
    await soon(() => visitor.sent.length).toBe(1);
    const client = await clientIdOf(visitor);
    await run(visitor, "endcap.consent({})");
    await soon(() => arrived.includes("/v1/events")).toBe(true);
    await eventually(async () => (await knownInteractions(runtime, `client_id=${client}`)) === 0);
    expect(visitor.asked.at(-1)?.get("client_id")).toBe(client);
    expect(visitor.asked.at(-1)?.get("consent")).toBe("");
    await visitor.context.close();
  });

  it("makes Endcap forget the session, though the page said so before it began", async () => {
    const visitor = await visit(`${AGREED} ${VIEW}`);
    const client = await clientIdOf(visitor);
    await eventually(async () => (await knownInteractions(runtime, `client_id=${client}`)) === 1);
    const page = pageWith(endcap).replace("endcap.init(", "endcap.consent({}); endcap.init(");
    await visitor.page.goto(shop.serve("/refused", page));
    await eventually(async () => (await knownInteractions(runtime, `client_id=${client}`)) === 0);
    expect(await run(visitor, "document.cookie")).toBe("");
    await visitor.context.close();
  });

  it("is somebody else where they agree after another tab heard the refusal, and nothing of before is told", async () => {
    const visitor = await visit(AGREED);
    const other = await openPage(visitor.context);
    await other.page.goto(shop.serve("/", pageWith(endcap)));
    const before = await clientIdOf(visitor);
    // One of before that waits for its batch, and one of after.
    await run(other, VIEW);
    await run(visitor, "endcap.consent({})");
    await run(other, VIEW);
    await run(other, AGREED);
    const id = await run(other, VIEW);
    const after = await clientIdOf(other);
    expect(after).not.toBe(before);
    const told = (): string[] =>
      sentEvents({ ...other, sent: other.sent.filter(({ client_id }) => client_id === after) }).map(
        ({ event_id }) => event_id,
      );
    await soon(told).toEqual([id]);
    await visitor.context.close();
  });

  it("notices what another tab was told", async () => {
    const visitor = await visit(AGREED);
    const other = await openPage(visitor.context);
    await other.page.goto(shop.serve("/", pageWith(endcap)));
    await run(other, VIEW);
    await soon(() => other.sent[0]?.client_id).toBe(await clientIdOf(visitor));
    await run(visitor, "endcap.consent({})");
    await run(other, VIEW);
    await other.page.waitForTimeout(1_000);
    expect(other.sent).toHaveLength(1);
    await visitor.context.close();
  });
});

describe("a shop that names its domain later", () => {
  it("has a refusal hold against the cookie of the host alone", async () => {
    const visitor = await newVisitor(browser);
    const host = shop.url.replace("localhost", "www.shop.localhost");
    shop.serve("/host", pageWith(endcap, { begin: AGREED }));
    shop.serve("/domain", pageWith(endcap, { options: 'cookie: { domain: "shop.localhost" },' }));
    await visitor.page.goto(`${host}/host`);
    await soon(() => run(visitor, "document.cookie")).toMatch(/^endcap=pa\./);
    await visitor.page.goto(`${host}/domain`);
    await soon(() => run(visitor, "window.endcap?.ready")).toBe(true);
    await run(visitor, "endcap.consent({})");
    expect(await run(visitor, "document.cookie")).toBe("");
    await run(visitor, AGREED);
    const cookies = await visitor.context.cookies(host);
    expect(cookies.map(({ domain }) => domain)).toEqual([".shop.localhost"]);
    await visitor.context.close();
  });
});

describe("the client of a shopper who agrees to be counted alone", () => {
  it("names nobody twice and asks for nobody", async () => {
    const analytics = "endcap.consent({ personalization: false, analytics: true });";
    const visitor = await visit(`${analytics} ${VIEW}`, 'userId: "1", token: "irrelevant.to.this",');
    await soon(() => visitor.sent.length).toBe(1);
    expect(await run(visitor, "document.cookie")).toBe("endcap=a");
    await visitor.page.reload();
    await soon(() => visitor.sent.length).toBe(2);
    expect(visitor.sent[0]?.client_id).not.toBe(visitor.sent[1]?.client_id);
    expect(visitor.sent.some(({ user_id }) => user_id !== undefined)).toBe(false);
    await soon(() => visitor.asked.at(-1)?.get("consent")).toBe("analytics");
    expect(visitor.asked.at(-1)?.has("client_id")).toBe(false);
    await visitor.context.close();
  });
});

describe("a shop that has ids of its own", () => {
  it("has its shoppers known by them, and those of ours return when it has none any more", async () => {
    const own = "a-shop-s-own-id-of-a-browser";
    const visitor = await visit(`${AGREED} ${VIEW}`, `clientId: "${own}",`);
    await soon(() => visitor.sent[0]?.client_id).toBe(own);
    expect(await run(visitor, "document.cookie")).toBe("endcap=pa");
    shop.serve("/", pageWith(endcap, { begin: VIEW }));
    await visitor.page.reload();
    const ours = await clientIdOf(visitor);
    expect(ours).not.toBe("");
    await soon(() => visitor.sent.at(-1)?.client_id).toBe(ours);
    await visitor.context.close();
  });

  it("is asked anew when a cookie says nothing that we understand", async () => {
    const visitor = await newVisitor(browser);
    await visitor.context.addCookies(
      ["", "yes", "pa.short", ".k7Jq2mX0aPzR4tYbW9cLdE"].map((value, n) => ({
        name: `endcap${n}`,
        value,
        url: shop.url,
      })),
    );
    for (let n = 0; n < 4; n++) {
      await visitor.page.goto(
        shop.serve("/", pageWith(endcap, { begin: VIEW, options: `cookie: { name: "endcap${n}" },` })),
      );
      await visitor.page.waitForTimeout(700);
    }
    expect(visitor.sent).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });
});

describe("a page's question", () => {
  it("names no shopper of its own accord", async () => {
    const visitor = await visit();
    await soon(() => visitor.asked.length).toBe(1);
    const shopper =
      '{ client_id: "a-shop-s-own-id-of-a-browser", user_id: "1", token: "t", consent: "personalization" }';
    await run(visitor, `endcap.recommend({ placement: "home", limit: 3, ...${shopper} })`);
    expect(Object.fromEntries(visitor.asked[1] ?? [])).toEqual({
      placement: "home",
      limit: "3",
      key: "pk_test_shop",
      locale: "en",
      consent: "",
    });
    await visitor.context.close();
  });
});

describe("a shopper who signs in", () => {
  async function tokenOf(userId: string): Promise<string> {
    const { body } = await runtime.call("/v1/tokens", { body: { user_id: userId } });
    return body.token as string;
  }

  it("takes along what they did before, and leaves a stranger behind", async () => {
    const visitor = await visit(`${AGREED} ${VIEW}`);
    await soon(() => visitor.sent.length).toBe(1);
    const before = await clientIdOf(visitor);
    await run(visitor, `endcap.identify({ userId: "1", token: "${await tokenOf("1")}" })`);
    await soon(() => visitor.asked.at(-1)?.get("user_id")).toBe("1");
    await run(visitor, VIEW);
    await soon(() => visitor.sent.at(-1)).toMatchObject({ user_id: "1", client_id: before });
    await eventually(async () => (await knownInteractions(runtime, "user_id=1")) === 2);
    await run(visitor, VIEW);
    await run(visitor, "endcap.identify()");
    await soon(() => visitor.sent.at(-1)).toMatchObject({ user_id: "1" });
    await run(visitor, VIEW);
    await soon(() => visitor.sent.length).toBe(4);
    expect(visitor.sent[3]).not.toHaveProperty("user_id");
    expect(await clientIdOf(visitor)).not.toBe(before);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it("is alone credited with what they did: what could not be sent waits for them", async () => {
    const visitor = await visit(AGREED);
    const user = `{ userId: "2", token: "${await tokenOf("2")}" }`;
    await run(visitor, `endcap.identify(${user})`);
    await visitor.context.setOffline(true);
    const id = await run(visitor, VIEW);
    await run(visitor, "endcap.identify()");
    await visitor.context.setOffline(false);
    const later = await openPage(visitor.context);
    await later.page.goto(`${shop.url}/`);
    const anonymous = await run(later, VIEW);
    await soon(() => sentEvents(later).map((event) => event.event_id)).toEqual([anonymous]);
    await run(later, `endcap.identify(${user})`);
    await soon(() => later.sent.at(-1)).toMatchObject({ user_id: "2", events: [{ event_id: id }] });
    await visitor.context.close();
  });

  it("loses nothing when the token expires: the shop brings another", async () => {
    const visitor = await newVisitor(browser);
    // Else the shelf may be the first to hear of it.
    await visitor.page.route("**/v1/recommendations*", (route) => route.abort());
    const options = 'userId: "3", token: "expired",';
    await visitor.page.goto(shop.serve("/", pageWith(endcap, { begin: AGREED, options, body: SHELF })));
    await soon(() => run(visitor, "window.endcap?.ready")).toBe(true);
    const id = await run(visitor, VIEW);
    await soon(() => visitor.sent.length).toBe(1);
    await visitor.page.waitForTimeout(3_000);
    expect(visitor.sent).toHaveLength(1);
    await run(visitor, `endcap.identify({ userId: "3", token: "${await tokenOf("3")}" })`);
    await eventually(async () => (await knownInteractions(runtime, "user_id=3")) === 1);
    expect(sentEvents(visitor).map(({ event_id }) => event_id)).toEqual([id, id]);
    await soon(() => visitor.asked.at(-1)?.get("token")).not.toBe("expired");
    await visitor.context.close();
  });

  it("is not believed in a tab any more once another one signed out: the next person is nobody's", async () => {
    const user = `endcap.identify({ userId: "4", token: "${await tokenOf("4")}" });`;
    const visitor = await visit(`${AGREED} ${user}`);
    const other = await openPage(visitor.context);
    await other.page.goto(shop.serve("/", pageWith(endcap, { begin: `${AGREED} ${user}`, body: SHELF })));
    await soon(() => other.asked.at(-1)?.get("user_id")).toBe("4");
    await run(visitor, "endcap.identify()");
    const next = await clientIdOf(visitor);
    await visitor.context.setOffline(true);
    const kept = await run(visitor, VIEW);
    await soon(() => run(visitor, "localStorage.length")).toBe(1);
    const own = await run(other, VIEW);
    await visitor.context.setOffline(false);
    const told = (): string[] => [...sentEvents(visitor), ...sentEvents(other)].map(({ event_id }) => event_id);
    await soon(() => [kept, own].every((id) => told().includes(id as string))).toBe(true);
    for (const body of [...visitor.sent, ...other.sent]) {
      expect(body.client_id).toBe(next);
      expect(body).not.toHaveProperty("user_id");
    }
    // The other tab's shelf heard of it, too.
    await soon(() => other.asked.at(-1)?.get("client_id")).toBe(next);
    expect(other.asked.at(-1)?.has("user_id")).toBe(false);
    await visitor.context.close();
  });

  it("is not credited with what another browser id did before: it goes out under that id", async () => {
    const visitor = await visit(AGREED);
    const before = await clientIdOf(visitor);
    await visitor.page.route("**/v1/events", (route) => route.abort());
    const id = await run(visitor, VIEW);
    await soon(() => run(visitor, "localStorage.length")).toBe(1);
    await run(visitor, `endcap.identify({ userId: "5", token: "${await tokenOf("5")}" })`);
    await run(visitor, "endcap.identify()");
    const later = await openPage(visitor.context);
    await later.page.goto(`${shop.url}/`);
    await soon(() => later.sent.length).toBe(1);
    expect(later.sent[0]).toMatchObject({ client_id: before, events: [{ event_id: id }] });
    expect(await clientIdOf(later)).not.toBe(before);
    await visitor.context.close();
  });

  it("stays who they are in a tab that hears of nothing but its own consent taken back and given again", async () => {
    const visitor = await visit(`endcap.identify({ userId: "6", token: "${await tokenOf("6")}" }); ${AGREED}`);
    await visitor.page.reload();
    await run(visitor, "endcap.consent({})");
    await run(visitor, `${AGREED} ${VIEW}`);
    await soon(() => visitor.sent[0]?.user_id).toBe("6");
    await visitor.context.close();
  });

  it("is asked for anew with a fresh token after an answer was refused for the old one", async () => {
    const visitor = await visit(AGREED, 'userId: "7", token: "expired",');
    await soon(() => visitor.warnings.length).toBe(1);
    const token = await tokenOf("7");
    await run(visitor, `endcap.identify({ userId: "7", token: "${token}" })`);
    await soon(() => visitor.asked.at(-1)?.get("token")).toBe(token);
    const asked = visitor.asked.length;
    // One that still held is replaced without anybody's noticing.
    await run(visitor, `endcap.identify({ userId: "7", token: "${await tokenOf("7")}" })`);
    await visitor.page.waitForTimeout(500);
    expect(visitor.asked).toHaveLength(asked);
    await visitor.context.close();
  });

  it("stays anonymous without a token, and the console says why", async () => {
    const visitor = await visit(`${AGREED} endcap.identify({ userId: "1" }); ${VIEW}`);
    await soon(() => visitor.sent.length).toBe(1);
    expect(visitor.sent[0]).not.toHaveProperty("user_id");
    expect(visitor.warnings.join()).toContain("shopper token");
    await visitor.context.close();
  });
});
