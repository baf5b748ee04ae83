import { vectorId } from "../../domain/models/vector-id.ts";
import { VECTOR_UPSERT_MAX_VECTORS } from "../../domain/models/vector-index.ts";
import { createRandom } from "../random.ts";
import { startStep } from "../terminal/progress.ts";
import { median, quantile } from "./load.ts";
import type { BenchRuntime } from "./runtime.ts";
import { itemId } from "./scenario.ts";

const VECTORS = 100_000;
const DIMENSIONS = 64;
const QUERIES = 200;
const TOP_K = 100;
const VERSION = "bench";
const SEED = 20_261_121;
/** A write can be seen a moment later; so long is waited for the last one. */
const VISIBLE_WITHIN_SECONDS = 60;

export interface VectorsResult {
  readonly vectors: {
    readonly count: number;
    readonly dimensions: number;
    readonly top_k: number;
    /** One Worker request that asks the index nothing but its size. */
    readonly floor_ms: number;
    readonly p50_ms: number;
    readonly p99_ms: number;
  };
}

interface Answer {
  readonly matches: number;
  readonly count: number;
}

async function post(runtime: BenchRuntime, path: string, body: unknown): Promise<Answer> {
  const response = await fetch(runtime.url + path, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
  const answer: Answer = await response.json();
  return answer;
}

async function fill(runtime: BenchRuntime, random: () => number): Promise<void> {
  const step = startStep(`Storing ${VECTORS} vectors`);
  for (let start = 0; start < VECTORS; start += VECTOR_UPSERT_MAX_VECTORS) {
    const vectors = Array.from({ length: Math.min(VECTOR_UPSERT_MAX_VECTORS, VECTORS - start) }, (_, n) => ({
      id: vectorId(VERSION, itemId(start + n)),
      values: Array.from({ length: DIMENSIONS }, () => random() * 2 - 1),
      namespace: VERSION,
    }));
    await post(runtime, "/bench/prepare", { vectors });
    step.update(start + vectors.length, VECTORS);
  }
  const end = Date.now() + VISIBLE_WITHIN_SECONDS * 1_000;
  while ((await post(runtime, "/bench/query", {})).count < VECTORS) {
    if (Date.now() > end) throw new Error(`Not every vector can be seen after ${VISIBLE_WITHIN_SECONDS} s.`);
  }
  step.done();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** One search after the other over 100,000 × 64 through the local binding, as a request sees it. */
export async function benchVectors(runtime: BenchRuntime): Promise<VectorsResult> {
  const random = createRandom(SEED);
  await fill(runtime, random);
  const step = startStep(`${QUERIES} queries`);
  const floors: number[] = [];
  const times: number[] = [];
  for (let n = 0; n < QUERIES; n++) {
    const vector = Array.from({ length: DIMENSIONS }, () => random() * 2 - 1);
    floors.push(await timed(() => post(runtime, "/bench/query", {})));
    const search = async (): Promise<void> => {
      const { matches } = await post(runtime, "/bench/query", { vector, topK: TOP_K, namespace: VERSION });
      if (matches !== TOP_K) throw new Error(`A query found ${matches} of ${TOP_K} vectors.`);
    };
    times.push(await timed(search));
    step.update(n + 1, QUERIES);
  }
  step.done();
  const sorted = Float64Array.from(times).sort();
  return {
    vectors: {
      count: VECTORS,
      dimensions: DIMENSIONS,
      top_k: TOP_K,
      floor_ms: Number(median(floors).toFixed(2)),
      p50_ms: Number(quantile(sorted, 0.5).toFixed(2)),
      p99_ms: Number(quantile(sorted, 0.99).toFixed(2)),
    },
  };
}
