import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { CommandError } from "../command.ts";
import { startStep } from "../terminal/progress.ts";
import { type LoadRequest, quantile, sendAtRate, sendEach } from "./load.ts";
import type { BenchRuntime } from "./runtime.ts";
import { BENCH_KEY, itemId, prepareScenario, SCENARIO, userId } from "./scenario.ts";
import { eventRequest } from "./serving.ts";

const SHOPPERS = 10_000;
const CONNECTIONS = 256;
/** The rates, in requests a second, that the floor is tried at, one after the other. */
const FLOOR_RATES = [150, 300, 600, 900, 1_200, 1_800, 2_400];
/** The local runtime closes an object that nobody asked for this long … */
const OBJECT_IDLE_SECONDS = 10;
/** … and holds three files open for each one until then. It dies when it has no file left. */
const FILES_PER_OBJECT = 3;
/** Of the files that a process may open, so many are for other things. */
const FILES_RESERVED = 1_000;
/** Longer than an idle object stays open, so that a rate that holds this long holds. */
const FLOOR_SECONDS = 14;
/** A rate counts as held when this share of it was answered. */
const FLOOR_HELD_SHARE = 0.95;
/** Until the objects of the step before are closed. */
const COOL_DOWN_MILLISECONDS = 15_000;
const LOAD_SECONDS = 60;
const WARM_CONNECTIONS = 16;
const REQUESTS_PER_PAGE = 2;
const FLOOR_BYTES = 8_192;
const WRITE_CHUNK = 200;
/** The session's alarm offers what the queue may have lost after a minute; so long, and a quarter of one for the work. */
const SETTLE_SECONDS = 75;
const limitsSchema = z.object({ open_files: z.object({ soft: z.union([z.number(), z.literal("unlimited")]) }) });
const headers = { authorization: `Bearer ${BENCH_KEY}` };

export interface ShoppersResult {
  readonly shoppers: {
    readonly concurrent: number;
    readonly floor_rps: number;
    readonly pages_per_s: number;
    readonly pages: number;
    readonly errors: number;
    readonly first_error: string | null;
    readonly lost_events: number;
    readonly p50_ms: number;
    readonly p99_ms: number;
  };
}

/** The rates at which as many objects are open at once as this machine lets one process have files for. */
function possibleRates(): number[] {
  const { userLimits } = z.object({ userLimits: limitsSchema }).parse(process.report.getReport());
  const { soft } = userLimits.open_files;
  if (soft === "unlimited") return FLOOR_RATES;
  const objects = Math.floor((soft - FILES_RESERVED) / FILES_PER_OBJECT);
  if (objects >= SHOPPERS) return FLOOR_RATES;
  return FLOOR_RATES.filter((rate) => rate * OBJECT_IDLE_SECONDS <= objects);
}

/** The rate, in requests a second, that one stored value per shopper sustains without an error, with as many objects as there are shoppers. */
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
  await sleep(COOL_DOWN_MILLISECONDS);
  const measuring = startStep("Measuring the floor");
  let held = 0;
  const rates = possibleRates();
  if (rates.length === 0) throw new CommandError("Too few files may be open here: raise the limit (ulimit -n 65536).");
  for (const [tried, rate] of rates.entries()) {
    measuring.update(tried, rates.length, `${rate} a second`);
    const floor = await sendAtRate(runtime.url, CONNECTIONS, rate, FLOOR_SECONDS, (n) => ({
      method: "GET",
      path: `/bench/floor?shopper=${userId((n * 7919) % SHOPPERS)}&bytes=${FLOOR_BYTES}`,
    }));
    if (floor.errors > 0 || floor.requests / floor.seconds < rate * FLOOR_HELD_SHARE) break;
    held = rate;
  }
  if (held === 0) throw new Error(`The floor does not hold ${FLOOR_RATES[0]} requests a second: a busy machine?`);
  measuring.done(`${held} a second`);
  await sleep(COOL_DOWN_MILLISECONDS);
  return held;
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
    await sleep(2_000);
  }
}

/** Every shopper has been here once, as the floor's objects have, and the items' neighbours have been looked up. */
async function warm(runtime: BenchRuntime, perSecond: number, page: (n: number) => LoadRequest[]): Promise<void> {
  const neighbours = startStep("Warming every item's neighbours");
  await sendEach(
    runtime.url,
    WARM_CONNECTIONS,
    SCENARIO.items,
    (n) => ({ method: "GET", path: `/v1/items/${itemId(n)}/similar?limit=10`, headers }),
    (sent, count) => neighbours.update(sent, count),
  );
  neighbours.done();
  const visits = startStep("A first visit of every shopper");
  await sendAtRate(runtime.url, CONNECTIONS, perSecond, SHOPPERS / perSecond, page, {
    progress: (done, total) => visits.update(done, total),
  });
  visits.done();
  await sleep(COOL_DOWN_MILLISECONDS);
}

/**
 * 10,000 shoppers, each with its own session, open loop: pages of one event and one recommendation, at half of the
 * rate of requests that the floor sustains with as many objects.
 */
export async function benchShoppers(runtime: BenchRuntime): Promise<ShoppersResult> {
  const preparing = startStep("Preparing 10,000 items and 10,000 users");
  await prepareScenario(runtime, SHOPPERS, (done, total) => preparing.update(done, total));
  preparing.done();
  const floorRps = await measureFloor(runtime);
  const acknowledged: { id: string; shopper: string }[] = [];
  const shopperOf = (n: number): number => (n * 7919) % SHOPPERS;
  const page = (n: number): LoadRequest[] => {
    const shopper = shopperOf(n);
    return [
      eventRequest(shopper, n),
      { method: "GET", path: `/v1/recommendations?placement=home&limit=10&user_id=${userId(shopper)}`, headers },
    ];
  };
  // Rates are of requests, and a page is two of them.
  const pagesPerSecond = floorRps / 2 / REQUESTS_PER_PAGE;
  await warm(runtime, pagesPerSecond, page);
  const loading = startStep(`60 s of ${Math.round(pagesPerSecond)} pages a second`);
  const load = await sendAtRate(runtime.url, CONNECTIONS, pagesPerSecond, LOAD_SECONDS, (n) => page(n + SHOPPERS), {
    progress: (done, total) => loading.update(done, total),
    succeeded(turn, position) {
      const n = turn + SHOPPERS;
      const shopper = shopperOf(n);
      if (position === 0) acknowledged.push({ id: `bench-${shopper}-${n}`, shopper: `u:${userId(shopper)}` });
    },
  });
  loading.done();
  return {
    shoppers: {
      concurrent: SHOPPERS,
      floor_rps: Math.round(floorRps),
      pages_per_s: Number((load.requests / load.seconds).toFixed(1)),
      pages: load.requests,
      errors: load.errors,
      first_error: load.firstError,
      lost_events: await countLost(runtime, acknowledged),
      p50_ms: Number(quantile(load.latencies, 0.5).toFixed(2)),
      p99_ms: Number(quantile(load.latencies, 0.99).toFixed(2)),
    },
  };
}
