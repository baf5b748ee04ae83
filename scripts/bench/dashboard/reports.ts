import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import { Pool } from "undici";

import { startStep } from "../../terminal/progress.ts";
import { quantile } from "../load.ts";
import { FLOOR_PATH } from "./floor-path.ts";
import { COLD_AFTER_MILLISECONDS } from "./pages.ts";
import { nameOf, type Question } from "./questions.ts";

const FLOORS_PER_ROUND = 20;
const WARM_PER_ROUND = 3;

/** Milliseconds that a report takes when it must be computed, and when it was a moment ago. */
export interface ReportFigures {
  readonly cold_p50_ms: number;
  readonly cold_p95_ms: number;
  readonly warm_p50_ms: number;
  readonly warm_p95_ms: number;
  /** Of the cold median to that of one trivial question to D1. */
  readonly ratio: number;
  readonly kilobytes: number;
}

/** What was measured of all of them. */
export interface Reports {
  readonly floor_p50_ms: number;
  readonly figures: Readonly<Record<string, ReportFigures>>;
}

interface Asked {
  readonly milliseconds: number;
  readonly bytes: number;
  /** True when the first connection was closed. */
  readonly isRepeated: boolean;
}

class RefusedError extends Error {}

async function askOnce(pool: Pool, path: string, cookie: string): Promise<number> {
  const { statusCode, body } = await pool.request({ path, method: "GET", headers: { cookie } });
  const { byteLength } = await body.arrayBuffer();
  if (statusCode !== 200) throw new RefusedError(`${path} was answered ${statusCode}.`);
  return byteLength;
}

/**
 * Asks one question. The local runtime closes a few connections in ten thousand instead of answering: then it asks once
 * more, as a browser does, and the time is that of both.
 * @throws Error when it is refused
 */
export async function ask(pool: Pool, path: string, cookie: string): Promise<Asked> {
  const startedAt = performance.now();
  const asked = (bytes: number, isRepeated: boolean): Asked => ({
    milliseconds: performance.now() - startedAt,
    bytes,
    isRepeated,
  });
  try {
    return asked(await askOnce(pool, path, cookie), false);
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    return asked(await askOnce(pool, path, cookie), true);
  }
}

/** A quantile in milliseconds, to the tenth. */
export function millisecondsAt(values: readonly number[], share: number): number {
  return Number(quantile(Float64Array.from(values).sort(), share).toFixed(1));
}

/**
 * Asks every question alone, when no answer to it is kept and then when one is, in `rounds` rounds. Whoever asks first
 * in five seconds also waits for the ledger's shards, which say how fresh the figures are: every round begins with
 * another question.
 */
export async function measureReports(
  url: string,
  cookie: string,
  questions: readonly Question[],
  rounds: number,
): Promise<Reports> {
  const step = startStep(`Asking ${questions.length} questions`);
  const floor: number[] = [];
  const times = new Map(questions.map((one) => [one, { cold: [] as number[], warm: [] as number[], bytes: 0 }]));
  for (let round = 0; round < rounds; round++) {
    await sleep(COLD_AFTER_MILLISECONDS);
    // A connection of its own: the runtime closes idle ones, and a question must not meet that.
    const pool = new Pool(url, { connections: 1 });
    for (let n = 0; n < FLOORS_PER_ROUND; n++) floor.push((await ask(pool, FLOOR_PATH, cookie)).milliseconds);
    const first = Math.floor((round * questions.length) / rounds);
    for (const question of [...questions.slice(first), ...questions.slice(0, first)]) {
      const known = times.get(question);
      if (known === undefined) continue;
      const cold = await ask(pool, question.path, cookie);
      known.cold.push(cold.milliseconds);
      known.bytes = cold.bytes;
      for (let n = 0; n < WARM_PER_ROUND; n++) known.warm.push((await ask(pool, question.path, cookie)).milliseconds);
    }
    await pool.close();
    step.update(round + 1, rounds);
  }
  step.done();
  const floorMilliseconds = millisecondsAt(floor, 0.5);
  const figures = [...times].map(([question, { cold, warm, bytes }]): [string, ReportFigures] => [
    nameOf(question),
    {
      cold_p50_ms: millisecondsAt(cold, 0.5),
      cold_p95_ms: millisecondsAt(cold, 0.95),
      warm_p50_ms: millisecondsAt(warm, 0.5),
      warm_p95_ms: millisecondsAt(warm, 0.95),
      ratio: Number((millisecondsAt(cold, 0.5) / floorMilliseconds).toFixed(1)),
      kilobytes: Number((bytes / 1_000).toFixed(1)),
    },
  ]);
  return { floor_p50_ms: floorMilliseconds, figures: Object.fromEntries(figures) };
}
