import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { readAnnouncementsInForce } from "../../platform/d1/announcement-store.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

const HOUR = 60 * 60 * 1_000;
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR).toISOString();

let runtime: TestRuntime;
let otherKey: string;
beforeAll(async () => {
  runtime = await startRuntime();
  otherKey = await runtime.addKey(["exports:read", "analytics:read"]);
});
afterAll(() => runtime.close());
beforeEach(async () => {
  await runtime.env.DB.prepare("DELETE FROM announcements").run();
});

function announce(body: object): ReturnType<TestRuntime["call"]> {
  return runtime.call("/v1/announcements", { body });
}

it("keeps an announcement that is in force from its start to its end", async () => {
  const [starts_at, ends_at] = [inHours(1), inHours(3)];
  const { status, body } = await announce({
    kind: "change",
    tables: ["products", "orders"],
    starts_at,
    ends_at,
    note: "ö",
  });
  expect(status).toBe(201);
  expect(body).toEqual({
    id: expect.any(String),
    kind: "change",
    tables: ["products", "orders"],
    starts_at,
    ends_at,
    note: "ö",
    created_at: expect.any(String),
  });
  const inForce = async (time: string) => {
    const found = await readAnnouncementsInForce(runtime.env.DB, new Date(time));
    return found.map(({ id, kind, tables, note }) => ({ id, kind, tables, note }));
  };
  const { id } = body;
  const kept = { id, kind: "change", tables: ["products", "orders"], note: "ö" };
  expect(await inForce(starts_at)).toEqual([kept]);
  expect(await inForce(ends_at)).toEqual([kept]);
  expect(await inForce(inHours(0))).toEqual([]);
  expect(await inForce(inHours(4))).toEqual([]);
});

it("is about the whole source from now on when nothing else is said, in any zone", async () => {
  const { status, body } = await announce({
    kind: "outage",
    ends_at: "2999-01-01T02:00:00+02:00",
    starts_at: "2998-12-31T22:00:00-01:00",
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    tables: null,
    note: "",
    starts_at: "2998-12-31T23:00:00.000Z",
    ends_at: "2999-01-01T00:00:00.000Z",
  });
  const before = Date.now();
  const now = await announce({ kind: "outage", ends_at: inHours(1) });
  expect(Date.parse(now.body.starts_at)).toBeGreaterThanOrEqual(before - 1_000);
  expect(await readAnnouncementsInForce(runtime.env.DB, new Date())).toMatchObject([{ id: now.body.id }]);
});

it("lists announcements, newest first, page by page, and takes them back", async () => {
  const ids: string[] = [];
  for (const note of ["first", "second", "third"]) {
    ids.unshift((await announce({ kind: "change", ends_at: inHours(1), note })).body.id);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const first = await runtime.call("/v1/announcements?limit=2");
  expect(first.body.data.map((one: { note: string }) => one.note)).toEqual(["third", "second"]);
  const rest = await runtime.call(`/v1/announcements?limit=2&cursor=${first.body.next_cursor}`);
  expect(rest.body).toMatchObject({ data: [{ note: "first" }], next_cursor: null });

  const remove = () => runtime.call(`/v1/announcements/${ids[1]}`, { method: "DELETE" });
  expect((await remove()).status).toBe(204);
  expect((await remove()).body.error.code).toBe("not_found");
  const left = await runtime.call("/v1/announcements");
  expect(left.body.data.map((one: { id: string }) => one.id)).toEqual([ids[0], ids[2]]);
});

const ENDS = { kind: "change", ends_at: inHours(2) };
it.each([
  ["no kind", { ends_at: inHours(1) }, "invalid_request", "kind"],
  ["an unknown kind", { ...ENDS, kind: "party" }, "invalid_request", "kind"],
  ["no end", { kind: "change" }, "invalid_request", "ends_at"],
  ["an end without a zone", { ...ENDS, ends_at: "2999-01-01T00:00:00" }, "invalid_request", "ends_at"],
  ["an end that is over", { ...ENDS, starts_at: inHours(-3), ends_at: inHours(-1) }, "invalid_request", "ends_at"],
  ["an end before its start", { ...ENDS, starts_at: inHours(3) }, "invalid_request", "ends_at"],
  ["a length that nobody remembers", { ...ENDS, ends_at: inHours(24 * 30 + 1) }, "invalid_request", "ends_at"],
  ["an empty list of tables", { ...ENDS, tables: [] }, "invalid_request", "tables"],
  ["a long note", { ...ENDS, note: "x".repeat(501) }, "invalid_request", "note"],
  ["an unknown field", { ...ENDS, colour: "blue" }, "unknown_field", "colour"],
])("refuses an announcement with %s", async (_name, body, code, named) => {
  const answer = await announce(body);
  expect([answer.status, answer.body.error.code]).toEqual([400, code]);
  expect(answer.body.error.message).toContain(named);
});

it.each([
  ["GET", "/v1/announcements?cursor=x", 400, "invalid_cursor"],
  ["GET", "/v1/announcements?open=true", 400, "unknown_field"],
  ["DELETE", "/v1/announcements/none", 404, "not_found"],
])("answers %s %s with %i %s", async (method, path, status, code) => {
  const answer = await runtime.call(path, { method });
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
});

it("is for who runs the sync", async () => {
  const body = { kind: "outage", ends_at: inHours(1) };
  expect((await runtime.call("/v1/announcements", { body, key: otherKey })).body.error.code).toBe("insufficient_scope");
  expect((await runtime.call("/v1/announcements", { key: "pk_test_shop" })).status).toBe(403);
  expect((await runtime.call("/v1/announcements/x", { method: "DELETE", key: null })).status).toBe(401);
});
