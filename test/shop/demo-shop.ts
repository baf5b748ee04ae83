import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";

import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem, TEST_SHOP } from "../support/shop.ts";

/** What `npm start` would say: the two users of the test shop can sign in. */
export const DEMO_SHOP = JSON.stringify({
  publishable_key: TEST_KEYS.publishable,
  customers: [
    { user_id: "1", label: "Nantes, France" },
    { user_id: "2", label: "Berlin, Germany" },
  ],
});

/** The running Worker with the test shop in it, its items in the database, too. */
export async function startDemoShop(): Promise<{ readonly runtime: TestRuntime; readonly url: string }> {
  const runtime = await startRuntime({ vars: { DEMO_SHOP } });
  await openTestShop(runtime);
  const statement = runtime.env.DB.prepare(
    `INSERT INTO items (item_id, name, category, price, stock, hidden, image, url, public_values, features, row_hash, changed_run)
     VALUES (?, ?, ?, ?, ?, 0, ?, NULL, '{"productScale":"1:24"}', '{"buyPrice":1}', '', 1)`,
  );
  await runtime.env.DB.batch(
    Array.from({ length: TEST_SHOP.items }, (_, n) => {
      const [line, image] = n % 2 === 0 ? ["Cars", "/pictures/classic-cars.svg"] : ["Ships", "/pictures/ships.svg"];
      return statement.bind(shopItem(n), `Name of ${shopItem(n)}`, line, n + 1, n === 3 ? 0 : 10, image);
    }),
  );
  return { runtime, url: (await runtime.harness.listen()).url.origin };
}

/** A body of POST /v1/events, as the browser sent it. */
interface SentBody {
  readonly user_id?: string;
  readonly events: readonly {
    readonly name: string;
    readonly params: Readonly<Record<string, unknown>> & { readonly items?: readonly { readonly item_id: string }[] };
  }[];
}

/** A shopper's browser in the shop. */
export interface Visit {
  readonly page: Page;
  /** What was thrown, or kept from being loaded by the content policy. */
  readonly complaints: string[];
  readonly sent: SentBody[];
  close(): Promise<void>;
}

/** Opens a page of the shop in a browser that was never there. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  return openTab(await browser.newContext({ locale: "en-GB", ...options }), url);
}

/** Opens the shop in one more tab of a browser. */
export async function openTab(context: BrowserContext, url: string): Promise<Visit> {
  const page = await context.newPage();
  const opened: Visit = { page, complaints: [], sent: [], close: () => context.close() };
  page.on("console", (message) => {
    // The browser's own word on a request that failed; no page can keep it from that.
    if (message.type() !== "error" || message.text().startsWith("Failed to load resource")) return;
    opened.complaints.push(message.text());
  });
  page.on("pageerror", (error) => opened.complaints.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === "/v1/events") {
      opened.sent.push(JSON.parse(request.postData() ?? "null") as SentBody);
    }
  });
  await page.goto(`${url}/shop/`);
  await page.locator("main[aria-busy=false]").waitFor();
  return opened;
}

/** Goes to another page of the shop than the present one, and waits until it is there. */
export async function goTo({ page }: Visit, path: string): Promise<void> {
  // Busy from here on: the change of the address is told to the page only after this.
  await page.evaluate(`
    document.querySelector("main").ariaBusy = "true";
    location.hash = ${JSON.stringify(path)};
  `);
  await page.locator("main[aria-busy=false]").waitFor();
}

/** A recommended shelf by its title. */
export function shelf({ page }: Visit, title: string | RegExp): Locator {
  return page.locator("endcap-shelf section").filter({ has: page.getByRole("heading", { name: title }) });
}

/** Every event that was sent, by name, in order. */
export function sentNames({ sent }: Visit): string[] {
  return sent.flatMap(({ events }) => events.map(({ name }) => name));
}

/** Ids of what the recommended shelves show, in order. */
export async function shown({ page }: Visit): Promise<string[]> {
  return page
    .locator("endcap-shelf [part=link]")
    .evaluateAll((links) => links.map((link) => link.getAttribute("data-item") ?? ""));
}
