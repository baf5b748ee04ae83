import { DAY_MILLISECONDS } from "../../domain/ledger/limits.ts";

/** A run is kept this long: as long as the counters by the hour of which it tells how good they were. */
const SYNC_RUNS_KEPT_DAYS = 400;
/** The source's schema as a run found it is kept this long: it is most of a run's row, and the same in nearly all. */
const SOURCE_SCHEMAS_KEPT_DAYS = 7;
/** Runs that one statement changes or removes: a day's come to 288, and whoever never did it has years of them. */
const RUNS_PER_STATEMENT = 2_000;

/** The newest run that was complete: everything that goes on from a run goes on from it, or from a newer one. */
const NEWEST_COMPLETE = "(SELECT run FROM sync_runs WHERE state = 'complete' ORDER BY run DESC LIMIT 1)";
const NEWEST_WITH_SCHEMA = "(SELECT run FROM sync_runs WHERE source_schema IS NOT NULL ORDER BY run DESC LIMIT 1)";

/** Does it until nothing is left to do. @param sql takes a moment as `?1` and a number of runs as `?2` */
async function repeat(db: D1Database, sql: string, before: number): Promise<number> {
  for (let done = 0; ;) {
    const { meta } = await db.prepare(sql).bind(before, RUNS_PER_STATEMENT).run();
    done += meta.changes;
    if (meta.changes < RUNS_PER_STATEMENT) return done;
  }
}

/**
 * Removes runs that are too old, and the source's schema of those that are older than a week. What the sync goes on
 * from stays: the newest complete run and all after it, runs through which a model's vectors are up to date, and the
 * newest schema.
 * @param now milliseconds since 1970 UTC
 * @returns how many runs were removed
 */
export async function removeOldSyncRuns(db: D1Database, now: number): Promise<number> {
  const removed = await repeat(
    db,
    `DELETE FROM sync_runs WHERE run IN (
       SELECT run FROM sync_runs WHERE started_at < ?1 AND run < ${NEWEST_COMPLETE}
         AND run NOT IN (SELECT indexed_through_run FROM models) LIMIT ?2)`,
    now - SYNC_RUNS_KEPT_DAYS * DAY_MILLISECONDS,
  );
  await repeat(
    db,
    `UPDATE sync_runs SET source_schema = NULL WHERE run IN (
       SELECT run FROM sync_runs WHERE started_at < ?1 AND source_schema IS NOT NULL AND run < ${NEWEST_WITH_SCHEMA}
       LIMIT ?2)`,
    now - SOURCE_SCHEMAS_KEPT_DAYS * DAY_MILLISECONDS,
  );
  return removed;
}
