import { LEASE_SECONDS } from "../../../domain/sync/limits.ts";
import type { SyncParams } from "../../../domain/sync/run.ts";
import { acquireLease, releaseLease } from "../../../platform/d1/lease-store.ts";
import { beginSyncRun, closeInterruptedRuns, finishSyncRun } from "../../../platform/d1/sync-run-store.ts";
import { SYNC_LEASE } from "./context.ts";

/**
 * Begins a run if no other is at work.
 * @returns its number, or null when another run holds the lease: then it is already recorded as `skipped`
 */
export async function beginRun(
  db: D1Database,
  runId: string,
  trigger: SyncParams["trigger"],
  now: Date,
): Promise<number | null> {
  // The lease comes first: numbers grow in the order in which runs write.
  if (!(await acquireLease(db, SYNC_LEASE, runId, now, LEASE_SECONDS))) {
    await beginSyncRun(db, runId, trigger, "skipped", now);
    return null;
  }
  const run = await beginSyncRun(db, runId, trigger, "running", now);
  await closeInterruptedRuns(db, run, now);
  return run;
}

/** Ends a run and gives the lease back. @param error one plain line; null for a run that is complete */
export async function endRun(
  db: D1Database,
  run: number,
  runId: string,
  error: string | null,
  now: Date,
): Promise<void> {
  await finishSyncRun(db, run, error === null ? { state: "complete" } : { state: "failed", error }, now);
  await releaseLease(db, SYNC_LEASE, runId);
}
