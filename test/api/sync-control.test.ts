import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { SchemaChange } from "../../domain/sync/drift.ts";
import { clearAcceptedDeletions, pause, readPauses, resume } from "../../platform/d1/pause-store.ts";
import { quarantineStatements } from "../../platform/d1/quarantine-store.ts";
import { listSchemaChanges, schemaChangeStatements } from "../../platform/d1/schema-change-store.ts";
import { beginSyncRun, finishSyncRun, writeLag } from "../../platform/d1/sync-run-store.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

const START = new Date("2026-11-21T10:00:00.000Z");
const END = new Date("2026-11-21T10:00:03.250Z");
const NOTHING_PAUSED = { all: false, entities: [], accept_deletions: [] };

let runtime: TestRuntime;
let db: D1Database;
let otherKey: string;
beforeAll(async () => {
  runtime = await startRuntime();
  db = runtime.env.DB;
  otherKey = await runtime.addKey(["exports:read"]);
});
afterAll(() => runtime.close());
beforeEach(async () => {
  const tables = ["sync_runs", "sync_state", "sync_quarantine", "schema_changes"];
  await db.batch(tables.map((table) => db.prepare(`DELETE FROM ${table}`)));
});

function change(more: Partial<SchemaChange> = {}): SchemaChange {
  return {
    entity: "ratings",
    table: "ratings",
    column: "productRating",
    kind: "column_dropped",
    before: "int",
    after: null,
    effect: "pauses_entity",
    message: "Column ratings.productRating is gone. It is not read until that is mended.",
    announcementId: null,
    ...more,
  };
}

describe("a run", () => {
  it("tells how long it took, how far the source was behind, and what became of each entity", async () => {
    const run = await beginSyncRun(db, "one", "manual", "running", START);
    await writeLag(db, run, 0.4);
    const entities = {
      users: { state: "complete", reasons: [] },
      ratings: { state: "paused", reasons: ["Table ratings has no column productRating."] },
    } as const;
    await finishSyncRun(
      db,
      run,
      { state: "incomplete", entities: { users: { ...entities.users }, ratings: { ...entities.ratings } } },
      END,
    );
    const told = {
      run_id: "one",
      state: "incomplete",
      started_at: START.toISOString(),
      finished_at: END.toISOString(),
      duration_seconds: 3.25,
      lag_seconds: 0.4,
      entities,
      announcement_id: null,
      error: null,
    };
    expect((await runtime.call("/v1/sync/one")).body).toMatchObject({ ...told, drift: [] });
    const { body } = await runtime.call("/v1/sync");
    expect(body.data).toMatchObject([told]);
    expect(body.data[0]).not.toHaveProperty("drift");
  });

  it("tells which announcement made its failure expected", async () => {
    const run = await beginSyncRun(db, "two", "cron", "running", START);
    expect((await runtime.call("/v1/sync/two")).body).toMatchObject({ duration_seconds: null, entities: {} });
    await finishSyncRun(db, run, { state: "failed", error: "It is away.", announcementId: "a" }, END);
    await finishSyncRun(db, run, { state: "complete", entities: {} }, END);
    expect((await runtime.call("/v1/sync/two")).body).toMatchObject({
      state: "failed",
      error: "It is away.",
      announcement_id: "a",
    });
  });

  it("tells why it was skipped", async () => {
    await beginSyncRun(db, "three", "cron", "skipped", START, "The sync is paused.");
    expect((await runtime.call("/v1/sync/three")).body).toMatchObject({
      state: "skipped",
      error: "The sync is paused.",
    });
  });

  it("tells what it noticed of the source's format, once however often its step is repeated", async () => {
    const run = await beginSyncRun(db, "four", "cron", "running", START);
    const renamed = { kind: "column_added", column: "stars", before: null, after: "int", effect: "goes_on" } as const;
    const changes = [change(), change(renamed)];
    for (let time = 0; time < 2; time++) await db.batch(schemaChangeStatements(db, run, changes, END));
    await db.batch(schemaChangeStatements(db, run + 1, [change({ announcementId: "a" })], END));
    expect(schemaChangeStatements(db, run, [], END)).toEqual([]);
    const { body } = await runtime.call("/v1/sync/four");
    expect(body.drift).toEqual([
      {
        entity: "ratings",
        table: "ratings",
        column: "productRating",
        kind: "column_dropped",
        before: "int",
        after: null,
        effect: "pauses_entity",
        message: "Column ratings.productRating is gone. It is not read until that is mended.",
        noticed_at: END.toISOString(),
        announcement_id: null,
      },
      expect.objectContaining({ kind: "column_added", column: "stars", before: null }),
    ]);
    const newest = await listSchemaChanges(db, { limit: 2, before: null });
    expect(newest.map(({ run: noticed, announcementId }) => [noticed, announcementId])).toEqual([
      [run + 1, "a"],
      [run, null],
    ]);
    const rest = await listSchemaChanges(db, { limit: 2, before: newest.at(-1)?.id ?? 0 });
    expect(rest).toHaveLength(1);
  });
});

describe("pausing", () => {
  const send = (action: string, body?: object): ReturnType<TestRuntime["call"]> =>
    runtime.call(`/v1/sync/${action}`, { method: "POST", ...(body === undefined ? {} : { body }) });

  it("pauses the sync as a whole, and says so with every answer", async () => {
    const paused = { all: true, entities: [], accept_deletions: [] };
    expect(await send("pause")).toMatchObject({ status: 200, body: { paused } });
    await beginSyncRun(db, "one", "manual", "running", START);
    expect((await runtime.call("/v1/sync")).body.paused).toEqual(paused);
    expect((await runtime.call("/v1/sync/one")).body.paused).toEqual(paused);
    expect((await send("resume", {})).body).toEqual({ paused: NOTHING_PAUSED });
  });

  it("pauses and resumes entities one by one", async () => {
    await send("pause", { entities: ["ratings"] });
    const { body } = await send("pause", { entities: ["users", "ratings"] });
    expect(body.paused).toEqual({ all: false, entities: ["users", "ratings"], accept_deletions: [] });
    expect((await send("resume", { entities: ["ratings"] })).body.paused.entities).toEqual(["users"]);
    expect((await send("resume")).body.paused).toEqual(NOTHING_PAUSED);
  });

  it("leaves the others paused when one goes on while everything was paused", async () => {
    await send("pause");
    const { body } = await send("resume", { entities: ["items"] });
    expect(body.paused).toEqual({ all: false, entities: ["users", "orders", "ratings"], accept_deletions: [] });
  });

  it("keeps an agreement to deletions until it was used, or the entity is paused again", async () => {
    await send("resume", { entities: ["items", "users"], accept_deletions: true });
    expect(await readPauses(db)).toEqual({ all: false, entities: [], acceptDeletions: ["users", "items"] });
    await clearAcceptedDeletions(db, "users");
    expect((await readPauses(db)).acceptDeletions).toEqual(["items"]);
    await pause(db, ["items"]);
    expect(await readPauses(db)).toEqual({ all: false, entities: ["items"], acceptDeletions: [] });
    await resume(db, null, true);
    expect((await readPauses(db)).acceptDeletions).toEqual(["users", "items", "orders", "ratings"]);
    await pause(db, null);
    expect((await readPauses(db)).acceptDeletions).toEqual([]);
  });

  it.each([
    ["pause", { entities: ["shops"] }, "invalid_request"],
    ["pause", { entities: [] }, "invalid_request"],
    ["pause", { accept_deletions: true }, "unknown_field"],
    ["resume", { accept_deletions: "yes" }, "invalid_request"],
    ["resume", { entity: "users" }, "unknown_field"],
  ])("refuses to %s with %j: %s", async (action, body, code) => {
    const answer = await send(action, body);
    expect([answer.status, answer.body.error.code]).toEqual([400, code]);
    expect(await readPauses(db)).toEqual({ all: false, entities: [], acceptDeletions: [] });
  });
});

describe("rows that are set aside", () => {
  beforeEach(async () => {
    const shared = { detail: 'price is "n/a"', firstRun: 3, lastRun: 7 };
    await db.batch(
      quarantineStatements(db, [
        { entity: "items", rowKey: "S10", state: "set_aside", reason: "bad_number", ...shared },
        { entity: "items", rowKey: "S 11", state: "waiting", reason: "unknown_item", ...shared },
        { entity: "orders", rowKey: "é:1", state: "waiting", reason: "unknown_user", ...shared },
      ]),
    );
  });

  it("are listed with their reason, page by page", async () => {
    const keys: string[] = [];
    let query = "limit=1";
    for (let page = 0; page < 3; page++) {
      const { body } = await runtime.call(`/v1/sync/quarantine?${query}`);
      keys.push(...body.data.map((row: { row_key: string }) => row.row_key));
      query = `limit=1&cursor=${body.next_cursor}`;
      if (page === 2) expect(body.next_cursor).toBeNull();
    }
    expect(keys).toEqual(["S 11", "S10", "é:1"]);
    const { body } = await runtime.call("/v1/sync/quarantine?entity=items&state=set_aside");
    expect(body.data).toEqual([
      {
        entity: "items",
        row_key: "S10",
        state: "set_aside",
        reason: "bad_number",
        detail: 'price is "n/a"',
        first_run: 3,
        last_run: 7,
      },
    ]);
  });

  it.each([
    ["entity=shops", "invalid_request"],
    ["state=lost", "invalid_request"],
    ["cursor=5", "invalid_cursor"],
    ["reason=x", "unknown_field"],
  ])("are refused for ?%s as %s", async (query, code) => {
    const { status, body } = await runtime.call(`/v1/sync/quarantine?${query}`);
    expect([status, body.error.code]).toEqual([400, code]);
  });
});

it.each([
  ["POST", "/v1/sync/pause"],
  ["POST", "/v1/sync/resume"],
  ["GET", "/v1/sync/quarantine"],
])("%s %s is for who runs the sync", async (method, path) => {
  expect((await runtime.call(path, { method, key: otherKey })).body.error.code).toBe("insufficient_scope");
  expect((await runtime.call(path, { method, key: null })).status).toBe(401);
});
