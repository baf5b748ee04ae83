import { setTimeout as sleep } from "node:timers/promises";

import { SESSION_CONFIRM_SPREAD } from "../../../domain/sessions/session.ts";
import { startStep } from "../../terminal/progress.ts";
import { median, saturate } from "../load.ts";
import { type BenchRuntime, startBenchRuntime } from "../runtime.ts";
import { assertAnswered, putKey, viewsRequest } from "./load.ts";
import { waitUntilSettled } from "./settled.ts";
import { type Stage, STAGES } from "./stages.ts";

const CONNECTIONS = 32;
const EVENTS_PER_REQUEST = 25;
const SHOPPERS = 1_000;
/**
 * Sessions confirm their events so soon here, not after a minute: else each of these few would hold, and write again
 * and again, what no shopper sends in a minute.
 */
const CONFIRM_MILLISECONDS = 8_000;
/** What a stage leaves behind (session alarms, messages of the queue) is over by then. */
const COOL_DOWN_MILLISECONDS = CONFIRM_MILLISECONDS * (1 + SESSION_CONFIRM_SPREAD) + 4_000;
const SECOND_MILLISECONDS = 1_000;
const MICROSECONDS = 1_000_000;
const SETTLE_DEADLINE_MILLISECONDS = 15 * 60 * SECOND_MILLISECONDS;
const LEAVES_NOTHING: ReadonlySet<Stage> = new Set(["read", "floor", "judge"]);

/** How long it measures. */
export interface ThroughputOptions {
  readonly rounds: number;
  readonly stageSeconds: number;
  readonly sustainedSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
}

/** Rates are of events, lags in seconds after the last answer. */
export interface Throughput {
  readonly events_per_s: number;
  readonly floor_events_per_s: number;
  readonly ratio: number;
  readonly sustained_events_per_s: number;
  readonly sustained_events: number;
  readonly sustained_seconds: number;
  readonly lag_counters_s: number;
  readonly lag_lake_s: number;
  /** Events a second up to each stage, and what the stage adds to one event on the machine's two cores. */
  readonly stages: Readonly<Record<string, { readonly events_per_s: number; readonly added_us: number }>>;
}

async function measureStage(runtime: BenchRuntime, stage: Stage, run: string, seconds: number): Promise<number> {
  const result = await saturate(runtime.url, CONNECTIONS, seconds, (n) =>
    viewsRequest(stage, run, n, n % SHOPPERS, EVENTS_PER_REQUEST),
  );
  assertAnswered(`Stage ${stage}`, result);
  return (result.requests * EVENTS_PER_REQUEST) / result.seconds;
}

async function measureStages(runtime: BenchRuntime, options: ThroughputOptions): Promise<Record<Stage, number>> {
  const step = startStep("Measuring each stage of ingest");
  const rates = Object.fromEntries(STAGES.map((stage) => [stage, []])) as unknown as Record<Stage, number[]>;
  const total = options.rounds * STAGES.length;
  for (let round = 0; round < options.rounds; round++) {
    for (const [place, stage] of STAGES.entries()) {
      step.update(round * STAGES.length + place, total, stage);
      rates[stage].push(await measureStage(runtime, stage, `stages${round}`, options.stageSeconds));
      if (!LEAVES_NOTHING.has(stage)) await sleep(COOL_DOWN_MILLISECONDS);
    }
  }
  step.done();
  return Object.fromEntries(STAGES.map((stage) => [stage, median(rates[stage])])) as Record<Stage, number>;
}

function describeStages(rates: Record<Stage, number>): Throughput["stages"] {
  const before: Partial<Record<Stage, Stage>> = { floor: "read", judge: "read", session: "judge", queue: "session" };
  return Object.fromEntries(
    STAGES.map((stage) => {
      const earlier = stage === "all" ? "queue" : before[stage];
      const added = MICROSECONDS / rates[stage] - (earlier === undefined ? 0 : MICROSECONDS / rates[earlier]);
      return [stage, { events_per_s: Math.round(rates[stage]), added_us: Number(added.toFixed(1)) }];
    }),
  );
}

/** A load that lasts, on a runtime of its own, and how long after it counters and lake have everything. */
async function measureSustained(
  runtime: BenchRuntime,
  seconds: number,
): Promise<{ events: number; seconds: number; counters: number; lake: number }> {
  const loading = startStep(`${seconds} s of batches of ${EVENTS_PER_REQUEST}`);
  const result = await saturate(runtime.url, CONNECTIONS, seconds, (n) =>
    viewsRequest("all", "sustained", n, n % SHOPPERS, EVENTS_PER_REQUEST),
  );
  assertAnswered("The load", result);
  const events = result.requests * EVENTS_PER_REQUEST;
  loading.done(`${Math.round(events / result.seconds)} events a second`);
  const settling = startStep("Waiting until counters and lake have them");
  const settled = await waitUntilSettled(runtime, events, SETTLE_DEADLINE_MILLISECONDS, (counted) =>
    settling.update(counted, events),
  );
  settling.done();
  return { events, seconds: result.seconds, ...settled };
}

async function onRuntime<Value>(
  { variables }: ThroughputOptions,
  measure: (runtime: BenchRuntime) => Promise<Value>,
): Promise<Value> {
  const runtime = await startBenchRuntime({
    main: "scripts/bench/ingest/worker.ts",
    objects: { BENCH_FLOOR: "BenchFloor" },
    variables: { SESSION_CONFIRM_MILLISECONDS: String(CONFIRM_MILLISECONDS), ...variables },
  });
  try {
    await putKey(runtime);
    return await measure(runtime);
  } finally {
    await runtime.close();
  }
}

/** Events a second until they are acknowledged, what each stage takes of it, and the lag that a load leaves. */
export async function measureThroughput(options: ThroughputOptions): Promise<Throughput> {
  const rates = await onRuntime(options, (runtime) => measureStages(runtime, options));
  const sustained = await onRuntime(options, (runtime) => measureSustained(runtime, options.sustainedSeconds));
  return {
    events_per_s: Math.round(rates.all),
    floor_events_per_s: Math.round(rates.floor),
    ratio: Number((rates.all / rates.floor).toFixed(2)),
    sustained_events_per_s: Math.round(sustained.events / sustained.seconds),
    sustained_events: sustained.events,
    sustained_seconds: Number(sustained.seconds.toFixed(1)),
    lag_counters_s: sustained.counters / SECOND_MILLISECONDS,
    lag_lake_s: sustained.lake / SECOND_MILLISECONDS,
    stages: describeStages(rates),
  };
}
