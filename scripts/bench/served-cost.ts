import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { startStep } from "../terminal/progress.ts";
import { type LoadRequest, type LoadResult, median, quantile, saturate, sendAtRate } from "./load.ts";
import type { BenchRuntime } from "./runtime.ts";
import { SERVED_HEADER } from "./served-header.ts";

const CONNECTIONS = 32;
const ROUNDS = 5;
/** Several of the batches that the queue's consumer writes: a round pays for nearly all that it gave it to do. */
const ROUND_SECONDS = 10;
const OPEN_LOOP_ROUNDS = 3;
const OPEN_LOOP_SECONDS = 10;
const QUEUE_SETTLE_MILLISECONDS = 8_000;

/** What saving every answer costs: a run with it against one without, in turns. */
export interface ServedCost {
  /** Requests a second at saturation, with saving to without; lake and queue are at work on the same two cores. */
  readonly rps_ratio: number;
  /** Median latency at half of the saturation rate, with saving to without. */
  readonly p50_ratio: number;
  readonly rps: number;
  readonly rps_without: number;
  readonly p50_ms: number;
  readonly p50_ms_without: number;
  /** Rows of D1 that remember messages, per saved answer; counters are a few rows a batch. Neither session nor ledger writes any. */
  readonly rows_per_answer: number;
}

const countsSchema = z.object({ messages: z.number(), answers: z.number() });

async function rowsPerAnswer(db: D1Database): Promise<number> {
  // The last batch waits for company first.
  await sleep(QUEUE_SETTLE_MILLISECONDS);
  const row = await db
    .prepare("SELECT count(*) AS messages, (SELECT sum(answers) FROM hourly_served) AS answers FROM served_messages")
    .first();
  const { messages, answers } = countsSchema.parse(row);
  return messages / answers;
}

/** The n-th request of a load whose numbers begin at `offset`. */
export type MakeLoad = (offset: number) => (n: number) => LoadRequest;

function switched(load: (n: number) => LoadRequest, saved: boolean): (n: number) => LoadRequest {
  return (n) => {
    const request = load(n);
    return { ...request, headers: { ...request.headers, [SERVED_HEADER]: saved ? "on" : "off" } };
  };
}

function assertNoErrors({ errors, requests, firstError }: LoadResult): void {
  if (errors > 0) throw new Error(`${errors} of ${requests} requests failed (first: ${firstError}).`);
}

interface Turns {
  readonly saved: number;
  readonly without: number;
  readonly ratio: number;
}

/**
 * Runs `measure` with saving and without, `rounds` times in turns.
 * @returns the medians of the figures, and that of the pairs' ratios: what disturbs the machine disturbs both of a pair
 */
async function inTurns(
  rounds: number,
  measure: (saved: boolean, round: number) => Promise<{ result: LoadResult; figure: number }>,
): Promise<Turns> {
  const pairs: { saved: number; without: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const pair = { saved: Number.NaN, without: Number.NaN };
    // Each begins every other time: what a round leaves behind must not always fall on the same one.
    for (const saved of round % 2 === 0 ? [true, false] : [false, true]) {
      const { result, figure } = await measure(saved, round);
      assertNoErrors(result);
      pair[saved ? "saved" : "without"] = figure;
    }
    pairs.push(pair);
  }
  return {
    saved: median(pairs.map((pair) => pair.saved)),
    without: median(pairs.map((pair) => pair.without)),
    ratio: median(pairs.map((pair) => pair.saved / pair.without)),
  };
}

/** Measures what saving answers costs the load that `makeLoad` describes. */
export async function measureServedCost({ url, miniflare }: BenchRuntime, makeLoad: MakeLoad): Promise<ServedCost> {
  const step = startStep("Measuring what saving every answer costs");
  let offset = 100_000_000;
  const next = (saved: boolean): ((n: number) => LoadRequest) => switched(makeLoad((offset += 1_000_000)), saved);
  const rps = await inTurns(ROUNDS, async (saved, round) => {
    const result = await saturate(url, CONNECTIONS, ROUND_SECONDS, next(saved));
    const figure = result.requests / result.seconds;
    step.update(round + 1, ROUNDS, `${Math.round(figure)} a second ${saved ? "with" : "without"}`);
    return { result, figure };
  });
  const p50 = await inTurns(OPEN_LOOP_ROUNDS, async (saved) => {
    const result = await sendAtRate(url, CONNECTIONS, rps.without / 2, OPEN_LOOP_SECONDS, next(saved));
    return { result, figure: quantile(result.latencies, 0.5) };
  });
  const rows = await rowsPerAnswer(await miniflare.getD1Database("DB"));
  step.done();
  return {
    rps_ratio: Number(rps.ratio.toFixed(3)),
    p50_ratio: Number(p50.ratio.toFixed(3)),
    rps: Math.round(rps.saved),
    rps_without: Math.round(rps.without),
    p50_ms: Number(p50.saved.toFixed(2)),
    p50_ms_without: Number(p50.without.toFixed(2)),
    rows_per_answer: Number(rows.toFixed(5)),
  };
}
