import { afterAll, beforeAll, expect, it } from "vitest";

import { EXPORT_AS_OF_MAX_MILLISECONDS } from "../../domain/exports/limits.ts";
import { readExport } from "../../platform/d1/export-store.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { makeExport, recordExport } from "./made-export.ts";

const MINUTE_MILLISECONDS = 60_000;

let runtime: TestRuntime;
let writeKey: string;
let rawKey: string;
beforeAll(async () => {
  runtime = await startRuntime();
  writeKey = await runtime.addKey(["exports:write"]);
  rawKey = await runtime.addKey(["exports:write", "exports:raw"]);
});
afterAll(() => runtime.close());

async function create(body: unknown, key = writeKey) {
  return runtime.call("/v1/exports", { method: "POST", key, ...(body === undefined ? {} : { body }) });
}

async function askedFor(id: string): Promise<unknown> {
  const record = await readExport(runtime.env.DB, id);
  return record === null ? null : { trigger: record.trigger, ...record.params };
}

it("exports this moment with pseudonyms and as Parquet only, unless it is told otherwise", async () => {
  for (const body of [undefined, {}]) {
    const { status, body: created } = await create(body);
    expect(status).toBe(202);
    expect(await askedFor(created.id)).toEqual({ trigger: "api", asOf: null, csv: false, userIds: "pseudonym" });
  }
});

it("notes what was asked for, in any zone of time", async () => {
  const asOf = Math.floor(Date.now() / 1_000) * 1_000 - 3 * MINUTE_MILLISECONDS;
  const local = `${new Date(asOf + 120 * MINUTE_MILLISECONDS).toISOString().slice(0, 19)}+02:00`;
  const { body } = await create({ csv: true, as_of: local, user_ids: "raw" }, rawKey);
  expect(await askedFor(body.id)).toEqual({ trigger: "api", asOf, csv: true, userIds: "raw" });
  const listed = await runtime.call("/v1/exports?limit=1");
  expect(listed.body.data).toMatchObject([{ id: body.id, trigger: "api", user_ids: "raw" }]);
});

it("gives the shop's own ids to a key with exports:raw alone", async () => {
  const { status, body } = await create({ user_ids: "raw" });
  expect([status, body.error.code, body.error.message]).toEqual([
    403,
    "insufficient_scope",
    expect.stringContaining("exports:raw"),
  ]);
});

it.each<[string, unknown, string, string]>([
  ["a time ahead", { as_of: new Date(Date.now() + MINUTE_MILLISECONDS).toISOString() }, "invalid_request", "ahead"],
  [
    "a time that is too long ago",
    { as_of: new Date(Date.now() - EXPORT_AS_OF_MAX_MILLISECONDS - MINUTE_MILLISECONDS).toISOString() },
    "invalid_request",
    "at most 35 days back",
  ],
  ["a day", { as_of: "2026-11-01" }, "invalid_request", "ISO 8601"],
  ["a word for a time", { as_of: "yesterday" }, "invalid_request", "ISO 8601"],
  ["a text for csv", { csv: "yes" }, "invalid_request", "csv"],
  ["an unknown form of ids", { user_ids: "none" }, "invalid_request", "user_ids"],
  ["an unknown field", { colour: "red" }, "unknown_field", "colour"],
  ["half a body", "[", "invalid_json", "JSON"],
])("refuses %s", async (_, asked, code, words) => {
  const { status, body } = await create(asked);
  expect([status, body.error.code, body.error.message]).toEqual([400, code, expect.stringContaining(words)]);
});

it("takes a moment just within the history", async () => {
  const asOf = Date.now() - EXPORT_AS_OF_MAX_MILLISECONDS + MINUTE_MILLISECONDS;
  expect((await create({ as_of: new Date(asOf).toISOString() })).status).toBe(202);
});

it("lists what an export was and came to, page by page", async () => {
  const [older, newer] = [makeExport({ minute: 0 }), makeExport({ minute: 1, userIds: "raw" })];
  await recordExport(runtime.env, older);
  await recordExport(runtime.env, newer, "failed");
  const page = await runtime.call(`/v1/exports?limit=1&cursor=${newer.manifest.id}`);
  expect(page.body).toEqual({
    data: [
      {
        id: older.manifest.id,
        state: "complete",
        trigger: "cron",
        as_of: older.manifest.as_of,
        rows: 12,
        bytes: expect.any(Number),
        user_ids: "pseudonym",
        started_at: older.manifest.created_at,
        finished_at: expect.stringContaining("T03:00:01"),
        error: null,
      },
    ],
    next_cursor: null,
  });
  const failed = await runtime.call(`/v1/exports/${newer.manifest.id}`);
  expect(failed.body).toMatchObject({ state: "failed", error: "The source was away.", manifest: null, files: null });
});
