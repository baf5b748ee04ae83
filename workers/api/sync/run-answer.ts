import { z } from "zod";

import { progressOf } from "../../../domain/sync/run.ts";
import type { Pauses } from "../../../platform/d1/pause-store.ts";
import type { SchemaChangeRecord } from "../../../platform/d1/schema-change-store.ts";
import type { SyncRunRecord } from "../../../platform/d1/sync-run-store.ts";
import { isoTime } from "../list.ts";

/** What a run keeps of the source also holds its tables' columns; only the expected rows are of interest here. */
const expectedSchema = z.object({ expected: z.record(z.string(), z.number()) });
const MILLISECONDS_PER_SECOND = 1_000;

function durationSeconds({ startedAt, finishedAt }: SyncRunRecord): number | null {
  return finishedAt === null ? null : (finishedAt - startedAt) / MILLISECONDS_PER_SECOND;
}

/** A run as the API tells it. */
export function describeRun(run: SyncRunRecord): object {
  const source = expectedSchema.safeParse(run.sourceSchema);
  return {
    run_id: run.runId,
    run: run.run,
    state: run.state,
    trigger: run.trigger,
    started_at: isoTime(run.startedAt),
    finished_at: isoTime(run.finishedAt),
    duration_seconds: durationSeconds(run),
    lag_seconds: run.lagSeconds,
    counts: run.counts,
    progress: source.success ? progressOf(run.counts, source.data.expected) : null,
    entities: run.entities ?? {},
    error: run.error,
    announcement_id: run.announcementId,
  };
}

/** The answer for a run that was created and has not begun. */
export function describeQueuedRun(runId: string): object {
  return {
    run_id: runId,
    run: null,
    state: "queued",
    trigger: null,
    started_at: null,
    finished_at: null,
    duration_seconds: null,
    lag_seconds: null,
    counts: {},
    progress: null,
    entities: {},
    error: null,
    announcement_id: null,
  };
}

/** A change of the source's format as the API tells it. */
export function describeChange(change: SchemaChangeRecord): object {
  return {
    entity: change.entity,
    table: change.tableName,
    column: change.columnName,
    kind: change.kind,
    before: change.before,
    after: change.after,
    effect: change.effect,
    message: change.message,
    noticed_at: isoTime(change.noticedAt),
    announcement_id: change.announcementId,
  };
}

/** What is paused, as the API tells it. */
export function describePauses({ all, entities, acceptDeletions }: Pauses): object {
  return { all, entities, accept_deletions: acceptDeletions };
}
