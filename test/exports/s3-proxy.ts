import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A request for an object as it went through the proxy. */
export interface SeenRequest {
  /** The object's key in its bucket. */
  readonly key: string;
  readonly range: string | null;
  readonly ifMatch: string | null;
  /** What S3 answered; 0 before it has. */
  status: number;
  /** Bytes of the body that were handed to the client. */
  bytes: number;
}

/** What the proxy does to an answer's body after so many bytes. */
export type Trouble = { readonly after: number; readonly kind: "cut" | "silence" } | null;

/** An HTTP proxy in front of the local S3 API that breaks connections, counts bytes, and says what ran at once. */
export interface S3Proxy {
  readonly endpoint: string;
  readonly requests: SeenRequest[];
  /** Requests that were under way at the same moment, at most. */
  readonly mostAtOnce: () => number;
  /** Asked for every request before it is passed on; may wait. */
  trouble: (seen: SeenRequest) => Trouble | Promise<Trouble>;
  close(): Promise<void>;
}

/** Lets the client read what was written before its connection goes. */
const SETTLE_MILLISECONDS = 30;

async function passBody(from: IncomingMessage, to: ServerResponse, seen: SeenRequest, trouble: Trouble) {
  for await (const chunk of from as AsyncIterable<Buffer>) {
    const left = trouble === null ? chunk.byteLength : Math.min(chunk.byteLength, trouble.after - seen.bytes);
    seen.bytes += left;
    await new Promise((resolve) => to.write(chunk.subarray(0, left), resolve));
    if (trouble === null || seen.bytes < trouble.after) continue;
    if (trouble.kind === "silence") return;
    await sleep(SETTLE_MILLISECONDS);
    to.destroy();
    return;
  }
  to.end();
}

/** Starts a proxy. @param endpoint of the S3 API behind it */
export async function startS3Proxy(endpoint: string): Promise<S3Proxy> {
  const upstream = new URL(endpoint);
  const requests: SeenRequest[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? "/", upstream).pathname;
    const seen: SeenRequest = {
      key: path.slice(upstream.pathname.length).split("/").slice(2).join("/"),
      range: request.headers.range ?? null,
      ifMatch: request.headers["if-match"] ?? null,
      status: 0,
      bytes: 0,
    };
    requests.push(seen);
    const trouble = await proxy.trouble(seen);
    const passed = httpRequest(new URL(request.url ?? "/", upstream).href, {
      method: request.method ?? "GET",
      // With its Host: it is signed.
      headers: request.headers,
    });
    passed.end();
    const [answer] = (await once(passed, "response")) as [IncomingMessage];
    seen.status = answer.statusCode ?? 0;
    response.writeHead(seen.status, answer.headers);
    await passBody(answer, response, seen, trouble);
  };

  const server = createServer((request, response) => {
    atOnce++;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    response.once("close", () => atOnce--);
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
  const proxy: S3Proxy = {
    endpoint: `http://127.0.0.1:${address.port}${upstream.pathname}`,
    requests,
    mostAtOnce: () => mostAtOnce,
    trouble: () => null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
