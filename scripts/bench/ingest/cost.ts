import { setTimeout as sleep } from "node:timers/promises";

import { COUNTERS_MILLISECONDS, SEGMENT_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { SESSION_CONFIRM_MILLISECONDS, SESSION_CONFIRM_SPREAD } from "../../../domain/sessions/session.ts";
import { startStep } from "../../terminal/progress.ts";
import { fillItems } from "../dashboard/fill.ts";
import { sendAtRate } from "../load.ts";
import { type BenchRuntime, startBenchRuntime } from "../runtime.ts";
import type { IngestCounts } from "./counts.ts";
import { assertAnswered, putKey, viewsRequest } from "./load.ts";
import { waitUntilSettled } from "./settled.ts";

/** Time runs so much faster: every period of the Worker, and what shoppers do, are shortened by it. */
const COMPRESSION = 10;
/** The consumer's `max_batch_timeout` in production. */
const QUEUE_WAIT_SECONDS = 6;
/** A shopper does something so often. */
const PAUSE_SECONDS = 20;
const CRON_MILLISECONDS = 300_000;
const CONNECTIONS = 64;
const SECOND_MILLISECONDS = 1_000;
const SETTLE_DEADLINE_MILLISECONDS = 3 * 60 * SECOND_MILLISECONDS;
/** What sessions do after their last offer is over by then. */
const REST_MILLISECONDS = (SESSION_CONFIRM_MILLISECONDS * (1 + SESSION_CONFIRM_SPREAD)) / COMPRESSION + 3_000;
const MILLION = 1_000_000;
/** Of a message: written, read, acknowledged. */
const QUEUE_OPERATIONS_PER_BLOCK = 3;
/** Dollars a million, as the platform's price lists had them in November 2026; D1 and objects charge the same a row. */
const PRICES = { queue: 0.4, classA: 4.5, classB: 0.36, objectCalls: 0.15, rows: 1 } as const;

/** Who sends what. */
export interface CostScenario {
  readonly shoppers: number;
  readonly eventsPerRequest: number;
  /** Of the load, as it runs; ten times as long for the shoppers. */
  readonly seconds: number;
}

/** Per event, or per million events where it says so. */
export interface IngestCost {
  readonly events: number;
  readonly events_per_request: number;
  readonly simulated_events_per_s: number;
  readonly rows_per_event: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly per_million: {
    readonly queue_operations: number;
    readonly queue_messages: number;
    readonly class_a: number;
    readonly class_b: number;
    readonly object_requests: number;
    readonly objects: Readonly<Record<string, number>>;
    readonly rows: number;
    /** Requests of the Worker, processor time and stored bytes are not in it. */
    readonly dollars: number;
  };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function perEvent(counts: Readonly<Record<string, number>>, events: number, digits: number): Record<string, number> {
  const entries = Object.entries(counts).toSorted(([, left], [, right]) => right - left);
  return Object.fromEntries(entries.map(([name, count]) => [name, Number((count / events).toFixed(digits))]));
}

function describe(counts: IngestCounts, events: number, eventsPerRequest: number, rate: number): IngestCost {
  const perMillion = (count: number): number => Math.round((count / events) * MILLION);
  const [queue, classA, classB] = [
    perMillion(counts.queueBlocks * QUEUE_OPERATIONS_PER_BLOCK),
    perMillion(sum(counts.classA)),
    perMillion(sum(counts.classB)),
  ];
  const [objectRequests, rows] = [perMillion(sum(counts.objectCalls)), perMillion(sum(counts.rows))];
  const price =
    queue * PRICES.queue +
    classA * PRICES.classA +
    classB * PRICES.classB +
    objectRequests * PRICES.objectCalls +
    rows * PRICES.rows;
  return {
    events,
    events_per_request: eventsPerRequest,
    simulated_events_per_s: Number(rate.toFixed(1)),
    rows_per_event: Number((sum(counts.rows) / events).toFixed(2)),
    rows: perEvent(counts.rows, events, 3),
    per_million: {
      queue_operations: queue,
      queue_messages: perMillion(counts.queueMessages),
      class_a: classA,
      class_b: classB,
      object_requests: objectRequests,
      objects: perEvent(counts.objectCalls, events, 4),
      rows,
      dollars: Number((price / MILLION).toFixed(2)),
    },
  };
}

async function countsOf(runtime: BenchRuntime, method: "GET" | "DELETE"): Promise<IngestCounts> {
  const response = await fetch(`${runtime.url}/bench/counts`, { method });
  return response.json<IngestCounts>();
}

/** Every shopper has been here before, and every ledger too: what is made once is nothing that an event costs. */
async function warm(runtime: BenchRuntime, { shoppers }: CostScenario): Promise<void> {
  const result = await sendAtRate(runtime.url, CONNECTIONS, shoppers / 4, 4, (n) =>
    viewsRequest("all", "warm", n, n % shoppers, 1),
  );
  assertAnswered("A first visit", result);
  await waitUntilSettled(runtime, result.requests, SETTLE_DEADLINE_MILLISECONDS, () => undefined);
  await sleep(REST_MILLISECONDS);
}

/** What the cron does every five minutes that belongs to what an event costs. */
async function mergeLines(runtime: BenchRuntime): Promise<void> {
  const { ok, status } = await fetch(`${runtime.url}/bench/merge-lines`, { method: "POST" });
  if (!ok) throw new Error(`Bringing the lines together was answered ${status}.`);
}

/** Does something while lines are brought together as often as the cron does, and once more at the end. */
async function amongCrons<Value>(runtime: BenchRuntime, work: () => Promise<Value>): Promise<Value> {
  const done = new AbortController();
  const crons = (async () => {
    while (!done.signal.aborted) {
      await sleep(CRON_MILLISECONDS / COMPRESSION, undefined, { signal: done.signal }).catch(() => undefined);
      await mergeLines(runtime);
    }
  })();
  try {
    return await work();
  } finally {
    done.abort();
    await crons;
  }
}

/** Counts what the events of a scenario are charged for, until all that follows from them is done. */
export async function measureCost(scenario: CostScenario): Promise<IngestCost> {
  const { shoppers, eventsPerRequest, seconds } = scenario;
  const compressed = (milliseconds: number): string => String(milliseconds / COMPRESSION);
  const runtime = await startBenchRuntime({
    main: "scripts/bench/ingest/worker.ts",
    objects: { BENCH_FLOOR: "BenchFloor" },
    variables: {
      BENCH_COUNTS: "on",
      BENCH_COMPRESSION: String(COMPRESSION),
      LEDGER_COUNTERS_MILLISECONDS: compressed(COUNTERS_MILLISECONDS),
      LEDGER_SEGMENT_MILLISECONDS: compressed(SEGMENT_MILLISECONDS),
      SESSION_CONFIRM_MILLISECONDS: compressed(SESSION_CONFIRM_MILLISECONDS),
    },
    eventsConsumer: { maxBatchTimeout: QUEUE_WAIT_SECONDS / COMPRESSION },
  });
  try {
    await putKey(runtime);
    // Counters by line are rows of their own, where a line is known.
    await fillItems(await runtime.miniflare.getD1Database("DB"));
    const step = startStep(`Counting what requests of ${eventsPerRequest} are charged for`);
    await warm(runtime, scenario);
    await countsOf(runtime, "DELETE");
    const perSecond = (shoppers * COMPRESSION) / PAUSE_SECONDS;
    const events = await amongCrons(runtime, async () => {
      const result = await sendAtRate(
        runtime.url,
        CONNECTIONS,
        perSecond,
        seconds,
        (n) => viewsRequest("all", "cost", n, n % shoppers, eventsPerRequest),
        { progress: (done, total) => step.update(done, total) },
      );
      assertAnswered("The load", result);
      const sent = result.requests * eventsPerRequest;
      await waitUntilSettled(runtime, sent + Math.round(shoppers), SETTLE_DEADLINE_MILLISECONDS, () => undefined);
      await sleep(REST_MILLISECONDS);
      return sent;
    });
    const counts = await countsOf(runtime, "GET");
    step.done();
    return describe(counts, events, eventsPerRequest, (perSecond * eventsPerRequest) / COMPRESSION);
  } finally {
    await runtime.close();
  }
}
