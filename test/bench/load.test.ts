import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, expect, it } from "vitest";

import { type LoadRequest, sendAtRate, sendEach } from "../../scripts/bench/load.ts";

const REQUESTS = 20;
const CONNECTIONS = 4;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** @param answer what becomes of the n-th request that arrives */
async function serve(answer: (n: number, request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  let arrived = 0;
  server = createServer((request, response) => answer(arrived++, request, response));
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const next = (n: number): LoadRequest => ({ method: "POST", path: `/${n}`, body: "{}" });
const nobody = (): void => undefined;

it("sends what was cut off unanswered once more, and counts it once", async () => {
  const paths: string[] = [];
  const url = await serve((n, request, response) => {
    if (n < CONNECTIONS) request.socket.resetAndDestroy();
    else response.end("ok");
    paths.push(request.url ?? "");
  });
  const result = await sendEach(url, CONNECTIONS, REQUESTS, next, nobody);
  expect(result).toMatchObject({ requests: REQUESTS, errors: 0, firstError: null });
  expect(paths).toHaveLength(REQUESTS + CONNECTIONS);
  expect(new Set(paths).size).toBe(REQUESTS);
  const paced = await sendAtRate(url, CONNECTIONS, 1_000, 0.02, next);
  expect(paced).toMatchObject({ requests: 20, errors: 0 });
});

it("fails what is cut off again, what is cut off in its answer, and what is refused", async () => {
  const always = await serve((_n, request) => request.socket.destroy());
  expect((await sendEach(always, CONNECTIONS, REQUESTS, next, nobody)).errors).toBe(REQUESTS);
  server?.close();
  let begun = 0;
  const halfway = await serve((_n, request, response) => {
    begun += 1;
    response.writeHead(200, { "content-length": "100" });
    response.write("half", () => request.socket.destroy());
  });
  expect((await sendEach(halfway, CONNECTIONS, REQUESTS, next, nobody)).errors).toBe(REQUESTS);
  expect(begun).toBe(REQUESTS);
  server?.close();
  const refusing = await serve((_n, _request, response) => response.writeHead(503).end("busy"));
  const refused = await sendEach(refusing, CONNECTIONS, REQUESTS, next, nobody);
  expect(refused).toMatchObject({ errors: REQUESTS, firstError: "503 busy" });
});
