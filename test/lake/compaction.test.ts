import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { CompactionParams } from "../../domain/lake/compaction-params.ts";
import { HOUR_MILLISECONDS, hourBeginning, hourFolder, markerKey, smallFileKey } from "../../domain/lake/lake-keys.ts";
import { GRACE_MILLISECONDS } from "../../domain/lake/limits.ts";
import { putLakeFile, readHour } from "../../platform/r2/lake-store.ts";
import { isClosed } from "../../workers/workflows/compaction/find-work.ts";
import { type CompactionDeps, runCompaction } from "../../workers/workflows/compaction/run-compaction.ts";
import { COMPACTION_CRON } from "../../workers/crons/crons.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { putAnswers, putEvents, readRows } from "./rows.ts";

const THIS_HOUR = hourBeginning(Date.now());
const hoursAgo = (hours: number): number => THIS_HOUR - hours * HOUR_MILLISECONDS;

let runtime: TestRuntime;
let stranger = "";
beforeAll(async () => {
  runtime = await startRuntime();
  stranger = await runtime.addKey(["exports:write"]);
});
afterAll(() => runtime.close());

async function compaction(
  query: Record<string, string> = {},
): Promise<{ state: string; result: Record<string, unknown>; error: unknown }> {
  const { status, body: started } = await runtime.call(`/v1/lake/compaction?${new URLSearchParams(query).toString()}`, {
    method: "POST",
  });
  expect(status).toBe(202);
  return eventually(async () => {
    const run = await runtime.call(`/v1/lake/compaction/${started.id}`);
    return run.body.state !== "running" && run.body;
  }, 60_000);
}

async function stateOf(table: string, hour: number): Promise<unknown> {
  return runtime.env.DB.prepare("SELECT state, rows, small_files FROM lake_hours WHERE table_name = ? AND hour = ?")
    .bind(table, hour)
    .first();
}

describe("compaction by its workflow", () => {
  it("compacts closed hours of every table, leaves open ones alone, and says so in D1", async () => {
    const { LAKE } = runtime.env;
    await putEvents(LAKE, hoursAgo(5), [[1, 2], [3], []]);
    await putEvents(LAKE, hoursAgo(2), [[1], [2]]);
    await putAnswers(LAKE, hoursAgo(5), [
      [1, 2],
      [2, 3],
    ]);
    const before = await readRows(LAKE, "events", hoursAgo(5));
    expect(await compaction()).toMatchObject({ state: "complete", result: { compacted: 2, swept: 0, refused: 0 } });
    expect(await readRows(LAKE, "events", hoursAgo(5))).toEqual(before);
    expect(await stateOf("events", hoursAgo(5))).toEqual({ state: "compacted", rows: 3, small_files: 3 });
    expect(await stateOf("recommendations", hoursAgo(5))).toMatchObject({ state: "compacted", small_files: 2 });
    expect(await stateOf("events", hoursAgo(2))).toBeNull();
    // Again: nothing is due, since small files stay for the grace period.
    expect(await compaction()).toMatchObject({ result: { compacted: 0, swept: 0, refused: 0 } });
  }, 60_000);

  it("sweeps small files when the grace period is over, once", async () => {
    const { LAKE } = runtime.env;
    await putEvents(LAKE, hoursAgo(40), [[1, 2], [3]]);
    await compaction({ table: "events" });
    const { marker } = await readHour(LAKE, "events", hoursAgo(40));
    const old = { ...marker?.content, compacted_at: new Date(Date.now() - GRACE_MILLISECONDS - 1).toISOString() };
    await LAKE.put(markerKey("events", hoursAgo(40)), JSON.stringify(old));
    expect(await compaction()).toMatchObject({ result: { compacted: 0, swept: 1 } });
    const { objects } = await LAKE.list({ prefix: hourFolder("events", hoursAgo(40)) });
    expect(objects.map(({ key }) => key.slice(hourFolder("events", hoursAgo(40)).length))).toEqual([
      "_compacted.json",
      expect.stringMatching(/^large-[0-9a-f]{16}-0001-of-0001\.parquet$/),
    ]);
    expect(await readRows(LAKE, "events", hoursAgo(40))).toHaveLength(3);
    expect(await stateOf("events", hoursAgo(40))).toEqual({ state: "swept", rows: 3, small_files: 2 });
    expect(await compaction()).toMatchObject({ result: { swept: 0 } });
  }, 60_000);

  it("refuses a damaged hour, says so, and goes on with the others", async () => {
    const { LAKE } = runtime.env;
    await putEvents(LAKE, hoursAgo(30), [[1]]);
    await putLakeFile(
      LAKE,
      smallFileKey("events", hoursAgo(30), 9, 1),
      Uint8Array.from(Buffer.from("not Parquet at all")),
    );
    await putEvents(LAKE, hoursAgo(29), [[1], [2]]);
    const from = new Date(hoursAgo(30)).toISOString();
    const to = new Date(hoursAgo(28)).toISOString();
    expect(await compaction({ table: "events", from, to })).toMatchObject({ result: { compacted: 1, refused: 1 } });
    expect(await stateOf("events", hoursAgo(30))).toMatchObject({ state: "refused" });
    expect((await readHour(LAKE, "events", hoursAgo(30))).marker).toBeNull();
    await LAKE.delete(smallFileKey("events", hoursAgo(30), 9, 1));
    expect(await compaction()).toMatchObject({ result: { compacted: 1, refused: 0 } });
    expect(await stateOf("events", hoursAgo(30))).toMatchObject({ state: "compacted" });
  }, 90_000);

  it("is started by its cron, and by nobody without the scope", async () => {
    const { LAKE } = runtime.env;
    await putAnswers(LAKE, hoursAgo(20), [[1], [1, 4]]);
    await runtime.harness.getWorker().scheduled({ cron: COMPACTION_CRON });
    await eventually(async () => (await stateOf("recommendations", hoursAgo(20))) !== null, 60_000);
    const key = stranger;
    const refused = await runtime.call("/v1/lake/compaction", { method: "POST", key });
    expect([refused.status, refused.body.error?.code]).toEqual([403, "insufficient_scope"]);
    expect((await runtime.call("/v1/lake/compaction/nonsense")).status).toBe(404);
    expect((await runtime.call("/v1/lake/compaction?table=everything", { method: "POST" })).status).toBe(400);
  }, 60_000);
});

describe("an hour of ingest", () => {
  const hourMs = Date.UTC(2026, 10, 21, 10);
  const now = hourMs + 3 * HOUR_MILLISECONDS;
  it.each([
    ["events", now, hourMs + HOUR_MILLISECONDS, true],
    ["events", now - 1, hourMs + HOUR_MILLISECONDS, false],
    ["events", now, hourMs, false],
    ["orders", now, 0, false],
    ["recommendations", now, 0, true],
    ["recommendations", now - 1, now, false],
  ] as const)("of %s at %d, with everything put before %d, is closed: %s", (table, at, committedBefore, closed) => {
    expect(isClosed(table, hourMs, { now: at, committedBefore })).toBe(closed);
  });
});

describe("a run that may make only so many steps", () => {
  it("is gone on with by others until everything is done, also behind an hour that is refused", async () => {
    const { LAKE, DB } = runtime.env;
    const hours = [60, 61, 62, 63].map(hoursAgo);
    for (const hour of hours) await putEvents(LAKE, hour, [[1], [2]]);
    await putLakeFile(LAKE, smallFileKey("events", hoursAgo(62), 9, 1), Uint8Array.from(Buffer.from("damaged")));
    const waiting: CompactionParams[] = [{ table: "events", from: hoursAgo(63), to: hoursAgo(59) }];
    const deps: CompactionDeps = {
      bucket: LAKE,
      db: DB,
      step: (_name, run) => run(),
      now: Date.now,
      committedBefore: () => Promise.resolve(Date.now()),
      stepsMax: 4,
      continueWith: (params) => Promise.resolve(String(waiting.push(params))),
    };
    let runs = 0;
    const sum = { compacted: 0, refused: 0 };
    for (let params = waiting.shift(); params !== undefined; params = waiting.shift()) {
      const { compacted, refused } = await runCompaction(deps, params);
      sum.compacted += compacted;
      sum.refused += refused;
      runs++;
      expect(runs).toBeLessThan(10);
    }
    expect(sum).toEqual({ compacted: 3, refused: 1 });
    expect(runs).toBeGreaterThan(1);
  });

  it("leaves the ledgers' tables alone while a ledger cannot be asked", async () => {
    const { LAKE, DB } = runtime.env;
    await putEvents(LAKE, hoursAgo(70), [[1], [2]]);
    await putAnswers(LAKE, hoursAgo(70), [[1]]);
    const deps: CompactionDeps = {
      bucket: LAKE,
      db: DB,
      step: (_name, run) => run(),
      now: Date.now,
      committedBefore: () => Promise.reject(new Error("shard-3 is away")),
      continueWith: () => Promise.resolve(""),
    };
    const from = hoursAgo(70);
    expect(await runCompaction(deps, { from, to: hoursAgo(69) })).toMatchObject({ compacted: 1 });
    expect((await readHour(LAKE, "events", from)).marker).toBeNull();
    expect((await readHour(LAKE, "recommendations", from)).marker).not.toBeNull();
  });
});
