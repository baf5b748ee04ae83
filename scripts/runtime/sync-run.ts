import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { CommandError } from "../command.ts";
import { troublesOf } from "../sync/run-text.ts";
import { type SyncRun, syncRunSchema } from "../sync/sync-answer.ts";
import type { Step } from "../terminal/progress.ts";
import type { ApiClient } from "./api-client.ts";

const POLL_MILLISECONDS = 250;
/** A first sync of a large shop takes a while; one that shows no end by then is left to itself. */
const WAIT_MAX_MILLISECONDS = 60 * 60 * 1_000;
/** While another run is at work ours is skipped: it is started again this often, until the other one is through. */
const SKIPPED_PAUSE_MILLISECONDS = 3_000;

const startedSchema = z.object({ run_id: z.string() });

/** Starts a sync. @returns the run's id */
export async function startSync(api: ApiClient): Promise<string> {
  return startedSchema.parse(await api.request("POST", "/v1/sync")).run_id;
}

function rowsRead(run: SyncRun): number {
  return Object.values(run.counts).reduce((sum, counts) => sum + counts.read, 0);
}

function show(run: SyncRun, step: Step): void {
  if (run.state === "queued") step.note("waiting to begin");
  else if (run.progress === null) step.note(`${rowsRead(run)} rows read`);
  else step.update(run.progress.done, run.progress.total);
}

/**
 * Syncs and waits until that has ended.
 * @param step told how far it is
 * @returns the run, `complete` or `incomplete`: then {@link troublesOf} says what could not be read
 * @throws CommandError when the run fails, when the sync is paused, or after {@link WAIT_MAX_MILLISECONDS}
 */
export async function runSync(api: ApiClient, step: Step): Promise<SyncRun> {
  const deadline = Date.now() + WAIT_MAX_MILLISECONDS;
  let runId = await startSync(api);
  while (Date.now() < deadline) {
    const run = syncRunSchema.parse(await api.request("GET", `/v1/sync/${encodeURIComponent(runId)}`));
    if (run.state === "complete" || run.state === "incomplete") return run;
    if (run.state === "failed") throw new CommandError(`The sync failed: ${run.error ?? "no reason was given"}`);
    // Skipped for a reason of its own (the sync is paused): waiting would not help.
    if (run.state === "skipped" && run.error !== null) throw new CommandError(`Nothing was synced. ${run.error}`);
    if (run.state === "skipped") {
      step.note("another run is at work; waiting for it");
      await sleep(SKIPPED_PAUSE_MILLISECONDS);
      runId = await startSync(api);
      continue;
    }
    show(run, step);
    await sleep(POLL_MILLISECONDS);
  }
  throw new CommandError(`The sync ${runId} is still running: look again with endcap sync show ${runId}.`);
}

/** One line about what a run read and wrote. */
export function summarizeCounts(run: SyncRun): string {
  return Object.entries(run.counts)
    .map(([entity, { read, compared, written, deleted, quarantined }]) => {
      const extra = [
        compared > 0 ? `${compared} compared` : "",
        deleted > 0 ? `${deleted} deleted` : "",
        quarantined > 0 ? `${quarantined} set aside` : "",
      ];
      return [`${entity} ${read} read, ${written} written`, ...extra.filter((text) => text !== "")].join(", ");
    })
    .join("; ");
}

/** One line about what a run did, and what it could not do. */
export function summarizeSync(run: SyncRun): string {
  return [summarizeCounts(run), ...troublesOf(run)].filter((text) => text !== "").join("; ");
}
