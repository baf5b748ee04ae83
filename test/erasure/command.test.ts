import { afterAll, beforeAll, expect, it } from "vitest";

import { type Ended, runEndcap } from "../scripts/cli.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
let environment: Record<string, string>;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/erasure/later-worker.ts" });
  const { url } = await runtime.harness.listen();
  environment = { ENDCAP_URL: url.origin, ENDCAP_SECRET_KEY: TEST_KEYS.secret };
});
afterAll(() => runtime.close());

function users(...args: string[]): Promise<Ended> {
  return runEndcap(["users", ...args], environment);
}

it("erases somebody and says what was removed where", { timeout: 60_000 }, async () => {
  await runtime.call("/v1/users/a%2Fb", { method: "PUT", body: { features: { city: "Brest" } } });
  const erased = await users("erase", "a/b", "--yes");
  expect(erased.status).toBe(0);
  expect(erased.stdout).toMatch(/^WHERE +WHAT +REMOVED\n/);
  expect(erased.stdout).toMatch(/^database +users +1$/m);
  expect(erased.stdout).toMatch(/^database +pushes +1$/m);
  const told = await users("erasure", "a/b", "--json");
  expect(JSON.parse(told.stdout)).toMatchObject({ removed: { database: { users: 1 } } });
});

it("asks before, and says what is missing", { timeout: 60_000 }, async () => {
  expect(await users("erase", "somebody")).toMatchObject({ status: 1, stderr: expect.stringContaining("--yes") });
  expect(await users("erase")).toMatchObject({ status: 1, stderr: expect.stringContaining("Say whom") });
  expect(await users("erasure", "somebody")).toMatchObject({ status: 1, stderr: expect.stringContaining("not_found") });
  expect(await users("forget", "x")).toMatchObject({ status: 1, stderr: expect.stringContaining("erase, erasure") });
});
