import { Hono } from "hono";
import { z } from "zod";

import { progressOf } from "../../domain/sync/run.ts";
import { listSyncRuns, readSyncRun, type SyncRunRecord } from "../../platform/d1/sync-run-store.ts";
import { requireScope } from "./auth.ts";
import type { ApiEnv } from "./context.ts";
import { ApiError, parseInput } from "./errors.ts";

const LIST_LIMIT_DEFAULT = 20;
const LIST_LIMIT_MAX = 100;
const RUN_ID_PATTERN = /^[A-Za-z0-9_-]{1,100}$/;
const listSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LIST_LIMIT_MAX).default(LIST_LIMIT_DEFAULT),
  cursor: z.string().optional(),
});
const cursorSchema = z.coerce.number().int().positive();
/** What a run keeps of the source also holds its tables' columns; only the expected rows are of interest here. */
const expectedSchema = z.object({ expected: z.record(z.string(), z.number()) });

function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

function describe(run: SyncRunRecord): object {
  const source = expectedSchema.safeParse(run.sourceSchema);
  return {
    run_id: run.runId,
    run: run.run,
    state: run.state,
    trigger: run.trigger,
    started_at: isoTime(run.startedAt),
    finished_at: isoTime(run.finishedAt),
    counts: run.counts,
    progress: source.success ? progressOf(run.counts, source.data.expected) : null,
    error: run.error,
  };
}

/** The answer for a run that was created and has not begun. */
function describeQueued(runId: string): object {
  const nothingYet = { run: null, trigger: null, started_at: null, finished_at: null, progress: null, error: null };
  return { run_id: runId, state: "queued", counts: {}, ...nothingYet };
}

/** `/v1/sync`. */
export const syncRoutes = new Hono<ApiEnv>();
syncRoutes.use("*", requireScope("sync:run"));

/** Starts a run; `GET /v1/sync/:run_id` says how far it is. While another run is at work it ends as `skipped`. */
syncRoutes.post("/", async (context) => {
  const runId = crypto.randomUUID();
  await context.env.SYNC_WORKFLOW.create({ id: runId, params: { trigger: "manual" } });
  return context.json({ run_id: runId }, 202);
});

/** Runs, newest first. */
syncRoutes.get("/", async (context) => {
  const { limit, cursor } = parseInput(listSchema, context.req.query());
  const before = cursor === undefined ? { data: null } : cursorSchema.safeParse(cursor);
  if (before.data === undefined) {
    throw new ApiError("invalid_cursor", "Send `cursor` as an earlier answer's `next_cursor` gave it.");
  }
  const found = await listSyncRuns(context.env.DB, limit + 1, before.data);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return context.json({
    data: page.map(describe),
    next_cursor: found.length > limit && last !== undefined ? String(last.run) : null,
  });
});

/** One run's state, counts per entity and progress in rows. */
syncRoutes.get("/:run_id", async (context) => {
  const runId = context.req.param("run_id");
  const run = RUN_ID_PATTERN.test(runId) ? await readSyncRun(context.env.DB, runId) : null;
  if (run !== null) return context.json(describe(run));
  if (RUN_ID_PATTERN.test(runId) && (await isWaiting(context.env.SYNC_WORKFLOW, runId))) {
    return context.json(describeQueued(runId));
  }
  throw new ApiError("not_found", "There is no sync run of that id.");
});

/** True for a run that was created and has not written its row yet. */
async function isWaiting(workflow: ApiEnv["Bindings"]["SYNC_WORKFLOW"], runId: string): Promise<boolean> {
  try {
    const { status } = await (await workflow.get(runId)).status();
    return status === "queued" || status === "running" || status === "waiting";
  } catch {
    // The platform throws for an id that it does not know.
    return false;
  }
}
