import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { generateDemoShop } from "../../scripts/demo-shop/generate.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
};

/** What the page asked for, in order. */
export interface Asked {
  readonly recommendations: URLSearchParams[];
  readonly events: { readonly client_id?: string; readonly [field: string]: unknown }[];
}

export interface StubApi {
  readonly url: string;
  readonly asked: Asked;
  /** Makes every later call fail with this message, in the API's envelope. */
  refuse(message: string): void;
  close(): Promise<void>;
}

const { products } = generateDemoShop({ seed: 7, customers: 1, products: 40, now: new Date(0) });

function shelf(strategy: string, title: string, from: number) {
  return {
    strategy,
    title,
    items: products.slice(from, from + 8).map((product, position) => ({
      item_id: product.productCode,
      score: 1 - position / 10,
      reason: { code: strategy, text: `${title} (${position + 1})` },
      item: {
        name: product.productName,
        price: product.MSRP,
        currency: "USD",
        category: product.productLine,
        image: `/pictures/${product.productLine.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.svg`,
        url: null,
      },
    })),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

/** Serves `web/` and answers the two calls of the page as contracts and docs/api.md describe them. */
export async function startStubApi(): Promise<StubApi> {
  const asked: Asked = { recommendations: [], events: [] };
  let refusal: string | null = null;
  async function answer(request: IncomingMessage): Promise<{ status: number; type: string; body: string | Buffer }> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://stub");
    const json = (status: number, body: unknown) => ({ status, type: "application/json", body: JSON.stringify(body) });
    if (pathname.startsWith("/v1/") && refusal !== null) {
      return json(401, { error: { code: "invalid_key", message: refusal, requestId: "stub" } });
    }
    if (pathname === "/v1/events") {
      asked.events.push(JSON.parse(await read(request)) as Asked["events"][number]);
      return json(202, { accepted: 1, duplicates: 0, suppressed: 0, rejected: [] });
    }
    if (pathname === "/v1/recommendations") {
      asked.recommendations.push(searchParams);
      const viewed = asked.events.length > 0 ? [shelf("similar", "Because you viewed something", 0)] : [];
      return json(200, {
        recommendation_id: `answer-${asked.recommendations.length}`,
        placement: searchParams.get("placement"),
        model_version: "m1",
        degraded: null,
        shelves: [...viewed, shelf("profile", "Picked for you", 10), shelf("trending", "Trending now", 20)],
      });
    }
    const file = pathname === "/" ? "index.html" : pathname.slice(1);
    const body = await readFile(join("web", file)).catch(() => null);
    const type = TYPES[file.split(".").at(-1) ?? ""] ?? "text/plain";
    return body === null ? { status: 404, type, body: "" } : { status: 200, type, body };
  }
  const server = createServer((request, response) => {
    void answer(request).then(({ status, type, body }) =>
      response.writeHead(status, { "content-type": type }).end(body),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    refuse: (message) => void (refusal = message),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
