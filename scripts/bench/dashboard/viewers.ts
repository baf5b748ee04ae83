import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import { Pool } from "undici";

import { startStep } from "../../terminal/progress.ts";
import { viewsRequest } from "../ingest/load.ts";
import { saturate } from "../load.ts";
import type { Question } from "./questions.ts";
import { ask, millisecondsAt } from "./reports.ts";

/** As often as web/dashboard/refresh.js. */
const EVERY_MILLISECONDS = 15_000;
/** As many as a browser opens to one host. */
const CONNECTIONS_PER_VIEWER = 6;
const INGEST_CONNECTIONS = 32;
const EVENTS_PER_REQUEST = 25;
const SHOPPERS = 1_000;
/** Sessions, queue and counters are done with a load by then. */
const COOL_DOWN_MILLISECONDS = 15_000;
const WARM_UP_SECONDS = 6;

/** How long, and with whom. */
export interface ViewerOptions {
  readonly cookies: readonly string[];
  /** What the open page asks every time; viewers take turns with these. */
  readonly polls: readonly (readonly Question[])[];
  readonly rounds: number;
  readonly aloneSeconds: number;
  readonly viewedSeconds: number;
}

/** Milliseconds are of a viewer's requests, and of all that a page asks to refresh itself. */
export interface ViewerFigures {
  readonly viewers: number;
  readonly requests: number;
  /** Requests of which the first connection was closed. */
  readonly repeated: number;
  /** Requests that were refused, or closed twice: in no other figure. */
  readonly failed: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly refresh_p50_ms: number;
  readonly refresh_p95_ms: number;
  readonly ingest_alone_events_per_s: number;
  readonly ingest_viewed_events_per_s: number;
  /** Of the second to the first. */
  readonly ingest_ratio: number;
  /** Requests of ingest whose connection was closed instead of an answer. */
  readonly ingest_failed: number;
}

interface Seen {
  readonly requests: number[];
  readonly refreshes: number[];
  repeated: number;
  failed: number;
  ingestFailed: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One refresh: all at once, then what follows from the answers. */
async function refresh(url: string, cookie: string, questions: readonly Question[], seen: Seen): Promise<void> {
  // Those of the refresh before were idle for too long.
  const pool = new Pool(url, { connections: CONNECTIONS_PER_VIEWER });
  const startedAt = performance.now();
  for (const wave of [0, 1]) {
    const own = questions.filter((question) => question.wave === wave);
    const answers = await Promise.all(own.map(({ path }) => ask(pool, path, cookie).catch(() => null)));
    const answered = answers.filter((answer) => answer !== null);
    seen.failed += answers.length - answered.length;
    seen.requests.push(...answered.map(({ milliseconds }) => milliseconds));
    seen.repeated += answered.filter(({ isRepeated }) => isRepeated).length;
  }
  seen.refreshes.push(performance.now() - startedAt);
  await pool.close();
}

/** A viewer whose page stays open until `end`. */
async function view(
  url: string,
  cookie: string,
  questions: readonly Question[],
  after: number,
  end: number,
  seen: Seen,
): Promise<void> {
  await sleep(after);
  while (performance.now() < end) {
    const next = performance.now() + EVERY_MILLISECONDS;
    await refresh(url, cookie, questions, seen);
    await sleep(Math.max(0, Math.min(next, end) - performance.now()));
  }
}

/** Events a second that were acknowledged. While D1 computes, the local runtime may close connections; that is counted. */
async function ingest(url: string, run: string, seconds: number, seen: Seen): Promise<number> {
  const result = await saturate(url, INGEST_CONNECTIONS, seconds, (n) =>
    viewsRequest("all", run, n, n % SHOPPERS, EVENTS_PER_REQUEST),
  );
  seen.ingestFailed += result.errors;
  return ((result.requests - result.errors) * EVENTS_PER_REQUEST) / result.seconds;
}

/** So many seconds with all viewers. @returns events a second */
async function ingestViewed(url: string, run: string, options: ViewerOptions, seen: Seen): Promise<number> {
  const { cookies, polls, viewedSeconds } = options;
  const end = performance.now() + viewedSeconds * 1_000;
  const [rate] = await Promise.all([
    ingest(url, run, viewedSeconds, seen),
    ...cookies.map((cookie, n) =>
      view(url, cookie, polls[n % polls.length] ?? [], (n * EVERY_MILLISECONDS) / cookies.length, end, seen),
    ),
  ]);
  return rate;
}

/** The load of the ingest bench without viewers and with them, in turns, and what the viewers wait meanwhile. */
export async function measureViewers(url: string, options: ViewerOptions): Promise<ViewerFigures> {
  const { cookies, rounds, aloneSeconds } = options;
  const step = startStep(`${cookies.length} viewers while events come`);
  const seen: Seen = { requests: [], refreshes: [], repeated: 0, failed: 0, ingestFailed: 0 };
  const rates = { alone: [] as number[], viewed: [] as number[] };
  await ingest(url, "warm", WARM_UP_SECONDS, seen);
  for (let round = 0; round < rounds; round++) {
    // Every other round begins with the viewers: what else the machine does then falls on both.
    for (const kind of round % 2 === 0 ? (["alone", "viewed"] as const) : (["viewed", "alone"] as const)) {
      await sleep(COOL_DOWN_MILLISECONDS);
      const run = `${kind}${round}`;
      rates[kind].push(
        kind === "alone" ? await ingest(url, run, aloneSeconds, seen) : await ingestViewed(url, run, options, seen),
      );
    }
    step.update(round + 1, rounds);
  }
  step.done();
  return {
    viewers: cookies.length,
    requests: seen.requests.length,
    repeated: seen.repeated,
    failed: seen.failed,
    p50_ms: millisecondsAt(seen.requests, 0.5),
    p95_ms: millisecondsAt(seen.requests, 0.95),
    p99_ms: millisecondsAt(seen.requests, 0.99),
    refresh_p50_ms: millisecondsAt(seen.refreshes, 0.5),
    refresh_p95_ms: millisecondsAt(seen.refreshes, 0.95),
    ingest_alone_events_per_s: Math.round(mean(rates.alone)),
    ingest_viewed_events_per_s: Math.round(mean(rates.viewed)),
    ingest_ratio: Number((mean(rates.viewed) / mean(rates.alone)).toFixed(2)),
    ingest_failed: seen.ingestFailed,
  };
}
