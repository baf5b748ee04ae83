import { startStep } from "../terminal/progress.ts";
import { type LoadRequest, quantile, saturate, sendAtRate } from "./load.ts";
import type { BenchRuntime } from "./runtime.ts";
import { BENCH_KEY, prepareScenario, userId } from "./scenario.ts";
import { eventRequest } from "./serving.ts";

const SHOPPERS = 10_000;
const CONNECTIONS = 256;
const FLOOR_SECONDS = 20;
const LOAD_SECONDS = 60;
const FLOOR_BYTES = 8_192;
const WRITE_CHUNK = 200;
/** The session's alarm offers what the queue may have lost after half a minute; twice that is ample. */
const SETTLE_SECONDS = 75;
const headers = { authorization: `Bearer ${BENCH_KEY}` };

export interface ShoppersResult {
  readonly shoppers: {
    readonly concurrent: number;
    readonly floor_rps: number;
    readonly pages_per_s: number;
    readonly pages: number;
    readonly errors: number;
    readonly lost_events: number;
    readonly p50_ms: number;
    readonly p99_ms: number;
  };
}

/** The rate that one stored value per shopper sustains, with as many objects as there are shoppers. */
async function measureFloor(runtime: BenchRuntime): Promise<number> {
  const step = startStep("Opening 10,000 objects of the floor");
  const value = "x".repeat(FLOOR_BYTES);
  for (let from = 0; from < SHOPPERS; from += WRITE_CHUNK) {
    const names = Array.from({ length: WRITE_CHUNK }, (_, n) => userId(from + n));
    const response = await fetch(`${runtime.url}/bench/prepare`, {
      method: "POST",
      body: JSON.stringify({ floors: { names, value } }),
    });
    if (!response.ok) throw new Error(`Preparing the floor failed: ${response.status}`);
    step.update(from + WRITE_CHUNK, SHOPPERS);
  }
  step.done();
  const measuring = startStep("Measuring the floor");
  const floor = await saturate(runtime.url, CONNECTIONS, FLOOR_SECONDS, (n) => ({
    method: "GET",
    path: `/bench/floor?shopper=${userId((n * 7919) % SHOPPERS)}&bytes=${FLOOR_BYTES}`,
  }));
  if (floor.errors > 0) throw new Error(`${floor.errors} requests of the floor failed.`);
  const perSecond = floor.requests / floor.seconds;
  measuring.done(`${Math.round(perSecond)} a second`);
  return perSecond;
}

async function countInLedger(
  runtime: BenchRuntime,
  ids: readonly string[],
  shoppers: readonly string[],
): Promise<number> {
  const response = await fetch(`${runtime.url}/bench/missing`, {
    method: "POST",
    body: JSON.stringify({ ids, shoppers }),
  });
  if (!response.ok) throw new Error(`Asking the ledger failed: ${response.status}`);
  const answer: { missing: number } = await response.json();
  return answer.missing;
}

/** Events that were acknowledged and did not reach the ledger, after queue and alarms had their time. */
async function countLost(
  runtime: BenchRuntime,
  acknowledged: readonly { id: string; shopper: string }[],
): Promise<number> {
  const step = startStep("Looking for every acknowledged event in the ledger");
  const end = Date.now() + SETTLE_SECONDS * 1000;
  for (;;) {
    let missing = 0;
    for (let from = 0; from < acknowledged.length; from += 1_000) {
      const chunk = acknowledged.slice(from, from + 1_000);
      missing += await countInLedger(
        runtime,
        chunk.map((event) => event.id),
        chunk.map((event) => event.shopper),
      );
    }
    step.update(acknowledged.length - missing, acknowledged.length);
    if (missing === 0 || Date.now() > end) {
      step.done(`${missing} lost`);
      return missing;
    }
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

/**
 * 10,000 shoppers, each with its own session, open loop: pages of one event and one recommendation, at half of the
 * rate that the floor sustains with as many objects.
 */
export async function benchShoppers(runtime: BenchRuntime): Promise<ShoppersResult> {
  const preparing = startStep("Preparing 10,000 items and 10,000 users");
  await prepareScenario(runtime, SHOPPERS, (done, total) => preparing.update(done, total));
  preparing.done();
  const floorRps = await measureFloor(runtime);
  const acknowledged: { id: string; shopper: string }[] = [];
  const page = (n: number): LoadRequest[] => {
    const shopper = (n * 7919) % SHOPPERS;
    acknowledged.push({ id: `bench-${shopper}-${n}`, shopper: `u:${userId(shopper)}` });
    return [
      eventRequest(shopper, n),
      { method: "GET", path: `/v1/recommendations?placement=home&limit=10&user_id=${userId(shopper)}`, headers },
    ];
  };
  // A page is two requests, so half of the floor's rate of requests is a quarter of it in pages.
  const pagesPerSecond = floorRps / 2 / 2;
  const loading = startStep(`60 s of ${Math.round(pagesPerSecond)} pages a second`);
  const load = await sendAtRate(runtime.url, CONNECTIONS, pagesPerSecond, LOAD_SECONDS, page, (done, total) =>
    loading.update(done, total),
  );
  loading.done();
  return {
    shoppers: {
      concurrent: SHOPPERS,
      floor_rps: Math.round(floorRps),
      pages_per_s: Number((load.requests / load.seconds).toFixed(1)),
      pages: load.requests,
      errors: load.errors,
      lost_events: await countLost(runtime, acknowledged),
      p50_ms: Number(quantile(load.latencies, 0.5).toFixed(2)),
      p99_ms: Number(quantile(load.latencies, 0.99).toFixed(2)),
    },
  };
}
