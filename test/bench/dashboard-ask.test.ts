import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { Pool } from "undici";
import { afterEach, describe, expect, it } from "vitest";

import { ask } from "../../scripts/bench/dashboard/reports.ts";

let server: Server;
let pool: Pool;

async function serve(answer: RequestListener): Promise<Pool> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 });
  return pool;
}

afterEach(async () => {
  await pool.destroy();
  server.close();
});

describe("asking a question", () => {
  it("brings the cookie, and counts what came", async () => {
    const cookies: (string | undefined)[] = [];
    const asking = await serve(({ headers }, response) => {
      cookies.push(headers.cookie);
      response.end("12345");
    });
    expect(await ask(asking, "/v1/analytics/sales", "name=value")).toMatchObject({ bytes: 5, isRepeated: false });
    expect(cookies).toEqual(["name=value"]);
  });

  it("asks once more when the connection is closed instead of an answer, and says so", async () => {
    let asked = 0;
    const asking = await serve((request, response) => {
      asked += 1;
      if (asked === 1) request.socket.destroy();
      else response.end("12345");
    });
    expect(await ask(asking, "/v1/analytics/sales", "")).toMatchObject({ bytes: 5, isRepeated: true });
    expect(asked).toBe(2);
  });

  it("fails when it is refused, without asking again: a figure of refusals is worth nothing", async () => {
    let asked = 0;
    const asking = await serve((_, response) => {
      asked += 1;
      response.writeHead(401).end();
    });
    await expect(ask(asking, "/v1/analytics/sales", "")).rejects.toThrow("/v1/analytics/sales was answered 401.");
    expect(asked).toBe(1);
  });
});
