import { afterAll, beforeAll, expect, it } from "vitest";

import { startRuntime, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.close());

it("is healthy as soon as the Worker runs", async () => {
  expect(await runtime.call("/v1/health", { key: null })).toMatchObject({ status: 200, body: { status: "ok" } });
});

it("is not ready before there is a catalogue, and says what to do", async () => {
  const { status, body } = await runtime.call("/v1/ready", { key: null });
  expect(status).toBe(503);
  expect(body.error.code).toBe("not_ready");
  expect(body.error.message).toContain("POST /v1/sync");
});

it("answers an unknown path in the one envelope", async () => {
  const { status, body } = await runtime.call("/v1/nothing");
  expect(status).toBe(404);
  expect(body.error).toMatchObject({ code: "not_found", requestId: expect.any(String) });
});
