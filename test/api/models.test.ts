import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { controlSchema, type Control } from "../../domain/control/control.ts";
import { MANIFEST_FILE } from "../../domain/models/manifest.ts";
import { publish, putItems, putTowerModel } from "../models/shop.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
let reader: string;
beforeAll(async () => {
  runtime = await startRuntime();
  reader = await runtime.addKey(["analytics:read"]);
  await putItems(runtime, [{ itemId: "car", category: "Cars" }]);
  for (const version of ["one", "two"]) {
    await putTowerModel(runtime, version);
    await publish(runtime, version);
  }
  await putTowerModel(runtime, "broken", { dimension: 65 });
  await publish(runtime, "broken");
});
afterAll(() => runtime.close());

async function pointers(): Promise<Control["model"]> {
  const object = await runtime.env.RUNTIME.get("control.json");
  return controlSchema.parse(await object?.json()).model;
}

async function stateOf(version: string): Promise<string> {
  return (await runtime.call(`/v1/models/${version}`)).body.state;
}

it("there is nothing to roll back to before a second model was active", async () => {
  const { status, body } = await runtime.call("/v1/models/rollback", { method: "POST" });
  expect([status, body.error.code]).toEqual([409, "conflict"]);
});

it("activation and rollback move one pointer in control.json", async () => {
  const activate = (version: string) => runtime.call(`/v1/models/${version}/activate`, { method: "POST" });
  expect(await activate("one")).toMatchObject({ status: 200, body: { version: "one", state: "active" } });
  expect(await pointers()).toEqual({ active: "one", previous: null });
  expect(await activate("two")).toMatchObject({ status: 200, body: { version: "two", state: "active" } });
  expect(await pointers()).toEqual({ active: "two", previous: "one" });
  expect(await stateOf("one")).toBe("indexed");
  // Twice the same is once: the way back stays open.
  await activate("two");
  expect(await pointers()).toEqual({ active: "two", previous: "one" });

  const rolledBack = await runtime.call("/v1/models/rollback", { method: "POST" });
  expect(rolledBack).toMatchObject({ status: 200, body: { version: "one", state: "active" } });
  expect(await pointers()).toEqual({ active: "one", previous: "two" });
  expect(await stateOf("two")).toBe("indexed");
});

it("lists versions page by page", async () => {
  const first = await runtime.call("/v1/models?limit=2");
  expect(first.body.data.map((model: { version: string }) => model.version)).toEqual(["broken", "one"]);
  const second = await runtime.call(`/v1/models?limit=2&cursor=${first.body.next_cursor}`);
  expect(second.body).toMatchObject({ data: [{ version: "two", metrics: { ndcg: 0.25 } }], next_cursor: null });
});

it("publishing what is published answers with it, and never changes it", async () => {
  expect(await runtime.call("/v1/models", { body: { version: "two" } })).toMatchObject({
    status: 202,
    body: { version: "two", state: "indexed" },
  });
  const manifest = await (await runtime.env.MODELS.get(`two/${MANIFEST_FILE}`))?.text();
  await putTowerModel(runtime, "two", { files: {} });
  const changed = await runtime.call("/v1/models", { body: { version: "two" } });
  expect([changed.status, changed.body.error.code]).toEqual([409, "conflict"]);
  await runtime.env.MODELS.put(`two/${MANIFEST_FILE}`, manifest ?? "");
});

describe("bad input", () => {
  it.each<[string, string, { method?: string; body?: unknown; key?: string | null }, number, string]>([
    ["malformed JSON", "", { body: "{" }, 400, "invalid_json"],
    ["a body that is no object", "", { body: [] }, 400, "invalid_request"],
    ["no version", "", { body: {} }, 400, "invalid_request"],
    ["a version of another type", "", { body: { version: 7 } }, 400, "invalid_request"],
    ["a version that could leave its folder", "", { body: { version: "../x" } }, 400, "invalid_request"],
    ["an unknown field", "", { body: { version: "one", force: true } }, 400, "unknown_field"],
    ["a body that is too long", "", { body: { version: "x".repeat(5_000) } }, 413, "body_too_large"],
    ["a folder that is not there", "", { body: { version: "absent" } }, 404, "not_found"],
    ["a negative limit", "?limit=-1", {}, 400, "invalid_request"],
    ["a limit of no number", "?limit=many", {}, 400, "invalid_request"],
    ["an unknown query field", "?page=2", {}, 400, "unknown_field"],
    ["a cursor of no page", "?cursor=%00", {}, 400, "invalid_cursor"],
    ["an unknown version", "/absent", {}, 404, "not_found"],
    ["activating an unknown version", "/absent/activate", { method: "POST" }, 404, "not_found"],
    ["activating a refused version", "/broken/activate", { method: "POST" }, 409, "conflict"],
    ["no key", "", { key: null }, 401, "missing_key"],
    ["a wrong key", "", { key: "sk_wrong" }, 401, "invalid_key"],
    ["a publishable key", "", { key: TEST_KEYS.publishable }, 403, "secret_key_required"],
  ])("%s is refused", async (_, path, init, status, code) => {
    const answer = await runtime.call(`/v1/models${path}`, init);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it.each(["", "/one", "/one/activate", "/rollback"])(
    "a key without models:write may not use /v1/models%s",
    async (path) => {
      const method = path === "/one/activate" || path === "/rollback" ? "POST" : "GET";
      const { status, body } = await runtime.call(`/v1/models${path}`, { method, key: reader });
      expect([status, body.error.code]).toEqual([403, "insufficient_scope"]);
    },
  );
});
