import { and, desc, eq, gt, lt, lte, ne } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import {
  addCounts,
  type EntityOutcome,
  type RunCounts,
  type RunState,
  type SourceSchema,
  type SyncParams,
} from "../../domain/sync/run.ts";
import { syncRuns } from "./schema.ts";

/** A run and how far it has come. Times are milliseconds since 1970 UTC. */
export type SyncRunRecord = typeof syncRuns.$inferSelect;

/**
 * Begins a run: gives it its number. A step that is repeated gets the same number again.
 * @param state `running`, or `skipped` for a run that ends at once
 * @param error why nobody need wait for a skipped run: the sync is paused. Null while another run is at work
 */
export async function beginSyncRun(
  db: D1Database,
  runId: string,
  trigger: SyncParams["trigger"],
  state: RunState,
  now: Date,
  error: string | null = null,
): Promise<number> {
  const startedAt = now.getTime();
  const finishedAt = state === "running" ? null : startedAt;
  await drizzle(db)
    .insert(syncRuns)
    .values({ runId, trigger, state, startedAt, finishedAt, counts: {}, error })
    .onConflictDoNothing({ target: syncRuns.runId });
  const row = await readSyncRun(db, runId);
  if (row === null) throw new Error(`Run ${runId} was written and is not there.`);
  return row.run;
}

/** Closes runs that a killed runtime left open. Called by the holder of the lease, so no other run is at work. */
export async function closeInterruptedRuns(db: D1Database, run: number, now: Date): Promise<void> {
  await drizzle(db)
    .update(syncRuns)
    .set({ state: "failed", finishedAt: now.getTime(), error: `It was interrupted; run ${run} went on from there.` })
    .where(and(eq(syncRuns.state, "running"), ne(syncRuns.run, run)));
}

/** Keeps the source's schema as this run found it. */
export async function writeSourceSchema(db: D1Database, run: number, schema: SourceSchema): Promise<void> {
  await drizzle(db).update(syncRuns).set({ sourceSchema: schema }).where(eq(syncRuns.run, run));
}

/** Keeps how far the source was behind its primary when the run began. @param seconds null when it does not say */
export async function writeLag(db: D1Database, run: number, seconds: number | null): Promise<void> {
  await drizzle(db).update(syncRuns).set({ lagSeconds: seconds }).where(eq(syncRuns.run, run));
}

/** The counts of a run so far. */
export async function readRunCounts(db: D1Database, run: number): Promise<RunCounts> {
  const [row] = await drizzle(db).select({ counts: syncRuns.counts }).from(syncRuns).where(eq(syncRuns.run, run));
  return row?.counts ?? {};
}

/** The counts of all runs after one, together: those of runs that died are among them. */
export async function readCountsAfter(db: D1Database, run: number): Promise<RunCounts> {
  const rows = await drizzle(db).select({ counts: syncRuns.counts }).from(syncRuns).where(gt(syncRuns.run, run));
  const entries = rows.flatMap(({ counts }) => Object.entries(counts));
  return entries.reduce<RunCounts>((sum, [name, counts]) => addCounts(sum, name, counts), {});
}

/** The statement that sets a run's counts: absolute, so that a repeated step cannot count twice. */
export function runCountsStatement(db: D1Database, run: number, counts: RunCounts): D1PreparedStatement {
  return db.prepare("UPDATE sync_runs SET counts = ? WHERE run = ?").bind(JSON.stringify(counts), run);
}

/** How a run ended, and what became of its entities. */
type EndedRun =
  | { readonly state: "complete" | "incomplete"; readonly entities: Record<string, EntityOutcome> }
  | {
      readonly state: "failed";
      readonly error: string;
      /** What became of each entity, as far as the run came. */
      readonly entities?: Record<string, EntityOutcome>;
      /** The announcement that made the failure expected. */
      readonly announcementId?: string | null;
    };

/** Ends a run. What has ended stays as it is. */
export async function finishSyncRun(db: D1Database, run: number, outcome: EndedRun, now: Date): Promise<void> {
  await drizzle(db)
    .update(syncRuns)
    .set({ ...outcome, finishedAt: now.getTime() })
    .where(and(eq(syncRuns.run, run), eq(syncRuns.state, "running")));
}

/** One run, or null when there is none of that name. */
export async function readSyncRun(db: D1Database, runId: string): Promise<SyncRunRecord | null> {
  const [row] = await drizzle(db).select().from(syncRuns).where(eq(syncRuns.runId, runId));
  return row ?? null;
}

/** Runs, newest first. @param before continue after the run of this number, null from the newest */
export function listSyncRuns(db: D1Database, limit: number, before: number | null): Promise<SyncRunRecord[]> {
  const query = drizzle(db).select().from(syncRuns);
  return query
    .where(before === null ? undefined : lt(syncRuns.run, before))
    .orderBy(desc(syncRuns.run))
    .limit(limit);
}

/** The newest run that was complete by a time (milliseconds since 1970 UTC), or null. */
export async function newestRunBy(db: D1Database, at: number): Promise<SyncRunRecord | null> {
  const [row] = await drizzle(db)
    .select()
    .from(syncRuns)
    .where(and(eq(syncRuns.state, "complete"), lte(syncRuns.finishedAt, at)))
    .orderBy(desc(syncRuns.run))
    .limit(1);
  return row ?? null;
}
