import { afterAll, beforeAll, expect, it } from "vitest";

import { ledgerName, ledgerShardOf } from "../../domain/ledger/routing.ts";
import type { RejectedPayload } from "../../domain/quarantine/event-payload.ts";
import type { SetAsideRecord } from "../../domain/quarantine/record.ts";
import { setAside } from "../../platform/quarantine/set-aside.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;

let runtime: TestRuntime;
let analyst: string;
beforeAll(async () => {
  runtime = await startRuntime();
  analyst = await runtime.addKey(["analytics:read"]);
});
afterAll(() => runtime.close());

function rejected(event: Record<string, unknown>, rest: Partial<RejectedPayload> = {}): SetAsideRecord {
  const received_at = rest.received_at ?? Date.now();
  const payload = { kind: "event", shopper: "u:of-replay", received_at, cut: false, event, ...rest };
  return { reason: "unknown_event", detail: "There is no event of this name.", at: received_at, payload };
}

const view = (event_id: string): Record<string, unknown> => ({
  event_id,
  name: "view_item",
  params: { items: [{ item_id: "a" }] },
});

/** Sets records aside as one file. @returns its key */
async function keep(records: readonly SetAsideRecord[]): Promise<string> {
  const known = new Set((await list()).map((file) => file.key));
  await setAside(runtime.env, "events", records);
  const file = (await list()).find(({ key }) => !known.has(key));
  if (file === undefined) throw new Error("nothing was kept");
  return file.key;
}

async function list(query = ""): Promise<{ key: string; replay: unknown; reasons: Record<string, number> }[]> {
  const { status, body } = await runtime.call(`/v1/quarantine?limit=100${query}`);
  expect(status).toBe(200);
  return body.data;
}

function replay(body: Record<string, unknown>): ReturnType<TestRuntime["call"]> {
  return runtime.call("/v1/quarantine/replay", { body });
}

async function viewsOf(shopper: string): Promise<number> {
  const one = { event_id: "1", name: "view_item", shopper, at: 0, received_at: 0, items: [], params: {} };
  const name = ledgerName(ledgerShardOf(one, Number(runtime.env.LEDGER_SHARDS)));
  const totals = await runtime.env.INTERACTION_LEDGER.getByName(name).totals(shopper);
  return totals.reduce((sum, { views }) => sum + views, 0);
}

it("appends to the ledger what is good by now, counts a second replay as duplicates, and says what is not", async () => {
  const old = Date.now() - 30 * DAY_MILLISECONDS;
  const key = await keep([
    rejected(view("good-1")),
    rejected(view("good-2"), { shopper: null }),
    rejected({ ...view("bad-1"), name: "vew_item" }),
    rejected({ event_id: "cut" }, { cut: true }),
    rejected(view("old-1"), { received_at: old }),
  ]);
  const first = await replay({ key });
  const outcome = { replayed: 2, duplicates: 0, still_invalid: 2, too_old: 1 };
  expect(first).toMatchObject({ status: 200, body: { outcome, files: [{ key, outcome }], next_cursor: null } });
  expect(await viewsOf("u:of-replay")).toBe(1);
  const second = await replay({ key });
  const again = { replayed: 0, duplicates: 2, still_invalid: 2, too_old: 1 };
  expect(second.body.outcome).toEqual(again);
  expect(await viewsOf("u:of-replay")).toBe(1);
  expect((await list()).find((file) => file.key === key)?.replay).toEqual(again);
});

it("judges an event as of when it was received", async () => {
  const received_at = Date.now() - 5 * DAY_MILLISECONDS;
  const timestamp = new Date(received_at - 1_000).toISOString();
  const key = await keep([rejected({ ...view("then"), timestamp }, { received_at })]);
  expect((await replay({ key })).body.outcome).toMatchObject({ replayed: 1, still_invalid: 0 });
});

it("replays by a filter what has something left to replay, and goes on where it says", async () => {
  const reason = "for_the_filter";
  const started = new Date().toISOString();
  for (let n = 0; n < 12; n++) await keep([{ ...rejected(view(`filtered-${n}`)), reason }]);
  const first = await replay({ source: "events", reason, since: started });
  expect(first.body.files).toHaveLength(10);
  expect(first.body.outcome).toMatchObject({ replayed: 10 });
  const second = await replay({ source: "events", reason, since: started, cursor: first.body.next_cursor });
  expect(second.body).toMatchObject({ outcome: { replayed: 2 }, next_cursor: null });
  expect((await replay({ reason })).body).toEqual({ files: [], outcome: {}, next_cursor: null });
  expect((await replay({ source: "orders" })).body.files).toEqual([]);
});

it("goes on with the next file where one is gone from the bucket", async () => {
  const reason = "with_a_gap";
  const gone = await keep([{ ...rejected(view("gap-1")), reason }]);
  await keep([{ ...rejected(view("gap-2")), reason }]);
  await runtime.env.LAKE.delete(gone);
  expect((await replay({ reason })).body.outcome).toMatchObject({ replayed: 1, failed: 1 });
  expect(await replay({ key: gone })).toMatchObject({ status: 404 });
});

it("refuses a file that was sealed with another secret, or changed", async () => {
  const key = await keep([rejected(view("tampered"))]);
  const text = (await (await runtime.env.LAKE.get(key))?.text()) ?? "";
  await runtime.env.LAKE.put(key, text.replace(/"sealed":"..../, '"sealed":"AAAA'));
  expect(await replay({ key })).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
});

it("shows files and their records page by page, masked, to whoever may read analytics", async () => {
  const key = await keep([rejected(view("shown-1")), rejected(view("shown-2")), rejected(view("shown-3"))]);
  const path = `/v1/quarantine/${key.replace("quarantine/", "")}`;
  const first = await runtime.call(`${path}?limit=2`, { key: analyst });
  expect(first).toMatchObject({
    status: 200,
    body: {
      data: [
        { reason: "unknown_event", source: "events", replayable: true, payload: { event: { event_id: "shown-1" } } },
        { payload: { event: { event_id: "shown-2" } } },
      ],
    },
  });
  expect(JSON.stringify(first.body)).not.toContain("of-replay");
  expect(first.body.data[0]).not.toHaveProperty("sealed");
  const rest = await runtime.call(`/v1/quarantine/${key}?limit=2&cursor=${first.body.next_cursor}`, { key: analyst });
  expect(rest.body).toMatchObject({ data: [{ payload: { event: { event_id: "shown-3" } } }], next_cursor: null });
  const summary = await runtime.call("/v1/quarantine/summary", { key: analyst });
  expect(summary.body.data).toContainEqual({
    day: new Date().toISOString().slice(0, 10),
    source: "events",
    reason: "for_the_filter",
    records: 12,
  });
  const pages = await runtime.call("/v1/quarantine?limit=1&reason=for_the_filter", { key: analyst });
  expect(pages.body.data).toHaveLength(1);
  const next = await runtime.call(`/v1/quarantine?limit=1&reason=for_the_filter&cursor=${pages.body.next_cursor}`);
  expect(next.body.data[0].key).not.toBe(pages.body.data[0].key);
});

it.each([
  ["POST", "/v1/quarantine/replay", { key: "analyst" }, 403, "insufficient_scope"],
  ["GET", "/v1/quarantine/source=events/none.jsonl", null, 404, "not_found"],
  ["GET", "/v1/quarantine?source=nowhere", null, 400, "invalid_request"],
  ["GET", "/v1/quarantine?cursor=x", null, 400, "invalid_cursor"],
  ["GET", "/v1/quarantine?since=yesterday", null, 400, "invalid_request"],
  ["POST", "/v1/quarantine/replay", { key: "k", source: "events" }, 400, "invalid_request"],
  ["POST", "/v1/quarantine/replay", { keys: "k" }, 400, "unknown_field"],
  ["POST", "/v1/quarantine/replay", { key: "k" }, 404, "not_found"],
])("answers %s %s %j with %i %s", async (method, path, body, status, code) => {
  const isAnalyst = body !== null && "key" in body && body.key === "analyst";
  const answer = await runtime.call(path, {
    method,
    ...(body === null ? {} : { body }),
    ...(isAnalyst ? { key: analyst } : {}),
  });
  expect(answer).toMatchObject({ status, body: { error: { code } } });
});
