import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { CONTROL_DEADLINE_MILLISECONDS, CONTROL_FRESH_MILLISECONDS } from "../../domain/control/control.ts";
import { VECTOR_DEADLINE_MILLISECONDS } from "../../workers/api/recommendations/answer.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop, shopItem } from "../support/shop.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/serving/slow-storage-worker.ts" });
  await openTestShop(runtime);
});
afterEach(() => runtime.call("/v1/delay?ms=0"));
afterAll(() => runtime.close());

async function degradedOf(path: string): Promise<string[] | null> {
  const { status, body } = await runtime.call(`/v1/recommendations?${path}`);
  expect(status).toBe(200);
  return body.degraded;
}

// A request's I/O ends with its answer: what it began for everyone must have been kept going, or nobody ever has it.
it("a renewal of control.json that an answer did not wait for reaches the next answers", async () => {
  expect(await degradedOf("placement=home")).toBeNull();
  await runtime.call(`/v1/delay?ms=${CONTROL_DEADLINE_MILLISECONDS * 6}`);
  await sleep(CONTROL_FRESH_MILLISECONDS);
  expect(await degradedOf("placement=home")).toEqual(["stale_control"]);
  await sleep(CONTROL_DEADLINE_MILLISECONDS * 8);
  expect(await degradedOf("placement=home")).toBeNull();
});

it("neighbours that came too late for one answer are there for the next", async () => {
  const product = `placement=product&item_id=${shopItem(40)}`;
  await degradedOf("placement=home");
  await runtime.call(`/v1/delay?ms=${VECTOR_DEADLINE_MILLISECONDS * 3}`);
  expect(await degradedOf(product)).toContain("vector_timeout");
  await eventually(async () => (await degradedOf(product)) === null, VECTOR_DEADLINE_MILLISECONDS * 12);
});
