import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

import type { Answer, Answers } from "./full-answers.ts";
import { serveFile, type ServedFile } from "./served-files.ts";
import { CURRENCY, TIMEZONE } from "./shop-figures.ts";

export const STUB_KEY = "sk_stub_viewer";
const COOKIE = "endcap_dashboard=stub";
const SESSION_HOURS = 8;

interface StubRefusal {
  readonly status: number;
  readonly message: string;
}

export interface StubAnalytics {
  readonly url: string;
  /** Every call of the API, in order: method, path and query. */
  readonly asked: string[];
  /** Answers one report otherwise from now on. */
  answer(report: string, answer: Answer): void;
  /** Makes every later question fail with this status and message, or ends that. */
  refuse(refusal: StubRefusal | null): void;
  /** The same for one report. */
  refuseReport(report: string, refusal: StubRefusal | null): void;
  close(): Promise<void>;
}

function json(status: number, body: object, headers: Record<string, string> = {}): ServedFile {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

function refusalOf(status: number, message: string): ServedFile {
  return json(status, { error: { code: "stub", message, requestId: "stub" } });
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

async function signIn(request: IncomingMessage): Promise<ServedFile> {
  const { key } = JSON.parse(await read(request)) as { key?: string };
  if (key !== STUB_KEY) return refusalOf(401, "This key is not known here. Check it, or make a new one.");
  return { status: 204, headers: { "set-cookie": `${COOKIE}; HttpOnly; SameSite=Strict; Path=/v1` }, body: "" };
}

function csvOf(body: object): ServedFile {
  const rows = "data" in body && Array.isArray(body.data) ? (body.data as Record<string, unknown>[]) : [];
  const heads = Object.keys(rows[0] ?? {});
  const lines = [heads, ...rows.map((row) => heads.map((head) => String(row[head])))].map((cells) => cells.join(","));
  return { status: 200, headers: { "content-type": "text/csv" }, body: `${lines.join("\r\n")}\r\n` };
}

/** Serves `web/` with its headers and answers the dashboard as docs/analytics.md says. @param answers by report */
export async function startStubAnalytics(answers: Answers, now: () => number = Date.now): Promise<StubAnalytics> {
  const reports = new Map(Object.entries(answers));
  const asked: string[] = [];
  const refused = new Map<string, StubRefusal | null>();
  let refusal: StubRefusal | null = null;

  function session(request: IncomingMessage): ServedFile {
    if (request.method === "DELETE") {
      return { status: 204, headers: { "set-cookie": "endcap_dashboard=; Max-Age=0; Path=/v1" }, body: "" };
    }
    return json(200, {
      viewer: "marketing",
      via: "session",
      expires_at: new Date(now() + SESSION_HOURS * 3_600_000).toISOString(),
      shop: "Scale model shop",
      currency: CURRENCY,
      timezone: TIMEZONE,
    });
  }

  async function answer(request: IncomingMessage): Promise<ServedFile> {
    const { pathname, searchParams, search } = new URL(request.url ?? "/", "http://stub");
    if (!pathname.startsWith("/v1/")) return serveFile(pathname);
    asked.push(`${request.method} ${pathname}${search}`);
    if (request.method === "POST" && pathname === "/v1/dashboard/session") return signIn(request);
    if (request.headers.cookie?.includes(COOKIE) !== true) return refusalOf(401, "Send a key.");
    if (pathname === "/v1/dashboard/session") return session(request);
    if (refusal !== null) return refusalOf(refusal.status, refusal.message);
    const name = pathname.replace("/v1/analytics/", "");
    const own = refused.get(name) ?? null;
    if (own !== null) return refusalOf(own.status, own.message);
    const report = reports.get(name);
    if (report === undefined) return refusalOf(404, `Nothing at ${pathname}.`);
    return searchParams.get("format") === "csv" ? csvOf(report(searchParams)) : json(200, report(searchParams));
  }

  const server = createServer((request, response) => {
    void answer(request).then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: (report, next) => void reports.set(report, next),
    refuseReport: (report, next) => void refused.set(report, next),
    refuse: (next) => void (refusal = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
