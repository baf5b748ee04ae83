import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { Browser, BrowserContext, Page } from "playwright-core";

import { expect } from "vitest";

import { TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

/** A shop's web server, on another site than Endcap: what its pages may do there is decided by CORS. */
export interface Shop {
  readonly url: string;
  /** Serves a document from now on. @returns its address */
  serve(path: string, body: string, headers?: Readonly<Record<string, string>>): string;
  close(): Promise<void>;
}

/** Starts a shop that has no pages yet. */
export async function startShop(): Promise<Shop> {
  const documents = new Map<string, { body: string; headers: Readonly<Record<string, string>> }>();
  const server = createServer((request, response) => {
    const found = documents.get(new URL(request.url ?? "/", "http://shop").pathname);
    response.writeHead(found === undefined ? 404 : 200, { "content-type": "text/html", ...found?.headers });
    response.end(found?.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // By name, while Endcap is reached by address: cookies know no ports.
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url,
    serve(path, body, headers = {}) {
      documents.set(path, { body, headers });
      return `${url}${path}`;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The address under which browsers reach a runtime. */
export async function addressOf(runtime: TestRuntime): Promise<string> {
  const { url } = await runtime.harness.listen();
  return `http://127.0.0.1:${url.port}`;
}

/** A page of a shop, which leaves `endcap` where a test reaches it. */
export function pageWith(endcap: string, { begin = "", body = "", options = "" } = {}): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head><body>
<main>${body}</main>
<script type="module" src="${endcap}/shelf.js"></script>
<script type="module">
  import { endcap } from "${endcap}/client.js";
  window.endcap = endcap;
  endcap.init({ key: "${TEST_KEYS.publishable}", timeout: 10_000, ${options} });
  ${begin}
</script></body></html>`;
}

/** Consent to both purposes, in a page's words. */
export const AGREED = "endcap.consent({ personalization: true, analytics: true });";

/** A body of POST /v1/events, as the browser sent it. */
export interface SentBody {
  readonly client_id?: string;
  readonly user_id?: string;
  readonly consent: { readonly personalization: boolean; readonly analytics: boolean };
  readonly events: readonly {
    readonly event_id: string;
    readonly name: string;
    readonly params: { readonly recommendation_id?: string; readonly items?: readonly { readonly item_id: string }[] };
  }[];
}

/** A shopper's browser, and what it asked Endcap for. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly sent: SentBody[];
  readonly asked: URLSearchParams[];
  /** Methods and paths of every request to Endcap's API. */
  readonly requests: string[];
  readonly warnings: string[];
  /** What was thrown in the page, or kept from being loaded. */
  readonly complaints: string[];
}

/** Follows what one page of a context does. */
export async function openPage(context: BrowserContext): Promise<Visitor> {
  const page = await context.newPage();
  const visitor: Visitor = { context, page, sent: [], asked: [], requests: [], warnings: [], complaints: [] };
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (!pathname.startsWith("/v1/")) return;
    visitor.requests.push(`${request.method()} ${pathname}`);
    if (pathname === "/v1/recommendations") visitor.asked.push(searchParams);
    if (pathname === "/v1/events") visitor.sent.push(JSON.parse(request.postData() ?? "null") as SentBody);
  });
  page.on("console", (message) => {
    if (message.type() === "warning") visitor.warnings.push(message.text());
    // The browser's own word on a request that failed; no page can keep it from that.
    else if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      visitor.complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => visitor.complaints.push(error.message));
  return visitor;
}

/** A browser that was never in the shop. */
export async function newVisitor(browser: Browser): Promise<Visitor> {
  return openPage(await browser.newContext({ locale: "en-US" }));
}

const SOON_MILLISECONDS = 10_000;

/** An assertion on what `check` will answer soon, on a busy machine too. */
export function soon<Value>(check: () => Value): ReturnType<typeof expect.poll<Awaited<Value>>> {
  return expect.poll(check as () => Awaited<Value>, { timeout: SOON_MILLISECONDS });
}

/** Runs a line in the page, where `endcap` is the client. */
export function run<Value = unknown>(visitor: Visitor, line: string): Promise<Value> {
  return visitor.page.evaluate(line);
}

/** Every event that was sent, in order, repetitions included. */
export function sentEvents(visitor: Visitor): SentBody["events"] {
  return visitor.sent.flatMap(({ events }) => events);
}

/** How many interactions Endcap knows of a shopper. */
export async function knownInteractions(runtime: TestRuntime, who: string): Promise<number> {
  const { body } = await runtime.call(`/v1/recommendations?placement=home&explain=true&${who}`);
  return body.explain.known.interactions as number;
}
