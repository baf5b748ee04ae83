import { afterAll, beforeAll, expect, it } from "vitest";

import { emptyTally } from "../../../domain/models/shadow-tally.ts";
import { addShadowHours } from "../../../platform/d1/shadow-store.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { openTestShop, TEST_SHOP } from "../../support/shop.ts";
import { HOUR } from "./counters.ts";

const RETIRED = "an-old-one";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
  await openTestShop(runtime);
  const insert =
    "INSERT INTO models (version, state, problems, indexed_through_run, published_at) VALUES (?, ?, '[]', 0, ?)";
  await runtime.env.DB.prepare(insert).bind(TEST_SHOP.model, "indexed", Date.parse("2026-03-04T05:06:07Z")).run();
  await runtime.env.DB.prepare(insert).bind(RETIRED, "retired", Date.parse("2026-01-02T03:04:05Z")).run();
  const hour = Math.floor(Date.now() / HOUR) * HOUR;
  const tally = emptyTally();
  await addShadowHours(runtime.env.DB, [{ hour, activeVersion: TEST_SHOP.model, shadowVersion: RETIRED, tally }]);
});
afterAll(() => runtime.close());

it("says of every model what it is and how it compared as a shadow", async () => {
  const { status, body } = await runtime.call("/v1/analytics/models");
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.next_cursor).toBeNull();
  expect(body.data.map(({ version }: { version: string }) => version)).toContain(RETIRED);
  const retired = body.data.find(({ version }: { version: string }) => version === RETIRED);
  expect(retired).toMatchObject({ state: "retired", published_at: "2026-01-02T03:04:05.000Z", activated_at: null });
  expect(retired.shadow).toMatchObject({
    version: RETIRED,
    comparisons: [{ active_version: TEST_SHOP.model, hours: 1 }],
  });
  const active = body.data.find(({ version }: { version: string }) => version === TEST_SHOP.model);
  expect(active).toMatchObject({ state: "active", shadow: null });
});

it("goes on where a page ends", async () => {
  await runtime.env.DB.prepare(
    "INSERT INTO models (version, state, problems, indexed_through_run, published_at) VALUES ('z-last', 'published', '[]', 0, 1)",
  ).run();
  const first = await runtime.call("/v1/analytics/models?limit=1");
  expect(first.body.data).toHaveLength(1);
  const rest = await runtime.call(`/v1/analytics/models?limit=100&cursor=${first.body.next_cursor}`);
  const versions = [...first.body.data, ...rest.body.data].map(({ version }: { version: string }) => version);
  expect(versions).toEqual(versions.toSorted());
  expect(new Set(versions).size).toBe(versions.length);
  expect(versions.at(-1)).toBe("z-last");
});
