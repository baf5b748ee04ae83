import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { LedgerStatus } from "../../domain/ledger/status.ts";
import { parquetRows } from "../support/parquet.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { namesOf, type RemoteLedger, remoteLedger } from "./ledger-remote.ts";
import { interaction } from "./ledger-world.ts";
import type { Command, Trouble } from "./outage-worker.ts";

/** Long beside what a busy machine takes for a call. */
const OVERDUE = 4_000;
const DEADLINE = 400;
/** A round may pass without a meeting; without what it tests, some of so many stand still. */
const ROUNDS = 10;
const ROUNDS_MILLISECONDS = 120_000;

let runtime: TestRuntime;
beforeAll(async () => {
  const vars = {
    DATA_SECRET: "a secret of this test",
    LEDGER_COUNTERS_MILLISECONDS: "0",
    LEDGER_SEGMENT_MILLISECONDS: "3600000",
    LEDGER_OUTSIDE_MILLISECONDS: String(DEADLINE),
    ALARM_OVERDUE_MILLISECONDS: String(OVERDUE),
  };
  runtime = await startRuntime({ main: "./test/durable-objects/outage-worker.ts", vars });
});
afterAll(() => runtime.close());
afterEach(() => troubles());

async function troubles(...some: readonly Trouble[]): Promise<void> {
  const body: Command = { kind: "troubles", troubles: some };
  await runtime.call("/test", { body });
}

/** A shard, and one of the users whose totals it keeps. Every test has its own. */
function shardAndUser(number: number): { shard: RemoteLedger; shopper: string } {
  return { shard: remoteLedger(runtime, number), shopper: namesOf(runtime, number, "u:", 1)[0] ?? "" };
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const until = (shard: RemoteLedger, check: (status: LedgerStatus) => boolean) =>
  eventually(async () => check(await shard.status()));
const isCounted = ({ uncounted_since }: LedgerStatus): boolean => uncounted_since === null;

/** Whether the counters have what waits, found out without a call that sees to it. */
async function countedBy(shard: RemoteLedger): Promise<number> {
  const [row] = await shard.sql("SELECT value ->> '$.counted' AS counted FROM state");
  return Number(row?.["counted"]);
}

async function lakeIds(): Promise<unknown[]> {
  const { objects } = await runtime.env.LAKE.list({ prefix: "events/" });
  const files = await Promise.all(objects.map(({ key }) => runtime.env.LAKE.get(key)));
  const rows = await Promise.all(files.map(async (file) => parquetRows(await file?.arrayBuffer())));
  return rows.flat().map((row) => row["event_id"]);
}

describe("an alarm", () => {
  it(
    "follows every append, also after a call that met an alarm in its very millisecond",
    async () => {
      const { shard, shopper } = shardAndUser(0);
      await troubles("calls meet alarms");
      for (let round = 1; round <= ROUNDS; round++) {
        await shard.append([interaction(`met-${round}`, { shopper })]);
        await eventually(async () => (await countedBy(shard)) === round);
      }
    },
    ROUNDS_MILLISECONDS,
  );

  it.each([
    ["somebody asks how the shard is", 1, (shard: RemoteLedger) => shard.status()],
    ["something is appended", 2, (shard: RemoteLedger) => shard.append([])],
  ])("that was lost is set again when %s, once it should have come long ago", async (_, number, call) => {
    const { shard, shopper } = shardAndUser(number);
    await troubles("alarms are lost");
    await shard.append([interaction(`lost-${number}`, { shopper })]);
    await troubles();
    await sleep(OVERDUE / 3);
    await call(shard);
    await sleep(OVERDUE / 3);
    expect(await countedBy(shard)).toBe(0);
    await sleep(OVERDUE / 2);
    await call(shard);
    await eventually(async () => (await countedBy(shard)) === 1);
  });
});

describe("a call that is never answered", () => {
  it("of D1 leaves the counters waiting, and nothing else", async () => {
    const { shard, shopper } = shardAndUser(3);
    await troubles("D1 is silent");
    await shard.append([interaction("silent-1", { shopper })]);
    const status = await shard.flush();
    expect(status).toMatchObject({ unstored_since: null, sealed: 0 });
    expect(status.error).toBe(`counters: D1 did not answer within ${DEADLINE} ms.`);
    expect(status.uncounted_since).not.toBeNull();
    expect(await lakeIds()).toContain("silent-1");
    await shard.append([interaction("silent-2", { shopper })]);
    await troubles();
    await until(shard, isCounted);
    expect(await countedBy(shard)).toBe(2);
    expect(await shard.totals(shopper)).toMatchObject([{ views: 2 }]);
  });

  it("of R2 leaves the segment waiting, and no user is erased while a file of theirs may still get there", async () => {
    const { shard, shopper } = shardAndUser(4);
    await troubles("R2 is silent");
    await shard.append([interaction("kept-waiting", { shopper })]);
    const status = await shard.flush();
    expect(status).toMatchObject({ uncounted_since: null, sealed: 1 });
    expect(status.error).toBe(`segments: R2 did not answer within ${DEADLINE} ms.`);
    await expect(shard.erase(shopper)).rejects.toThrow("R2 did not answer");
    expect(await shard.totals(shopper)).toHaveLength(1);
    await troubles();
    await until(shard, ({ unstored_since }) => unstored_since === null);
    expect(await shard.erase(shopper)).toEqual({ rows: 1 });
    expect((await lakeIds()).filter((id) => id === "kept-waiting")).toHaveLength(1);
  });
});
