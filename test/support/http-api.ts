import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the shop's API saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string | null;
}

/** An answer that is given once instead of the usual one. */
export interface CannedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection breaks instead of an answer. */
  readonly broken?: boolean;
  /** Nothing is ever answered. */
  readonly silent?: boolean;
}

/** A shop's read API on loopback. */
export interface HttpApi {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** What the next requests get, in this order. */
  answerNext(...answers: readonly CannedAnswer[]): void;
  stop(): Promise<void>;
}

/** How the API serves its tables. */
export interface HttpApiOptions {
  /** Rows by table, each as the JSON text that is sent: only so can a test say `10.50`. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** A cursor in `page.next`, with the rows in `page.rows`; or a bare array and a `Link` header. */
  readonly paging: "cursor" | "link";
  /** Every other bearer token gets 401. */
  readonly token: string;
  /** The member that the parameter `since` is compared with, as text. */
  readonly changed?: string;
  /** Says the number of rows in `x-total-count`. */
  readonly total?: boolean;
  /** Called before each answer: a test changes rows in the middle of a reading, or says what is answered instead. */
  readonly before?: (request: SeenRequest) => void;
}

const PREFIX = "/api/v1/";
const ROWS_PER_PAGE = 100;

function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body);
}

function memberOf(row: string, member: string): string {
  const value: unknown = (JSON.parse(row) as Record<string, unknown>)[member];
  return typeof value === "string" ? value : "";
}

/** Starts an API at `/api/v1/<table>`; its pages begin at an offset that `cursor` names. */
export async function startHttpApi({
  tables,
  paging,
  token,
  changed,
  total,
  before,
}: HttpApiOptions): Promise<HttpApi> {
  const requests: SeenRequest[] = [];
  const canned: CannedAnswer[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "localhost"}`);
    const { authorization = null } = request.headers;
    const seen = { path: url.pathname, query: Object.fromEntries(url.searchParams), authorization };
    requests.push(seen);
    before?.(seen);
    const instead = canned.shift();
    if (instead !== undefined) {
      if (instead.silent === true) return;
      if (instead.broken === true) request.socket.destroy();
      else send(response, instead.status, instead.headers ?? {}, instead.body ?? "");
      return;
    }
    if (authorization !== `Bearer ${token}`) return send(response, 401, {}, "{}");
    const since = url.searchParams.get("since");
    const rows = tables[url.pathname.slice(PREFIX.length)]?.filter(
      (row) => since === null || changed === undefined || memberOf(row, changed) >= since,
    );
    if (rows === undefined) return send(response, 404, {}, "{}");
    const start = Number(url.searchParams.get("cursor") ?? 0);
    const end = start + Number(url.searchParams.get("limit") ?? ROWS_PER_PAGE);
    const array = `[${rows.slice(start, end).join(",")}]`;
    const more = end < rows.length;
    const totals: Record<string, string> = total === true ? { "x-total-count": String(rows.length) } : {};
    if (paging === "cursor") {
      send(response, 200, totals, `{"page":{"rows":${array},"next":${more ? end : "null"}}}`);
      return;
    }
    url.searchParams.set("cursor", String(end));
    // Relative, and not alone: clients must resolve it, and must look for the right one.
    const next = `${url.pathname}${url.search}`;
    const links = more
      ? { link: `<${url.origin}/other>; rel="last", <${next}>; title="a, b"; rel="prefetch next"` }
      : {};
    send(response, 200, { ...totals, ...links }, array);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${PREFIX}`,
    requests,
    answerNext: (...answers) => void canned.push(...answers),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
