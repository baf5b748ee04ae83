import { afterAll, beforeAll, expect, it } from "vitest";

import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../../support/runtime.ts";
import { DAY, insertCounters, insertRows } from "./counters.ts";

/** What the API keeps an answer for, and a little more. */
const LEARNT_MILLISECONDS = 5_100;
/** What an event may take from its 202 to a shard's journal. */
const ON_ITS_WAY_MILLISECONDS = 10_000;
const COMMON = ["sales", "interest", "recommendations", "shoppers", "movers", "stock-risk"];

const cursorOf = (parts: readonly unknown[]): string => Buffer.from(JSON.stringify(parts)).toString("base64url");

let runtime: TestRuntime;
let reader: string;
let other: string;
beforeAll(async () => {
  // Nothing is counted before somebody says so.
  runtime = await startRuntime({ vars: { LEDGER_COUNTERS_MILLISECONDS: String(DAY) } });
  reader = await runtime.addKey(["analytics:read"]);
  other = await runtime.addKey(["events:write"]);
});
afterAll(() => runtime.close());

it.each([...COMMON, "models"])("%s is there without parameters, for whoever may read analytics", async (report) => {
  const { status, body, headers } = await runtime.call(`/v1/analytics/${report}`, { key: reader });
  expect(status).toBe(200);
  expect(body.data).toBeInstanceOf(Array);
  expect(headers.get("cache-control")).toBe("private, max-age=5");
  expect((await runtime.call(`/v1/analytics/${report}`, { key: other })).body.error.code).toBe("insufficient_scope");
  expect((await runtime.call(`/v1/analytics/${report}`, { key: TEST_KEYS.publishable })).status).toBe(403);
  expect((await runtime.call(`/v1/analytics/${report}`, { key: null })).status).toBe(401);
});

it.each([...COMMON, "models"])("%s refuses what it does not know", async (report) => {
  const { status, body } = await runtime.call(`/v1/analytics/${report}?colour=red`);
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ code: "unknown_field", details: ["colour"] });
});

it.each(
  COMMON.flatMap((report) =>
    [
      ["timezone=Mars/Olympus", "timezone"],
      ["period=3d", "period"],
      ["period=7d&from=2026-11-01", "period"],
      ["from=yesterday", "from"],
      ["to=2026-13-01", "to"],
      ["from=2026-11-02&to=2026-11-01", "before"],
      ["from=2126-01-01", "future"],
      ["from=2020-01-01", "800 days"],
      ["format=xml", "format"],
    ].map(([query, named]) => [report, query, named] as const),
  ),
)("%s?%s is refused, and says why", async (report, query, named) => {
  const { status, body } = await runtime.call(`/v1/analytics/${report}?${query}`);
  expect(status).toBe(400);
  expect(body.error.code).toBe("invalid_request");
  expect(body.error.message).toContain(named);
});

it.each([
  ["sales?interval=month", "invalid_request"],
  ["sales?group_by=colour", "invalid_request"],
  ["sales?group_by=item,item", "invalid_request"],
  ["sales?top=0", "invalid_request"],
  ["sales?top=1001", "invalid_request"],
  ["sales?limit=0", "invalid_request"],
  ["sales?limit=5001", "invalid_request"],
  ["sales?placement=home", "unknown_field"],
  ["recommendations?item=a", "unknown_field"],
  ["recommendations?group_by=item", "invalid_request"],
  ["shoppers?interval=day", "invalid_request"],
  ["shoppers?limit=5", "unknown_field"],
  ["movers?group_by=country", "invalid_request"],
  ["movers?cursor=x", "unknown_field"],
  ["stock-risk?interval=day", "unknown_field"],
  ["models?limit=101", "invalid_request"],
  ["models?cursor=%20", "invalid_cursor"],
  ["sales?cursor=abc", "invalid_cursor"],
  ["sales?group_by=item&cursor=WzEsMixbMSwiaG91ciIsIiJdXQ", "invalid_cursor"],
  ["sales?cursor=WzIsMSxbMSwiaG91ciIsIiJdXQ", "invalid_cursor"],
  [`sales?cursor=${cursorOf([9e15, 9e15 + 1, [9e15, "hour", ""], null])}`, "invalid_cursor"],
  [`sales?interval=day&cursor=${cursorOf([-9e15, 1 - 9e15, [-9e15, "day", ""], null])}`, "invalid_cursor"],
  [`sales?cursor=${cursorOf([1, 2, [9e15, "hour", ""], null])}`, "invalid_cursor"],
])("%s is refused as %s", async (question, code) => {
  const { status, body } = await runtime.call(`/v1/analytics/${question}`);
  expect(status).toBe(400);
  expect(body.error.code).toBe(code);
});

it("answers the same question the same for five seconds, about weeks for longer, and then anew", async () => {
  const question = `/v1/analytics/interest?interval=total&line=fresh`;
  const viewsOf = async (asked: string): Promise<number> => (await runtime.call(asked)).body.data[0].views;
  const views = (): Promise<number> => viewsOf(question);
  const viewsOfWeeks = (): Promise<number> => viewsOf(`${question}&period=28d`);
  expect([await views(), await viewsOfWeeks()]).toEqual([0, 0]);
  const at = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString();
  await insertCounters(runtime, "hourly_lines", [{ at, line: "fresh", views: 4 }]);
  expect(await views()).toBe(0);
  // Another question is not held up by it.
  expect((await runtime.call(`${question}&limit=7`)).body.data[0].views).toBe(4);
  await new Promise((resolve) => setTimeout(resolve, LEARNT_MILLISECONDS));
  expect([await views(), await viewsOfWeeks()]).toEqual([4, 0]);
});

it("says as of when: of events that are counted, and of the last complete sync", async () => {
  const startedAt = Date.now() - DAY;
  const run = { trigger: "cron", counts: "{}" };
  await insertRows(runtime, "sync_runs", [
    { run_id: "one", state: "complete", started_at: startedAt, ...run },
    { run_id: "two", state: "failed", started_at: startedAt + 1_000, ...run },
  ]);
  const { status } = await runtime.call("/v1/events", {
    body: {
      user_id: "u",
      consent: { personalization: true, analytics: true },
      events: [{ event_id: "view", name: "view_item", params: { items: [{ item_id: "a" }] } }],
    },
  });
  expect(status).toBe(202);
  const since = await eventually(async () => {
    const { body } = await runtime.call("/v1/ledger");
    return body.totals.uncounted_since as string | null;
  });
  const asOf = async (line: string): Promise<number> => {
    // What this isolate learnt of the shards is up to five seconds old.
    await new Promise((resolve) => setTimeout(resolve, LEARNT_MILLISECONDS));
    const before = Date.now();
    const { body } = await runtime.call(`/v1/analytics/sales?interval=total&line=${line}`);
    const at = Date.parse(body.as_of);
    expect(body.orders_as_of).toBe(new Date(startedAt).toISOString());
    // Whole seconds, of some moment while it was asked.
    expect(body.freshness_seconds).toBeGreaterThanOrEqual((before - at) / 1_000 - 1);
    expect(body.freshness_seconds).toBeLessThanOrEqual((Date.now() - at) / 1_000 + 1);
    return at;
  };
  expect(await asOf("waiting")).toBe(Date.parse(since) - ON_ITS_WAY_MILLISECONDS);
  await runtime.call("/v1/ledger/flush", { method: "POST" });
  expect(await asOf("counted")).toBeGreaterThan(Date.parse(since));
});

it("does not know as of when while a shard cannot be asked", async () => {
  const troubled = await startRuntime({ main: "test/api/ledger-trouble-worker.ts" });
  try {
    const { status, body } = await troubled.call("/v1/analytics/sales");
    expect(status).toBe(200);
    expect(body).toMatchObject({ as_of: null, freshness_seconds: null });
    const table = await troubled.call("/v1/analytics/sales?format=csv");
    expect(table.headers.get("x-as-of")).toBeNull();
  } finally {
    await troubled.close();
  }
});
