import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { TEST_SERVERS, type TestServer } from "../../support/databases.ts";
import { eventually } from "../../support/runtime.ts";
import { openWriter, resetShop, type Writer } from "../property/shop.ts";
import { expectCopy } from "./copy.ts";
import { fillShop, type ShopSize } from "./fill-shop.ts";
import { migrate, type RuntimeProcess, type RuntimeProcessOptions, startRuntimeProcess } from "./runtime-process.ts";

/** Three starts of the whole runtime, on a busy machine. */
const TEST_MILLISECONDS = 240_000;
const RUN_MILLISECONDS = 60_000;
const SIZE: ShopSize = { customers: 60, products: 40, orders: 12, ratings: 12 };
/** Rows that are surely committed before the runtime is killed: some pages, and not all. */
const COMMITTED_BEFORE = 20;

const startedSchema = z.object({ run_id: z.string() });
const runSchema = z.object({
  run: z.number().nullable(),
  state: z.string(),
  error: z.string().nullable(),
  counts: z.record(z.string(), z.object({ written: z.number() })),
});
type SeenRun = z.infer<typeof runSchema>;

async function seen(runtime: RuntimeProcess, id: string): Promise<SeenRun> {
  return runSchema.parse(await runtime.call(`/v1/sync/${id}`, "GET"));
}

async function start(runtime: RuntimeProcess): Promise<string> {
  return startedSchema.parse(await runtime.call("/v1/sync", "POST")).run_id;
}

async function untilEnded(runtime: RuntimeProcess, id: string): Promise<SeenRun> {
  return eventually(async () => {
    const run = await seen(runtime, id);
    return !["queued", "running"].includes(run.state) && run;
  }, RUN_MILLISECONDS);
}

describe.each(TEST_SERVERS)("a runtime that is killed in the middle of a run, read from $dialect", (kind) => {
  let server: TestServer | null = null;
  let writer: Writer | null = null;
  let options: RuntimeProcessOptions | null = null;
  const started: RuntimeProcess[] = [];

  beforeAll(async () => {
    server = await kind.start();
    if (server === null) return;
    const database = await server.createDatabase();
    writer = await openWriter(kind.dialect, database.url);
    await resetShop(writer);
    await fillShop(writer, SIZE);
    const folder = await mkdtemp(join(tmpdir(), "endcap-killed-"));
    options = { folder, shop: "./test/sync/trouble/shops/slow-shop.ts", replica: database.url };
    await migrate(options);
  });
  afterAll(async () => {
    for (const runtime of started) await runtime.kill();
    await writer?.close();
    await server?.stop();
    if (options !== null) await rm(options.folder, { recursive: true, force: true });
  });

  it("is gone on with from the last committed page", { timeout: TEST_MILLISECONDS }, async (test) => {
    if (options === null || writer === null) return test.skip();
    const first = await startRuntimeProcess(options);
    started.push(first);
    const killed = await start(first);
    await eventually(
      async () => ((await seen(first, killed)).counts["users"]?.written ?? 0) >= COMMITTED_BEFORE,
      RUN_MILLISECONDS,
    );
    await first.kill();

    const second = await startRuntimeProcess(options);
    started.push(second);
    const interrupted = await seen(second, killed);
    const committed = interrupted.counts["users"]?.written ?? 0;
    expect(interrupted.state).toBe("running");
    expect(committed).toBeGreaterThanOrEqual(COMMITTED_BEFORE);
    expect(committed).toBeLessThan(SIZE.customers);
    const written = "SELECT user_id, changed_run FROM users ORDER BY user_id";
    const before = await second.stored(written);
    expect(before).toHaveLength(committed);

    const skipped = await untilEnded(second, await start(second));
    expect(skipped).toMatchObject({ state: "skipped", error: null, counts: {} });
    expect(await second.stored(written)).toEqual(before);

    // Waiting for the lease's end would take longer than the rest of the test.
    await second.stored("UPDATE leases SET expires_at = 0");
    const next = await untilEnded(second, await start(second));
    expect(next).toMatchObject({ state: "complete", error: null });
    expect(await seen(second, killed)).toMatchObject({
      state: "failed",
      error: `It was interrupted; run ${next.run} went on from there.`,
    });
    expect(next.counts["users"]?.written).toBe(SIZE.customers - committed);
    const after = new Map((await second.stored(written)).map((row) => [row["user_id"], row["changed_run"]]));
    for (const row of before)
      expect([row["user_id"], after.get(row["user_id"] ?? "")]).toEqual([row["user_id"], row["changed_run"]]);
    const { stored } = second;
    await expectCopy({ writer, stored });

    // Every row is still watched, those of the killed run as well.
    await writer.run("DELETE FROM customers WHERE id % 2 = 0");
    expect(await untilEnded(second, await start(second))).toMatchObject({ state: "complete" });
    await expectCopy({ writer, stored });
    expect(await second.stored("SELECT kind FROM notices")).toEqual([]);
    return undefined;
  });
});
