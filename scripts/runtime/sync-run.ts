import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { CommandError } from "../command.ts";
import type { Step } from "../terminal/progress.ts";
import type { ApiClient } from "./api-client.ts";

const POLL_MILLISECONDS = 250;
/** A first sync of a large shop takes a while; one that shows no end by then is left to itself. */
const WAIT_MAX_MILLISECONDS = 60 * 60 * 1_000;

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
  state: z.enum(["running", "complete", "failed"]),
  counts: z.record(z.string(), countsSchema),
  progress: z.object({ done: z.number(), total: z.number() }).nullish(),
  error: z.string().nullish(),
});
/** A sync run as the API tells it. */
export type SyncRun = z.infer<typeof runSchema>;

/** Starts a sync. @returns the run's id @throws ApiRefusal `conflict` while another one runs */
export async function startSync(api: ApiClient): Promise<string> {
  return startedSchema.parse(await api.request("POST", "/v1/sync")).run_id;
}

function rowsRead(run: SyncRun): number {
  return Object.values(run.counts).reduce((sum, counts) => sum + counts.read, 0);
}

/**
 * Waits until a run has ended.
 * @param step told how far it is
 * @throws CommandError when the run fails or takes longer than {@link WAIT_MAX_MILLISECONDS}
 */
export async function waitForSync(api: ApiClient, runId: string, step: Step): Promise<SyncRun> {
  const deadline = Date.now() + WAIT_MAX_MILLISECONDS;
  while (Date.now() < deadline) {
    const run = runSchema.parse(await api.request("GET", `/v1/sync/${encodeURIComponent(runId)}`));
    if (run.state === "complete") return run;
    if (run.state === "failed") throw new CommandError(`The sync failed: ${run.error ?? "no reason was given"}`);
    if (run.progress === null || run.progress === undefined) step.note(`${rowsRead(run)} rows read`);
    else step.update(run.progress.done, run.progress.total);
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
