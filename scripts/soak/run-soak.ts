import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { CommandError } from "../command.ts";
import { aborted } from "../dev/interruption.ts";
import { startStep, type Step } from "../terminal/progress.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { readKeptTotals } from "./kept-totals.ts";
import { Killer, planKills } from "./kills.ts";
import { LakeCopy } from "./lake-copy.ts";
import { findLostEvents, type LostEvents } from "./lost-events.ts";
import { ShoppingSender } from "./send-shopping.ts";
import { Shopping, shoppersOf } from "./shopping.ts";
import { SoakRuntime } from "./soak-runtime.ts";
import { EXAMPLES_MAX, judgeLake, type LakeSums, type LakeVerdict, wrongIds } from "./verdict.ts";
import { countersOf, settle, waitingShards } from "./settle.ts";

/** What a soak is asked to do. */
export interface SoakOptions {
  readonly events: number;
  readonly restarts: number;
  /** Folder that keeps acknowledged.csv and the lake's files; a temporary one otherwise. */
  readonly keep: string | null;
  readonly seed: number;
  /** Another entry than the Worker's own: a test breaks it on purpose. */
  readonly main?: string;
  /** How long what was acknowledged may take to the lake; the limit's value unless a test is impatient. */
  readonly quietMilliseconds: number;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** Where to look for the reason of what is missing. */
export interface Missing extends LostEvents {
  /** What the shards said last in which something waited. */
  readonly shards: readonly unknown[] | null;
  readonly log_tail: string;
}

/** What came of it. */
export interface SoakResult {
  readonly acknowledged: number;
  readonly found: number;
  readonly lost: number;
  readonly doubled: number;
  readonly lost_examples: readonly string[];
  readonly doubled_examples: readonly string[];
  /** Sent, but never answered; and how many of these were taken all the same. */
  readonly unanswered: number;
  readonly unanswered_found: number;
  readonly rejected: number;
  /** Events that were sent again, and how many the API called duplicates. */
  readonly repeated: number;
  readonly duplicates: number;
  readonly sign_ins: number;
  readonly shoppers: number;
  readonly requests: number;
  readonly refused: number;
  readonly restarts: number;
  /** Starts at which the runtime ended before it was up; it was started again. */
  readonly failed_starts: number;
  /** Restarts while requests waited for their answer, and how many such requests there were. */
  readonly restarts_under_load: number;
  readonly cut_off: number;
  readonly retried: number;
  /** Of sending, restarts included. */
  readonly seconds: number;
  readonly events_per_second: number;
  /** From the last answer until everything was in the lake. */
  readonly settled_seconds: number;
  readonly lake_files: number;
  /** The lake must agree with the hourly counters; less one-off shoppers, who have none, with shoppers' totals. */
  readonly sums: Readonly<Record<"lake" | "counters" | "lake_of_known" | "totals", LakeSums>>;
  readonly sums_agree: boolean;
  /** Null when nothing is lost and the sums agree. */
  readonly missing: Missing | null;
}

const SECOND_MILLISECONDS = 1_000;

function sameSums(left: LakeSums, right: LakeSums): boolean {
  return (
    left.views === right.views &&
    left.carts === right.carts &&
    left.purchases === right.purchases &&
    left.quantity === right.quantity
  );
}

function seconds(from: number): number {
  return Number(((performance.now() - from) / SECOND_MILLISECONDS).toFixed(1));
}

async function assertUnused(keep: string): Promise<void> {
  if (existsSync(join(keep, "lake")) || existsSync(join(keep, "acknowledged.csv"))) {
    throw new CommandError(`${keep} holds the files of an earlier soak: name another folder, or remove them.`);
  }
  await mkdir(keep, { recursive: true });
}

/** Sends everything while the runtime is killed again and again. */
async function shop(
  { events, restarts, seed }: SoakOptions,
  runtime: SoakRuntime,
  said: Acknowledgements,
  step: Step,
): Promise<{ sender: ShoppingSender; killer: Killer; shopping: Shopping }> {
  const shopping = new Shopping(events, seed);
  const sender = new ShoppingSender(runtime, said);
  const killer = new Killer(
    planKills(events, restarts, seed + 1),
    () => runtime.killAndRestart(),
    () => sender.inFlight,
  );
  try {
    await sender.sendAll(shopping, () => {
      killer.reached(shopping.made);
      step.update(shopping.made, events, `${killer.counts.kills} of ${restarts} kills`);
    });
    await killer.done();
  } finally {
    killer.stop();
  }
  return { sender, killer, shopping };
}

async function runIn(kept: string, options: SoakOptions, runtime: SoakRuntime): Promise<SoakResult> {
  const { events, restarts } = options;
  const said = new Acknowledgements(events);
  const step = startStep(`Sending ${events} events, with ${restarts} kills`);
  await runtime.ready();
  const startedAt = performance.now();
  const { sender, killer, shopping } = await shop(options, runtime, said, step);
  const took = seconds(startedAt);
  step.done(`${killer.counts.kills} kills, ${sender.counts.cutOff} requests cut off`);

  const csv = join(kept, "acknowledged.csv");
  await said.writeCsv(csv);
  const lake = new LakeCopy(join(kept, "lake"));
  const settling = startStep("Waiting until everything is in the lake");
  const settledAt = performance.now();
  const verdict: LakeVerdict = await settle(runtime, lake, () => judgeLake(join(kept, "lake"), csv), {
    acknowledged: said.counts().acknowledged,
    milliseconds: options.quietMilliseconds,
    step: settling,
  });
  const settled = seconds(settledAt);
  if (verdict.lost === 0) settling.done();
  else settling.fail(`${verdict.lost} events are missing`);

  const counters = await countersOf(runtime);
  const shards = await waitingShards(runtime);
  await runtime.stop();
  const totals = await readKeptTotals(runtime.stateFolder);
  const sumsAgree = sameSums(verdict.sums, counters) && sameSums(verdict.sumsOfKnown, totals);
  const isRight = verdict.lost + verdict.doubled === 0 && sumsAgree;
  const wrong = isRight ? { lost: [], doubled: [] } : await wrongIds(join(kept, "lake"), csv);
  const missing =
    verdict.lost === 0 && sumsAgree
      ? null
      : { ...(await findLostEvents(runtime.stateFolder, wrong.lost)), shards, log_tail: await runtime.logTail() };
  if (missing !== null) console.error(JSON.stringify(missing, null, 2));
  const counts = said.counts();
  return {
    acknowledged: counts.acknowledged,
    found: verdict.found,
    lost: verdict.lost,
    doubled: verdict.doubled,
    lost_examples: wrong.lost.slice(0, EXAMPLES_MAX),
    doubled_examples: wrong.doubled,
    unanswered: counts.unanswered,
    unanswered_found: verdict.unansweredFound,
    rejected: counts.rejected,
    repeated: shopping.repeated,
    duplicates: sender.counts.duplicates,
    sign_ins: verdict.signIns,
    shoppers: shoppersOf(events),
    requests: sender.counts.requests,
    refused: sender.counts.refused,
    restarts: killer.counts.kills,
    failed_starts: runtime.failedStarts,
    restarts_under_load: killer.counts.underLoad,
    cut_off: sender.counts.cutOff,
    retried: sender.counts.retried,
    seconds: took,
    events_per_second: Math.round(events / took),
    settled_seconds: settled,
    lake_files: lake.files,
    sums: { lake: verdict.sums, counters, lake_of_known: verdict.sumsOfKnown, totals },
    sums_agree: sumsAgree,
    missing,
  };
}

/**
 * Sends events to the whole Worker, kills it under load, and compares what was acknowledged with what is in the lake.
 * @throws CommandError for a folder that is in use, a runtime that does not start, or an interruption
 */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  if (options.keep !== null) await assertUnused(options.keep);
  const folder = await mkdtemp(join(tmpdir(), "endcap-soak-"));
  let runtime: SoakRuntime | null = null;
  try {
    const preparing = startStep("Bundling the Worker");
    runtime = await SoakRuntime.prepare(folder, options.main === undefined ? {} : { main: options.main });
    preparing.done();
    const run = runIn(options.keep ?? folder, options, runtime);
    if (options.signal === undefined) return await run;
    const interrupted = aborted(options.signal).then(() => {
      throw new CommandError("Interrupted.");
    });
    return await Promise.race([run, interrupted]);
  } finally {
    await runtime?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
