import type { Placement } from "../../domain/ranking/placements.ts";
import { startStep } from "../terminal/progress.ts";
import { type LoadRequest, type LoadResult, median, quantile, saturate, sendAtRate, sendEach } from "./load.ts";
import type { BenchRuntime } from "./runtime.ts";
import { measureServedCost, type ServedCost } from "./served-cost.ts";
import { BENCH_KEY, itemId, prepareScenario, SCENARIO, userId } from "./scenario.ts";

const SHOPPERS = 1_000;
const CONNECTIONS = 32;
const ROUNDS = 5;
const ROUND_SECONDS = 3;
const OPEN_LOOP_SECONDS = 10;
/** Every tenth request after ten answers is an event. */
const ANSWERS_PER_EVENT = 10;
/** A stored session of the scenario, its candidates and recent event ids included, measures about this. */
const SESSION_BYTES = 8_192;
const PLACEMENT_NAMES: readonly Placement[] = ["home", "product", "cart", "checkout"];
const headers = { authorization: `Bearer ${BENCH_KEY}` };

export interface ServingResult {
  readonly serving: {
    readonly floor: { readonly rps: number };
    readonly placements: Readonly<
      Record<
        string,
        {
          readonly rps: number;
          readonly ratio: number;
          readonly p50_ms: number;
          readonly p99_ms: number;
          readonly bytes: number;
        }
      >
    >;
  };
  readonly served: ServedCost;
}

function answerRequest(placement: Placement, n: number): LoadRequest {
  const user = userId(n % SHOPPERS);
  const page = placement === "product" ? `&item_id=${itemId((n * 7919) % SCENARIO.items)}` : "";
  return { method: "GET", path: `/v1/recommendations?placement=${placement}&limit=10&user_id=${user}${page}`, headers };
}

/** A view (or, first of all, something put into the cart) of the n-th shopper. */
export function eventRequest(shopper: number, n: number): LoadRequest {
  const event = {
    event_id: `bench-${shopper}-${n}`,
    name: n % 10 === 0 ? "add_to_cart" : "view_item",
    params: { items: [{ item_id: itemId((shopper * 31 + n * 17) % SCENARIO.items), quantity: 1 }] },
  };
  return {
    method: "POST",
    path: "/v1/events",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ user_id: userId(shopper), events: [event] }),
  };
}

/** Ten answers, then an event: the scenario's mix. */
function mixed(placement: Placement, offset: number): (n: number) => LoadRequest {
  return (n) =>
    n % (ANSWERS_PER_EVENT + 1) === ANSWERS_PER_EVENT
      ? eventRequest((offset + n) % SHOPPERS, 1_000 + offset + n)
      : answerRequest(placement, offset + n);
}

function floorRequest(bytes: number): (n: number) => LoadRequest {
  return (n) => ({ method: "GET", path: `/bench/floor?shopper=${userId(n % SHOPPERS)}&bytes=${bytes}` });
}

function assertNoErrors(what: string, result: LoadResult): void {
  if (result.errors > 0)
    throw new Error(
      `${what}: ${result.errors} of ${result.requests} requests failed (first: ${result.firstError}); no figure is worth anything then.`,
    );
}

/**
 * Gives every item its neighbours, every shopper a past, and the floor a value of the same size. Shoppers come last: the
 * local runtime closes all objects that were idle for ten seconds in one go, which would hold up everything else.
 */
async function warm(runtime: BenchRuntime): Promise<void> {
  const neighbours = startStep("Warming every item's neighbours");
  const similar = await sendEach(
    runtime.url,
    CONNECTIONS,
    SCENARIO.items,
    (n) => ({ method: "GET", path: `/v1/items/${itemId(n)}/similar?limit=10`, headers }),
    (sent, count) => neighbours.update(sent, count),
  );
  assertNoErrors("Warming the neighbours", similar);
  neighbours.done();
  const past = startStep("Warming 1,000 shoppers");
  const events = await sendEach(
    runtime.url,
    CONNECTIONS,
    SHOPPERS * SCENARIO.interactionsPerShopper,
    (n) => eventRequest(n % SHOPPERS, Math.floor(n / SHOPPERS)),
    (sent, count) => past.update(sent, count),
  );
  assertNoErrors("Warming the shoppers", events);
  past.done();
  const visits = startStep("A first answer for every shopper");
  const answers = await sendEach(
    runtime.url,
    CONNECTIONS,
    SHOPPERS,
    (n) => answerRequest("home", n),
    (sent, count) => visits.update(sent, count),
  );
  assertNoErrors("First answers", answers);
  visits.done();
  const names = Array.from({ length: SHOPPERS }, (_, n) => userId(n));
  const body = JSON.stringify({ floors: { names, value: "x".repeat(SESSION_BYTES) } });
  const prepared = await fetch(`${runtime.url}/bench/prepare`, { method: "POST", body });
  if (!prepared.ok) throw new Error(`Preparing the floor failed: ${prepared.status}`);
}

async function measurePlacement(runtime: BenchRuntime, placement: Placement) {
  const probe = await fetch(runtime.url + answerRequest(placement, 1).path, { headers });
  const bytes = (await probe.arrayBuffer()).byteLength;
  const step = startStep(`Measuring ${placement}`);
  const floors: number[] = [];
  const subjects: number[] = [];
  // One unmeasured round each, so that no one pays for the other's compilation.
  await saturate(runtime.url, CONNECTIONS, ROUND_SECONDS, floorRequest(bytes));
  await saturate(runtime.url, CONNECTIONS, ROUND_SECONDS, mixed(placement, 0));
  for (let round = 0; round < ROUNDS; round++) {
    const floor = await saturate(runtime.url, CONNECTIONS, ROUND_SECONDS, floorRequest(bytes));
    assertNoErrors("floor", floor);
    floors.push(floor.requests / floor.seconds);
    const subject = await saturate(runtime.url, CONNECTIONS, ROUND_SECONDS, mixed(placement, (round + 1) * 1_000_000));
    assertNoErrors(placement, subject);
    subjects.push(subject.requests / subject.seconds);
    step.update(round + 1, ROUNDS, `${Math.round(subjects.at(-1) ?? 0)} of ${Math.round(floors.at(-1) ?? 0)} a second`);
  }
  const floorRps = median(floors);
  const open = await sendAtRate(
    runtime.url,
    CONNECTIONS,
    floorRps / 2,
    OPEN_LOOP_SECONDS,
    mixed(placement, 90_000_000),
  );
  assertNoErrors(placement, open);
  step.done();
  return {
    floorRps,
    figures: {
      rps: Math.round(median(subjects)),
      ratio: Number((median(subjects) / floorRps).toFixed(3)),
      p50_ms: Number(quantile(open.latencies, 0.5).toFixed(2)),
      p99_ms: Number(quantile(open.latencies, 0.99).toFixed(2)),
      bytes,
    },
  };
}

/**
 * How many answers a second, against the floor (one Durable Object call), for every placement; and what saving every
 * answer costs.
 */
export async function benchServing(runtime: BenchRuntime): Promise<ServingResult> {
  const step = startStep("Preparing 10,000 items × 64 dimensions");
  await prepareScenario(runtime, SHOPPERS, (done, total) => step.update(done, total));
  step.done();
  await warm(runtime);
  const placements: Record<string, ServingResult["serving"]["placements"][string]> = {};
  const floors: number[] = [];
  for (const placement of PLACEMENT_NAMES) {
    const { floorRps, figures } = await measurePlacement(runtime, placement);
    floors.push(floorRps);
    placements[placement] = figures;
  }
  // Home has the most items to save.
  const served = await measureServedCost(runtime, (offset) => mixed("home", offset));
  return { serving: { floor: { rps: Math.round(median(floors)) }, placements }, served };
}
