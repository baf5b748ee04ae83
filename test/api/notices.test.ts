import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import type { NewNotice } from "../../domain/sync/notices.ts";
import {
  closeNotice,
  listNotices,
  NOTICE_REPEAT_MILLISECONDS,
  openNotice,
  recordNotice,
} from "../../platform/d1/notice-store.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

const START = Date.UTC(2026, 10, 21, 10);
const at = (minutes: number): Date => new Date(START + minutes * 60_000);
const OUTAGE: NewNotice = {
  kind: "source_outage",
  subject: "replica",
  message: "The replica cannot be read: connection refused.",
  announcementId: null,
};
const CHANGE: NewNotice = {
  kind: "schema_change",
  subject: "products.colour",
  message: "Column products.colour is new.",
  announcementId: null,
};

let runtime: TestRuntime;
let db: D1Database;
let keys: { sync: string; analytics: string; exports: string };
let logged: Record<string, unknown>[];
beforeAll(async () => {
  runtime = await startRuntime();
  db = runtime.env.DB;
  keys = {
    sync: await runtime.addKey(["sync:run"]),
    analytics: await runtime.addKey(["analytics:read"]),
    exports: await runtime.addKey(["exports:read"]),
  };
});
afterAll(() => runtime.close());
beforeEach(async () => {
  await db.prepare("DELETE FROM notices").run();
  logged = [];
  const keep = (line: string): void => void logged.push(JSON.parse(line));
  vi.spyOn(console, "log").mockImplementation(keep);
  vi.spyOn(console, "warn").mockImplementation(keep);
});
afterEach(() => vi.restoreAllMocks());

const all = { limit: 100, before: null };

describe("a notice that lasts", () => {
  it("is told once while it is open, and again after it was closed", async () => {
    expect(await openNotice(db, OUTAGE, at(0))).toBe(true);
    expect(await openNotice(db, OUTAGE, at(5))).toBe(false);
    expect(await closeNotice(db, "source_outage", "replica", at(10))).toBe(true);
    expect(await closeNotice(db, "source_outage", "replica", at(15))).toBe(false);
    expect(await openNotice(db, OUTAGE, at(20))).toBe(true);
    expect(await listNotices(db, all)).toMatchObject([
      { openedAt: +at(20), closedAt: null },
      { openedAt: +at(0), closedAt: +at(10) },
    ]);
    const shown = { kind: "source_outage", subject: "replica", message: OUTAGE.message, expected: false };
    expect(logged).toMatchObject([
      { level: "warn", event: "notice_opened", ...shown },
      { level: "info", event: "notice_closed", ...shown },
      { level: "warn", event: "notice_opened", ...shown },
    ]);
  });

  it("is opened by one of many who find the same thing at once", async () => {
    const opened = await Promise.all([1, 2, 3, 4].map(() => openNotice(db, OUTAGE, at(0))));
    expect(opened.filter(Boolean)).toHaveLength(1);
    expect(await listNotices(db, all)).toHaveLength(1);
  });

  it("follows what is true now while it is open", async () => {
    await openNotice(db, OUTAGE, at(0));
    await openNotice(db, { ...OUTAGE, message: "The replica refuses the password.", announcementId: "a" }, at(5));
    expect(await listNotices(db, all)).toMatchObject([
      { message: "The replica refuses the password.", openedAt: +at(0), announcementId: "a" },
    ]);
    expect(logged).toHaveLength(1);
  });

  it("keeps notices of another subject or kind apart", async () => {
    expect(await openNotice(db, { ...OUTAGE, kind: "entity_paused", subject: "users" }, at(0))).toBe(true);
    expect(await openNotice(db, { ...OUTAGE, kind: "entity_paused", subject: "items" }, at(0))).toBe(true);
    expect(await openNotice(db, { ...OUTAGE, kind: "rows_set_aside", subject: "items" }, at(0))).toBe(true);
    await closeNotice(db, "entity_paused", "items", at(1));
    const open = await listNotices(db, { ...all, open: true });
    expect(open.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      "rows_set_aside items",
      "entity_paused users",
    ]);
  });

  it("is told anew when it outlasts the announcement that made it expected", async () => {
    expect(await openNotice(db, { ...OUTAGE, announcementId: "a" }, at(0))).toBe(true);
    expect(await openNotice(db, { ...OUTAGE, announcementId: "a" }, at(5))).toBe(false);
    expect(await openNotice(db, OUTAGE, at(10))).toBe(true);
    expect(await openNotice(db, OUTAGE, at(15))).toBe(false);
    expect(logged.map(({ event, level, expected }) => [event, level, expected])).toEqual([
      ["notice_opened", "info", true],
      ["notice_closed", "info", true],
      ["notice_opened", "warn", false],
    ]);
  });
});

describe("a notice of what only happened", () => {
  it("is opened and closed at once, and not repeated within a day", async () => {
    const day = NOTICE_REPEAT_MILLISECONDS / 60_000;
    expect(await recordNotice(db, CHANGE, at(0))).toBe(true);
    expect(await recordNotice(db, CHANGE, at(day - 1))).toBe(false);
    expect(await recordNotice(db, { ...CHANGE, message: "Column products.colour is gone." }, at(day - 1))).toBe(true);
    expect(await recordNotice(db, CHANGE, at(day))).toBe(true);
    expect(await listNotices(db, { ...all, open: false })).toHaveLength(3);
    expect(await listNotices(db, { ...all, open: true })).toEqual([]);
    expect(logged).toHaveLength(3);
    expect(logged[0]).toMatchObject({ event: "notice_opened", lasts: false, expected: false });
  });
});

describe("GET /v1/notices", () => {
  beforeEach(async () => {
    await openNotice(db, { ...OUTAGE, announcementId: "a" }, at(0));
    await recordNotice(db, CHANGE, at(1));
    await openNotice(db, { ...OUTAGE, kind: "entity_paused", subject: "users" }, at(2));
  });

  it("lists notices, newest first, and tells whether each was expected", async () => {
    const { status, body } = await runtime.call("/v1/notices");
    expect(status).toBe(200);
    expect(body).toEqual({
      next_cursor: null,
      data: [
        expect.objectContaining({ kind: "entity_paused", subject: "users", closed_at: null, expected: false }),
        expect.objectContaining({ kind: "schema_change", closed_at: at(1).toISOString() }),
        {
          id: expect.any(Number),
          kind: "source_outage",
          subject: "replica",
          message: OUTAGE.message,
          opened_at: at(0).toISOString(),
          closed_at: null,
          expected: true,
          announcement_id: "a",
        },
      ],
    });
  });

  it("lists only what is open, or only what is over, page by page", async () => {
    const kinds = (body: { data: { kind: string }[] }): string[] => body.data.map(({ kind }) => kind);
    expect(kinds((await runtime.call("/v1/notices?open=false")).body)).toEqual(["schema_change"]);
    const first = await runtime.call("/v1/notices?open=true&limit=1");
    expect(kinds(first.body)).toEqual(["entity_paused"]);
    const second = await runtime.call(`/v1/notices?open=true&limit=1&cursor=${first.body.next_cursor}`);
    expect(kinds(second.body)).toEqual(["source_outage"]);
    expect(second.body.next_cursor).toBeNull();
  });

  it.each([
    ["open=yes", "invalid_request"],
    ["limit=101", "invalid_request"],
    ["kind=source_outage", "unknown_field"],
    ["cursor=x", "invalid_cursor"],
  ])("refuses ?%s as %s", async (query, code) => {
    const { status, body } = await runtime.call(`/v1/notices?${query}`);
    expect([status, body.error.code]).toEqual([400, code]);
  });

  it("is for who runs the sync and for who looks at figures", async () => {
    expect((await runtime.call("/v1/notices", { key: keys.sync })).status).toBe(200);
    expect((await runtime.call("/v1/notices", { key: keys.analytics })).status).toBe(200);
    expect((await runtime.call("/v1/notices", { key: keys.exports })).body.error.code).toBe("insufficient_scope");
    expect((await runtime.call("/v1/notices", { key: null })).status).toBe(401);
  });
});
