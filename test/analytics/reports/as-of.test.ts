import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";

import type { RuntimeEnv } from "../../../platform/env.ts";
import { dataTimes } from "../../../workers/api/analytics/as-of.ts";
import { startRuntime, type TestRuntime } from "../../support/runtime.ts";
import { DAY } from "./counters.ts";

/** What an event may take from its 202 to a shard's journal. */
const ON_ITS_WAY_MILLISECONDS = 10_000;
const MINUTE = 60_000;
const BEGINNING = Date.UTC(2026, 10, 21, 12);

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime({ vars: { LEDGER_COUNTERS_MILLISECONDS: String(DAY) } });
});
afterAll(() => runtime.close());
beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});

const queue = (metrics: () => Promise<unknown>) => ({ metrics }) as unknown as Queue;
const empty = queue(() => Promise.resolve({ backlogCount: 0 }));
const failing = queue(() => Promise.reject(new Error("no metrics")));
const timeless = queue(() => Promise.resolve({ backlogCount: 4, oldestMessageTimestamp: new Date(0) }));
const since = (time: number): Queue =>
  queue(() => Promise.resolve({ backlogCount: 4, oldestMessageTimestamp: new Date(time) }));

function shards(uncountedSince: number | null): RuntimeEnv["INTERACTION_LEDGER"] {
  const status = () => Promise.resolve({ uncounted_since: uncountedSince });
  return { getByName: () => ({ status }) } as unknown as RuntimeEnv["INTERACTION_LEDGER"];
}

// What was learnt is kept for seconds: each question is asked an hour after the one before.
let hours = 0;
async function timesWith(
  events: (now: number) => Queue,
  served: (now: number) => Queue,
  waiting: number | null = null,
) {
  const now = BEGINNING + ++hours * 60 * MINUTE;
  const env: RuntimeEnv = {
    ...runtime.env,
    LEDGER_SHARDS: runtime.env.LEDGER_SHARDS,
    INTERACTION_LEDGER: shards(waiting === null ? null : now - waiting),
    EVENTS_QUEUE: events(now),
    SERVED_QUEUE: served(now),
  };
  const { asOf, servedAsOf } = await dataTimes(env, () => undefined, now);
  const before = (time: number | null) => (time === null ? null : now - ON_ITS_WAY_MILLISECONDS - time);
  return [before(asOf), before(servedAsOf)];
}

it.each<[string, (now: number) => Queue, (now: number) => Queue, number | null, readonly (number | null)[]]>([
  ["are empty", () => empty, () => empty, null, [0, 0]],
  ["hold an event", (now) => since(now - MINUTE), () => empty, null, [MINUTE, MINUTE]],
  ["hold an event younger than one in a shard", (now) => since(now - 1), () => empty, MINUTE, [MINUTE, MINUTE]],
  ["hold an answer", () => empty, (now) => since(now - MINUTE), null, [0, MINUTE]],
  ["say nothing of events", () => failing, () => empty, null, [null, null]],
  ["hold events and do not say since when", () => timeless, () => empty, null, [null, null]],
  ["say nothing of answers", () => empty, () => failing, MINUTE, [MINUTE, null]],
  ["hold answers and do not say since when", () => empty, () => timeless, null, [0, null]],
])("knows as of when where queues %s", async (_, events, served, waiting, expected) => {
  expect(await timesWith(events, served, waiting)).toEqual(expected);
});

it("answers about recommendations as of the oldest answer that waits, and about sales without regard to it", async () => {
  // The consumer takes it after some seconds, when no others have come to make up a batch.
  await runtime.env.SERVED_QUEUE.send({ format: 0 });
  const sent = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const asOf = async (report: string): Promise<number> =>
    Date.parse((await runtime.call(`/v1/analytics/${report}`)).body.as_of) + ON_ITS_WAY_MILLISECONDS;
  expect(await asOf("recommendations")).toBeLessThanOrEqual(sent);
  expect(await asOf("sales")).toBeGreaterThan(sent);
});

it("asks the shards after the queues: an event on its way from one to the other is seen", async () => {
  let hasArrived = false;
  const metrics = () => {
    // It leaves the queue while the queue is asked.
    hasArrived = true;
    return Promise.resolve({ backlogCount: 0 });
  };
  const now = BEGINNING + ++hours * 60 * MINUTE;
  const status = () => Promise.resolve({ uncounted_since: hasArrived ? now - MINUTE : null });
  const env: RuntimeEnv = {
    ...runtime.env,
    INTERACTION_LEDGER: { getByName: () => ({ status }) } as unknown as RuntimeEnv["INTERACTION_LEDGER"],
    EVENTS_QUEUE: queue(() => new Promise((resolve) => setTimeout(() => resolve(metrics()), 20))),
    SERVED_QUEUE: empty,
  };
  expect((await dataTimes(env, () => undefined, now)).asOf).toBe(now - MINUTE - ON_ITS_WAY_MILLISECONDS);
});
