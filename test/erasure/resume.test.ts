import { afterAll, beforeAll, expect, it } from "vitest";

import { type ErasureParams, type ErasureRecord, removedSchema } from "../../domain/erasure/record.ts";
import { hourBeginning } from "../../domain/lake/lake-keys.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import type { RunStep } from "../../workers/workflows/compaction/compact-hour.ts";
import type { ErasureDeps } from "../../workers/workflows/erasure/context.ts";
import { runErasure } from "../../workers/workflows/erasure/run-erasure.ts";
import { Killed, mortalBucket } from "../lake/mortal-bucket.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { openTestShop } from "../support/shop.ts";
import { everythingKept } from "./everything.ts";
import { keepLetters, PERSON, placesOf, shop, untilArrived } from "./shop-with-person.ts";
import { sumsOf } from "./sums.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ vars: { SESSION_CONFIRM_MILLISECONDS: "1000" } });
  await openTestShop(runtime);
});
afterAll(() => runtime.close());

/** A life of a run: its steps outlive it, as a workflow's do, and R2 fails at its n-th request. */
interface Life {
  readonly dieAt: number;
  readonly steps: Map<string, unknown>;
  readonly records: Map<string, ErasureRecord>;
}

function depsOf({ dieAt, steps, records }: Life): ErasureDeps {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const LAKE = mortalBucket(runtime.env.LAKE, dieAt, async () => undefined);
  const { DB, RUNTIME, SHOPPER_SESSION, INTERACTION_LEDGER, DATA_SECRET, LEDGER_SHARDS } = runtime.env;
  const env = { DB, LAKE, RUNTIME, SHOPPER_SESSION, INTERACTION_LEDGER, DATA_SECRET, LEDGER_SHARDS };
  const step: RunStep = async (name, run) => {
    if (!steps.has(name)) steps.set(name, structuredClone(await run()));
    return steps.get(name) as Awaited<ReturnType<typeof run>>;
  };
  return {
    env: env as unknown as RuntimeEnv,
    step,
    now,
    sleepUntil: async (_name, at) => {
      ahead = Math.max(ahead, at - Date.now());
    },
    committedBefore: async () => hourBeginning(now()),
    userColumns: new Set(["customerNumber"]),
    readRecord: async (id) => records.get(id) ?? null,
    putRecord: async (id, record) => void records.set(id, record),
  };
}

it("goes on where it was when R2 fails again and again, and comes to the same", { timeout: 300_000 }, async () => {
  await shop(runtime, PERSON);
  await keepLetters(runtime, [PERSON]);
  await untilArrived(runtime, [PERSON]);
  const sums = await sumsOf(runtime);
  const params: ErasureParams = { user_id: PERSON.userId, erasure_id: "one", previous_id: null };
  const steps = new Map<string, unknown>();
  const records = new Map<string, ErasureRecord>();
  let deaths = 0;
  for (const dieAt of [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, Infinity]) {
    const alive = await runErasure(depsOf({ dieAt, steps, records }), params).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof Killed)) throw error;
        // It died: it told nobody that it failed.
        steps.delete("failed");
        return false;
      },
    );
    if (alive) break;
    deaths += 1;
    expect(records.get("one")?.clients.map(({ client }) => client)).toContain(`c:${PERSON.clientId}`);
  }
  expect(deaths).toBeGreaterThan(3);
  expect(placesOf(runtime, await everythingKept(runtime), PERSON)).toEqual([]);
  expect(await sumsOf(runtime)).toEqual(sums);
  expect(records.get("one")).toMatchObject({ state: "complete", phase: "done", clients: [], error: null });
  expect(removedSchema.parse(records.get("one")?.removed)).toMatchObject({ sessions: 2, ledger: { orders: 1 } });
});

it("takes over from an erasure that failed the browsers that nothing else knows any more", async () => {
  const records = new Map<string, ErasureRecord>();
  const failing = depsOf({ dieAt: Infinity, steps: new Map(), records });
  const userId = "somebody-else";
  const client = "another-browser-of-theirs-1";
  const sent = await runtime.call("/v1/events", {
    body: {
      user_id: userId,
      client_id: client,
      events: [{ event_id: "x-1", name: "view_item", params: { items: [{ item_id: "a" }] } }],
    },
  });
  expect(sent.status).toBe(202);
  const broken = { ...failing, committedBefore: () => Promise.reject(new Error("the ledger is away")) };
  const first: ErasureParams = { user_id: userId, erasure_id: "first", previous_id: null };
  await expect(runErasure(broken, first)).rejects.toThrow("the ledger is away");
  expect(records.get("first")).toMatchObject({ state: "failed", error: "the ledger is away" });
  const again = depsOf({ dieAt: Infinity, steps: new Map(), records });
  let known: readonly string[] = [];
  const watching: ErasureDeps = {
    ...again,
    putRecord: async (id, record) => {
      if (record.clients.length > 0) known = record.clients.map((one) => one.client);
      await again.putRecord(id, record);
    },
  };
  await runErasure(watching, { user_id: userId, erasure_id: "second", previous_id: "first" });
  expect(known).toContain(`c:${client}`);
  expect(records.get("second")).toMatchObject({ state: "complete", clients: [] });
}, 60_000);
