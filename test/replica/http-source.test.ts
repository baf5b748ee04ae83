import { inspect } from "node:util";

import { afterEach, describe, expect, it } from "vitest";

import { configSchema, type HttpSourceConfig } from "../../domain/config/schema.ts";
import { LEASE_SECONDS } from "../../domain/sync/limits.ts";
import { type PagedSource, type PageRequest, ReplicaError } from "../../domain/sync/replica.ts";
import {
  ANSWER_MAX_BYTES,
  ATTEMPTS_MAX,
  BACKOFF_MILLISECONDS,
  REDIRECTS_MAX,
  REQUEST_TIMEOUT_MILLISECONDS,
  RETRY_AFTER_MAX_MILLISECONDS,
} from "../../platform/http-source/limits.ts";
import { openHttpSource } from "../../platform/http-source/open-http-source.ts";
import type { HttpWorld } from "../../platform/http-source/request.ts";
import { type CannedAnswer, type HttpApi, type HttpApiOptions, startHttpApi } from "../support/http-api.ts";

const TOKEN = "tok-3f9c-secret";
const NOW = Date.parse("2026-11-21T10:00:00Z");
const CURSOR = { kind: "cursor", next: "page.next" } as const;

interface Shop {
  readonly api: HttpApi;
  readonly source: PagedSource;
  /** Milliseconds of every wait. */
  readonly waits: number[];
}

const running: HttpApi[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((api) => api.stop()));
});

const http = configSchema.shape.source.shape.http.unwrap();

function configFor(url: string, paging: HttpApiOptions["paging"]): HttpSourceConfig {
  return http.parse({
    url,
    sinceParameter: "since",
    ...(paging === "cursor" ? { rows: "page.rows", paging: CURSOR } : {}),
  });
}

const ROWS = ['{"id":1}', '{"id":2}', '{"id":3}'];

async function openShop(options: Partial<HttpApiOptions> = {}, world: Partial<HttpWorld> = {}): Promise<Shop> {
  const { paging = "link" } = options;
  const api = await startHttpApi({ tables: { things: ROWS }, paging, token: TOKEN, ...options });
  running.push(api);
  const waits: number[] = [];
  const sleep = (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    return Promise.resolve();
  };
  const source = openHttpSource(configFor(api.url, paging), TOKEN, { sleep, now: () => NOW, ...world });
  return { api, source, waits };
}

function page(changes: Partial<PageRequest> = {}): PageRequest {
  const table = { table: "things", columns: [], primaryKey: [], rows: 0 };
  return { table, columns: ["id"], order: ["id"], after: null, upto: null, from: null, limit: 2, ...changes };
}

/** What reading a page throws: always a ReplicaError of one line that nowhere, cause included, repeats the token. */
async function failure(source: PagedSource, changes: Partial<PageRequest> = {}): Promise<ReplicaError> {
  const error = await source.readPage(page(changes)).catch((thrown: unknown) => thrown);
  if (!(error instanceof ReplicaError)) return expect.fail(`No ReplicaError: ${inspect(error)}`);
  expect(error.message).toMatch(/^The shop's API cannot be read: [^\n]*\.$/);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(TOKEN);
  return error;
}

const times = (count: number, answer: CannedAnswer): CannedAnswer[] => Array.from({ length: count }, () => answer);

describe("a request", () => {
  it("carries the token as bearer, and the parameters that are configured", async () => {
    const { api, source } = await openShop({ paging: "cursor" });
    await source.readPage(page({ from: "2026-11-21T09:00:00.000Z" }));
    await source.readPage(page({ after: ["2"] }));
    expect(api.requests).toEqual([
      {
        path: "/api/v1/things",
        query: { limit: "2", since: "2026-11-21T09:00:00.000Z" },
        authorization: `Bearer ${TOKEN}`,
      },
      { path: "/api/v1/things", query: { limit: "2", cursor: "2" }, authorization: `Bearer ${TOKEN}` },
    ]);
  });

  it("carries no authorization without a token, and a token without the line break that a file ends in", async () => {
    const { api } = await openShop();
    const config = configFor(api.url, "link");
    api.answerNext(...times(4, { status: 200, body: "[]" }));
    for (const token of [null, "", "\n", `${TOKEN}\n`]) await openHttpSource(config, token).readPage(page());
    expect(api.requests.map(({ authorization }) => authorization)).toEqual([null, null, null, `Bearer ${TOKEN}`]);
  });

  it("asks for a path below the configured address, whatever slashes and queries the two have", async () => {
    const { api } = await openShop();
    const addresses = [
      [api.url, "things"],
      [api.url.slice(0, -1), "/things"],
      [`${api.url}?shop=7`, "things?active=1"],
      [api.url, "deep/things"],
    ] as const;
    api.answerNext(...times(addresses.length, { status: 200, body: "[]" }));
    for (const [url, table] of addresses) await openHttpSource(configFor(url, "link"), TOKEN).describe([table]);
    expect(api.requests.map(({ path }) => path)).toEqual([
      "/api/v1/things",
      "/api/v1/things",
      "/api/v1/things",
      "/api/v1/deep/things",
    ]);
    expect(api.requests[2]?.query).toEqual({ shop: "7", active: "1", limit: "100" });
  });

  it("leaves out a parameter for changes that is not configured: everything is read", async () => {
    const { api } = await openShop();
    const source = openHttpSource(http.parse({ url: api.url }), TOKEN);
    expect((await source.readPage(page({ from: "2026-11-21", limit: 9 }))).rows).toHaveLength(ROWS.length);
    expect(api.requests[0]?.query).toEqual({ limit: "9" });
  });
});

describe("a failed attempt", () => {
  it.each([
    ["a busy shop", { status: 429 }],
    ["an outage", { status: 503 }],
    ["a broken connection", { status: 0, broken: true }],
  ])("is made again after %s", async (_name, answer) => {
    const { api, source, waits } = await openShop();
    api.answerNext(...times(ATTEMPTS_MAX - 1, answer));
    expect((await source.readPage(page())).rows).toHaveLength(2);
    expect(api.requests).toHaveLength(ATTEMPTS_MAX);
    expect(waits).toEqual(Array.from({ length: ATTEMPTS_MAX - 1 }, (_, place) => BACKOFF_MILLISECONDS * 2 ** place));
  });

  it.each([
    ["seconds", "7", 7_000],
    ["a date", "Sat, 21 Nov 2026 10:00:05 GMT", 5_000],
    ["a date in the past", "Sat, 21 Nov 2026 09:00:00 GMT", 0],
    ["more than can be waited for", "3600", RETRY_AFTER_MAX_MILLISECONDS],
    ["what is neither", "soon", BACKOFF_MILLISECONDS],
  ])("waits as long as Retry-After says: %s", async (_name, header, milliseconds) => {
    const { api, source, waits } = await openShop();
    api.answerNext({ status: 429, headers: { "retry-after": header } });
    await source.readPage(page());
    expect(waits).toEqual([milliseconds]);
  });

  it("is the last one after a fixed number, and says what it was", async () => {
    const { api, source, waits } = await openShop();
    api.answerNext(...times(ATTEMPTS_MAX, { status: 502 }));
    const { message, schema } = await failure(source);
    expect(message).toContain(`/api/v1/things answered 502 (${ATTEMPTS_MAX} attempts)`);
    expect(schema).toBe(false);
    expect(api.requests).toHaveLength(ATTEMPTS_MAX);
    expect(waits).toHaveLength(ATTEMPTS_MAX - 1);
  });

  it("is given up when the shop does not answer in time", async () => {
    const { api, source } = await openShop({}, { timeoutMilliseconds: 50 });
    api.answerNext(...times(ATTEMPTS_MAX, { status: 0, silent: true }));
    expect((await failure(source)).message).toContain("gave no whole answer within 0.05 s");
    expect(api.requests).toHaveLength(ATTEMPTS_MAX);
  });

  it.each([400, 401, 403, 410, 422])("is not made again after %i, which would say the same", async (status) => {
    const { api, source, waits } = await openShop();
    api.answerNext({ status, body: `{"error":"bad token ${TOKEN}"}` });
    expect((await failure(source)).message).toMatch(new RegExp(`things answered ${status}\\.$`));
    expect([api.requests.length, waits]).toEqual([1, []]);
  });

  it("says of a table that is gone that the schema changed", async () => {
    const { api, source } = await openShop();
    api.answerNext({ status: 404 });
    expect((await failure(source)).schema).toBe(true);
  });

  it("repeats no token that no header may hold", async () => {
    const { api } = await openShop();
    const source = openHttpSource(configFor(api.url, "link"), `${TOKEN}\n${TOKEN}`, { sleep: () => Promise.resolve() });
    await failure(source);
  });

  it("is over before another run takes this one for dead", () => {
    const longest = ATTEMPTS_MAX * REQUEST_TIMEOUT_MILLISECONDS + (ATTEMPTS_MAX - 1) * RETRY_AFTER_MAX_MILLISECONDS;
    expect(longest).toBeLessThan(LEASE_SECONDS * 1000);
  });
});

describe("the way to the next page", () => {
  it("is refused when its link leads to another origin, where the token must not go", async () => {
    const { api, source } = await openShop();
    const elsewhere = api.url.replace("127.0.0.1", "localhost");
    api.answerNext({ status: 200, headers: { link: `<${elsewhere}things?page=2>; rel="next"` }, body: "[]" });
    expect((await failure(source)).message).toContain("leads to http://localhost");
    expect((await failure(source, { after: [`${elsewhere}things?page=2`] })).message).toContain(
      "leads to http://localhost",
    );
    expect((await failure(source, { after: ["not an address"] })).message).toContain("no address");
    expect(api.requests).toHaveLength(1);
  });

  it("is refused when it redirects to another origin, and followed on its own", async () => {
    const { api, source } = await openShop();
    const moved = { status: 302, headers: { location: "/api/v1/things?limit=1&moved=1" } };
    api.answerNext(moved);
    const { rows, next } = await source.readPage(page());
    expect(rows).toEqual([{ id: "1" }]);
    expect(next?.[0]).toContain("moved=1");
    api.answerNext({ status: 307, headers: { location: api.url.replace("127.0.0.1", "localhost") } });
    expect((await failure(source)).message).toContain("leads to http://localhost");
    api.answerNext(...times(REDIRECTS_MAX + 1, moved));
    expect((await failure(source)).message).toContain(`redirects more than ${REDIRECTS_MAX} times`);
    expect(api.requests.every(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
  });

  it.each([
    ["a cursor", "cursor", "2", { status: 200, body: '{"page":{"rows":[{"id":3}],"next":2}}' }],
    ["a link", "link", null, { status: 200, headers: { link: '<things?limit=2>; rel="next"' }, body: '[{"id":3}]' }],
  ] as const)("is an error when %s names the page that was asked for", async (_name, paging, after, answer) => {
    const { api, source } = await openShop({ paging });
    api.answerNext(answer);
    const changes = after === null ? {} : { after: [after] };
    expect((await failure(source, changes)).message).toContain("names itself as its next page");
  });

  it.each([
    ["absent", '{"page":{"rows":[]}}', null],
    ["null", '{"page":{"rows":[],"next":null}}', null],
    ["empty", '{"page":{"rows":[],"next":""}}', null],
    ["false", '{"page":{"rows":[],"next":false}}', null],
    ["a text, even on a page without rows", '{"page":{"rows":[],"next":"a b&c"}}', ["a b&c"]],
    ["a number beyond doubles", '{"page":{"rows":[],"next":9007199254740993}}', ["9007199254740993"]],
  ])("is read from a cursor that is %s", async (_name, body, next) => {
    const { api, source } = await openShop({ paging: "cursor" });
    api.answerNext({ status: 200, body });
    expect((await source.readPage(page())).next).toEqual(next);
  });

  it("is an error when the cursor is neither text nor number", async () => {
    const { api, source } = await openShop({ paging: "cursor" });
    api.answerNext({ status: 200, body: '{"page":{"rows":[],"next":{"token":"x"}}}' });
    expect((await failure(source)).message).toContain('no cursor in "page.next"');
  });

  it.each([
    ['<a?p=1>; rel="prev", <a?p=3>; rel="next"', "a?p=3"],
    ["<a?p=3>;rel=next", "a?p=3"],
    ['<a?p=3>; rel="last next"; title="x"', "a?p=3"],
    ['<a?p=3>; title="go, <next>; rel=next"; rel="last"', null],
    ['<a?p=3>; rel="nextish"', null],
  ])("is read from the header %s", async (link, next) => {
    const { api, source } = await openShop();
    api.answerNext({ status: 200, headers: { link }, body: "[]" });
    expect((await source.readPage(page())).next).toEqual(next === null ? null : [new URL(next, api.url).href]);
  });
});

describe("an answer", () => {
  it("becomes text: numbers as they were written, truths as words, objects as JSON, nothing as null", async () => {
    const row =
      '{"id":9007199254740993,"price":10.50,"big":1e400,"open":true,"tags":["a",1.10],"more":{"n":12345678901234567890},"none":null}';
    const { source } = await openShop({ tables: { things: [row] } });
    const columns = ["id", "price", "big", "open", "tags", "more", "none", "absent", "constructor"];
    expect((await source.readPage(page({ columns }))).rows).toEqual([
      {
        id: "9007199254740993",
        price: "10.50",
        big: "1e400",
        open: "true",
        tags: '["a",1.10]',
        more: '{"n":12345678901234567890}',
        none: null,
        absent: null,
        constructor: null,
      },
    ]);
  });

  it("tells the columns of a table, and leaves out tables that the shop does not have", async () => {
    const rows = [
      '{"id":1,"name":"a","price":1.50,"open":true,"tags":[],"size":1,"code":"1a","note":null}',
      '{"id":2,"name":null,"price":2,"open":false,"tags":{},"size":"L","code":7,"note":null,"late":1}',
    ];
    const { source } = await openShop({ tables: { things: rows, empty: [] } });
    const described = await source.describe(["missing", "things", "empty"]);
    expect(described.map(({ table, primaryKey, rows: count }) => [table, primaryKey, count])).toEqual([
      ["things", [], 2],
      ["empty", [], 0],
    ]);
    expect(described[0]?.columns.map(({ name, kind, type, nullable }) => [name, kind, type, nullable])).toEqual([
      ["id", "number", "number", true],
      ["name", "text", "string", true],
      ["price", "number", "number", true],
      ["open", "boolean", "boolean", true],
      ["tags", "json", "object", true],
      ["size", "text", "string", true],
      ["code", "text", "string", true],
      ["note", "text", "string", true],
      ["late", "number", "number", true],
    ]);
  });

  it("says how many rows there are in all, where the shop does", async () => {
    const rows = Array.from({ length: 250 }, (_, id) => `{"id":${id}}`);
    const counted = await openShop({ tables: { things: rows }, total: true });
    expect((await counted.source.describe(["things"]))[0]?.rows).toBe(250);
    const uncounted = await openShop({ tables: { things: rows } });
    expect((await uncounted.source.describe(["things"]))[0]?.rows).toBe(100);
  });

  it("is refused when it is too large, however small it says to be", async () => {
    const { api, source } = await openShop();
    const huge = `["${"x".repeat(ANSWER_MAX_BYTES)}"]`;
    api.answerNext({ status: 200, body: huge, headers: { "transfer-encoding": "chunked" } });
    expect((await failure(source)).message).toContain("too much");
    expect(api.requests).toHaveLength(1);
    const fits = `[{"id":"${"x".repeat(ANSWER_MAX_BYTES - 20)}"}]`;
    api.answerNext({ status: 200, body: fits });
    expect((await source.readPage(page())).rows).toHaveLength(1);
  });

  it.each([
    ["no JSON", "<html>", "no JSON"],
    ["nothing", "", "no JSON"],
    ["rows elsewhere", '{"data":[]}', 'array of objects in "page.rows" (source.http.rows)'],
    ["rows that are no objects", '{"page":{"rows":[1]}}', "array of objects"],
  ])("is refused when it holds %s", async (_name, body, message) => {
    const { api, source } = await openShop({ paging: "cursor" });
    api.answerNext({ status: 200, body });
    expect((await failure(source)).message).toContain(message);
  });
});
