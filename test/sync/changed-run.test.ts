import { afterAll, beforeAll, expect, it } from "vitest";

import { changedRunStatement, readChangedRun } from "../../platform/d1/sync-state-store.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.close());

it("never goes back: a push during run 7 has noted run 8, and the run's next page does not hide it", async () => {
  const { DB } = runtime.env;
  expect(await readChangedRun(DB)).toBe(0);
  await changedRunStatement(DB, 7).run();
  expect(await readChangedRun(DB)).toBe(7);
  await changedRunStatement(DB, 8).run();
  await changedRunStatement(DB, 7).run();
  expect(await readChangedRun(DB)).toBe(8);
  await changedRunStatement(DB, 12).run();
  expect(await readChangedRun(DB)).toBe(12);
});
