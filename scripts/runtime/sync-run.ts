import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { CommandError } from "../command.ts";
import type { Step } from "../terminal/progress.ts";
import type { ApiClient } from "./api-client.ts";

const POLL_MILLISECONDS = 250;
/** A first sync of a large shop takes a while; one that shows no end by then is left to itself. */
const WAIT_MAX_MILLISECONDS = 60 * 60 * 1_000;
/** While another run is at work ours is skipped: it is started again this often, until the other one is through. */
const SKIPPED_PAUSE_MILLISECONDS = 3_000;

const startedSchema = z.object({ run_id: z.string() });
const countsSchema = z.object({
  read: z.number(),
  changed: z.number(),
  written: z.number(),
  deleted: z.number(),
  quarantined: z.number(),
});
const runSchema = z.object({
  run_id: z.string(),
  state: z.enum(["queued", "running", "complete", "failed", "skipped"]),
  counts: z.record(z.string(), countsSchema),
  progress: z.object({ done: z.number(), total: z.number() }).nullish(),
  error: z.string().nullish(),
});
/** A sync run as the API tells it. */
export type SyncRun = z.infer<typeof runSchema>;

/** Starts a sync. @returns the run's id */
export async function startSync(api: ApiClient): Promise<string> {
  return startedSchema.parse(await api.request("POST", "/v1/sync")).run_id;
}

function rowsRead(run: SyncRun): number {
  return Object.values(run.counts).reduce((sum, counts) => sum + counts.read, 0);
}

function show(run: SyncRun, step: Step): void {
  if (run.state === "queued") step.note("waiting to begin");
  else if (run.progress === null || run.progress === undefined) step.note(`${rowsRead(run)} rows read`);
  else step.update(run.progress.done, run.progress.total);
}

/**
 * Syncs and waits until that has ended.
 * @param step told how far it is
 * @throws CommandError when the run fails or takes longer than {@link WAIT_MAX_MILLISECONDS}
 */
export async function runSync(api: ApiClient, step: Step): Promise<SyncRun> {
  const deadline = Date.now() + WAIT_MAX_MILLISECONDS;
  let runId = await startSync(api);
  while (Date.now() < deadline) {
    const run = runSchema.parse(await api.request("GET", `/v1/sync/${encodeURIComponent(runId)}`));
    if (run.state === "complete") return run;
    if (run.state === "failed") throw new CommandError(`The sync failed: ${run.error ?? "no reason was given"}`);
    if (run.state === "skipped") {
      step.note("another run is at work; waiting for it");
      await sleep(SKIPPED_PAUSE_MILLISECONDS);
      runId = await startSync(api);
      continue;
    }
    show(run, step);
    await sleep(POLL_MILLISECONDS);
  }
  throw new CommandError(`The sync ${runId} is still running: look again at GET /v1/sync/${runId}.`);
}

/** One line about what a run did. */
export function summarizeSync(run: SyncRun): string {
  return Object.entries(run.counts)
    .map(([entity, { read, written, deleted, quarantined }]) => {
      const extra = [deleted > 0 ? `${deleted} deleted` : "", quarantined > 0 ? `${quarantined} set aside` : ""];
      return [`${entity} ${read} read, ${written} written`, ...extra.filter((text) => text !== "")].join(", ");
    })
    .join("; ");
}
