import { LEASE_SECONDS } from "../../../domain/sync/limits.ts";
import { announcementFor } from "../../../domain/sync/notices.ts";
import type { Entity, EntityOutcome, RunOutcome, SyncParams } from "../../../domain/sync/run.ts";
import { readAnnouncementsInForce } from "../../../platform/d1/announcement-store.ts";
import { acquireLease, releaseLease } from "../../../platform/d1/lease-store.ts";
import { readPauses } from "../../../platform/d1/pause-store.ts";
import { beginSyncRun, closeInterruptedRuns, finishSyncRun } from "../../../platform/d1/sync-run-store.ts";
import { SYNC_LEASE } from "./context.ts";
import type { SyncServices } from "./services.ts";

const PAUSED = "The sync was paused by hand: endcap sync resume goes on.";

/**
 * Begins a run if no other is at work and nobody has paused the sync.
 * @returns its number, or null: then it is already recorded as `skipped`
 */
export async function beginRun(
  db: D1Database,
  runId: string,
  trigger: SyncParams["trigger"],
  now: Date,
): Promise<number | null> {
  if ((await readPauses(db)).all) {
    await beginSyncRun(db, runId, trigger, "skipped", now, PAUSED);
    return null;
  }
  // The lease comes first: numbers grow in the order in which runs write.
  if (!(await acquireLease(db, SYNC_LEASE, runId, now, LEASE_SECONDS))) {
    await beginSyncRun(db, runId, trigger, "skipped", now);
    return null;
  }
  const run = await beginSyncRun(db, runId, trigger, "running", now);
  await closeInterruptedRuns(db, run, now);
  return run;
}

/** Ends a run and gives the lease back. @param entities what became of each; null where that is not known */
export async function endRun(
  { db, now }: Pick<SyncServices, "db" | "now">,
  run: number,
  runId: string,
  outcome: RunOutcome,
  entities: Partial<Record<Entity, EntityOutcome>> | null,
): Promise<void> {
  const kept = entities === null ? {} : { entities };
  if (outcome.state === "failed") {
    const announced = announcementFor(await readAnnouncementsInForce(db, now()), "outage", null, now());
    const announcementId = announced === null ? {} : { announcementId: announced.id };
    await finishSyncRun(db, run, { ...outcome, ...kept, ...announcementId }, now());
  } else {
    await finishSyncRun(db, run, { state: outcome.state, entities: entities ?? {} }, now());
  }
  await releaseLease(db, SYNC_LEASE, runId);
}
