import { afterAll, beforeAll, expect, it } from "vitest";

import { countFeatures, rememberFeatures } from "../../platform/d1/feature-store.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

const SEEN = new Date("2026-11-21T10:00:00.000Z");
const COUNTED = new Date("2026-11-21T10:05:00.000Z");

let runtime: TestRuntime;
const keys = { exports: "", sync: "", analytics: "" };
beforeAll(async () => {
  runtime = await startRuntime();
  keys.exports = await runtime.addKey(["exports:read"]);
  keys.sync = await runtime.addKey(["sync:run"]);
  keys.analytics = await runtime.addKey(["analytics:read"]);
  const { DB } = runtime.env;
  await DB.prepare(
    `INSERT INTO users (user_id, features, row_hash, changed_run) VALUES
     ('1', '{"creditLimit":21000,"vip":true}', 'a', 1), ('2', '{"creditLimit":null,"vip":false}', 'b', 1)`,
  ).run();
  await rememberFeatures(
    DB,
    "users",
    [
      { name: "creditLimit", kind: "number", state: "active", was: "limit" },
      { name: "vip", kind: "boolean", state: "active", was: null },
      { name: "phone", kind: "text", state: "proposed", was: null },
    ],
    SEEN,
  );
  await rememberFeatures(DB, "items", [{ name: "scale", kind: "text", state: "active", was: null }], SEEN);
  await countFeatures(DB, "users", COUNTED);
});
afterAll(() => runtime.close());

it("tells what each feature is like", async () => {
  const { status, body } = await runtime.call("/v1/features?entity=users");
  expect(status).toBe(200);
  const shared = {
    entity: "users",
    first_seen_at: SEEN.toISOString(),
    last_seen_at: SEEN.toISOString(),
    rows: 2,
    counted_at: COUNTED.toISOString(),
  };
  const unknown = { rows: null, null_share: null, distinct: null, min: null, max: null, counted_at: null };
  expect(body).toEqual({
    next_cursor: null,
    data: [
      {
        ...shared,
        name: "creditLimit",
        kind: "number",
        state: "active",
        was: "limit",
        null_share: 0.5,
        distinct: 1,
        min: 21_000,
        max: 21_000,
      },
      { ...shared, name: "phone", kind: "text", state: "proposed", was: null, ...unknown },
      {
        ...shared,
        name: "vip",
        kind: "boolean",
        state: "active",
        was: null,
        null_share: 0,
        distinct: 2,
        min: false,
        max: true,
      },
    ],
  });
});

it("lists by state, and page by page without losing or repeating one", async () => {
  const proposed = await runtime.call("/v1/features?state=proposed");
  expect(proposed.body.data.map((feature: { name: string }) => feature.name)).toEqual(["phone"]);
  const names: string[] = [];
  let cursor = "";
  for (let page = 0; page < 4; page++) {
    const { body } = await runtime.call(`/v1/features?limit=1${cursor}`);
    names.push(...body.data.map((feature: { entity: string; name: string }) => `${feature.entity}.${feature.name}`));
    cursor = `&cursor=${body.next_cursor}`;
    if (page === 3) expect(body.next_cursor).toBeNull();
  }
  expect(names).toEqual(["items.scale", "users.creditLimit", "users.phone", "users.vip"]);
});

it.each([
  ["entity=orders", "invalid_request"],
  ["state=old", "invalid_request"],
  ["limit=0", "invalid_request"],
  ["colour=blue", "unknown_field"],
  ["cursor=users", "invalid_cursor"],
  ["cursor=WyJ1c2VycyJd", "invalid_cursor"],
])("refuses ?%s as %s", async (query, code) => {
  const { status, body } = await runtime.call(`/v1/features?${query}`);
  expect([status, body.error.code]).toEqual([400, code]);
});

it("is for who reads exports and for who runs the sync", async () => {
  expect((await runtime.call("/v1/features", { key: keys.exports })).status).toBe(200);
  expect((await runtime.call("/v1/features", { key: keys.sync })).status).toBe(200);
  const other = await runtime.call("/v1/features", { key: keys.analytics });
  expect([other.status, other.body.error.code]).toEqual([403, "insufficient_scope"]);
  expect(other.body.error.message).toContain("exports:read or sync:run");
  expect((await runtime.call("/v1/features", { key: "pk_test_shop" })).body.error.code).toBe("secret_key_required");
  expect((await runtime.call("/v1/features", { key: null })).status).toBe(401);
});
