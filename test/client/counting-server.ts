import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands where Endcap's API would, and counts what arrives there, preflights included. */
export interface CountingServer {
  readonly url: string;
  /** Method and content type of every request. */
  readonly received: string[];
  readonly bodies: string[];
  close(): Promise<void>;
}

/** Takes every request, as POST /v1/events would. */
export async function startCountingServer(): Promise<CountingServer> {
  const received: string[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    received.push(`${request.method} ${request.headers["content-type"] ?? ""}`.trim());
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += String(chunk);
    if (request.method === "POST") bodies.push(body);
    response.writeHead(202, { "content-type": "application/json", "access-control-allow-origin": "*" });
    response.end('{"accepted":1,"duplicates":0,"suppressed":0,"rejected":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    bodies,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
