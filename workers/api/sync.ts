import { Hono } from "hono";
import { z } from "zod";

import { readPauses } from "../../platform/d1/pause-store.ts";
import { listSchemaChanges } from "../../platform/d1/schema-change-store.ts";
import { listSyncRuns, readSyncRun } from "../../platform/d1/sync-run-store.ts";
import { requireScope } from "./auth.ts";
import type { ApiEnv } from "./context.ts";
import { ApiError, parseInput } from "./errors.ts";
import { listFields, listPage, numberCursor } from "./list.ts";
import { pauseRoutes } from "./sync/pause.ts";
import { quarantineRoutes } from "./sync/quarantine.ts";
import { describeChange, describePauses, describeQueuedRun, describeRun } from "./sync/run-answer.ts";

const RUN_ID_PATTERN = /^[A-Za-z0-9_-]{1,100}$/;
/** More changes in one run mean another database rather than another format. */
const DRIFT_SHOWN_MAX = 500;
export const listSchema = z.strictObject(listFields);
const NO_QUERY = z.strictObject({});

/** `/v1/sync`. */
export const syncRoutes = new Hono<ApiEnv>();
syncRoutes.use("*", requireScope("sync:run"));

/** Starts a run; `GET /v1/sync/:run_id` says how far it is. While another run is at work it ends as `skipped`. */
syncRoutes.post("/", async (context) => {
  const runId = crypto.randomUUID();
  await context.env.SYNC_WORKFLOW.create({ id: runId, params: { trigger: "manual" } });
  return context.json({ run_id: runId }, 202);
});

/** Runs, newest first, and what is paused. */
syncRoutes.get("/", async (context) => {
  const { limit, cursor } = parseInput(listSchema, context.req.query());
  const before = numberCursor(cursor);
  const [found, pauses] = await Promise.all([
    listSyncRuns(context.env.DB, limit + 1, before),
    readPauses(context.env.DB),
  ]);
  const page = listPage(found, limit, describeRun, (run) => String(run.run));
  return context.json({ ...page, paused: describePauses(pauses) });
});

syncRoutes.route("/", pauseRoutes);
// Before the route of a run: a run of this name would not be found.
syncRoutes.route("/quarantine", quarantineRoutes);

/** One run's state, counts per entity, progress in rows and the changes of format that it noticed. */
syncRoutes.get("/:run_id", async (context) => {
  const { DB, SYNC_WORKFLOW } = context.env;
  parseInput(NO_QUERY, context.req.query());
  const runId = context.req.param("run_id");
  const run = RUN_ID_PATTERN.test(runId) ? await readSyncRun(DB, runId) : null;
  if (run !== null) {
    const [changes, pauses] = await Promise.all([
      listSchemaChanges(DB, { limit: DRIFT_SHOWN_MAX, before: null, run: run.run }),
      readPauses(DB),
    ]);
    // Newest first is how changes are listed; a run tells them in the order in which it noticed them.
    const drift = changes.reverse().map(describeChange);
    return context.json({ ...describeRun(run), drift, paused: describePauses(pauses) });
  }
  if (RUN_ID_PATTERN.test(runId) && (await isWaiting(SYNC_WORKFLOW, runId))) {
    return context.json({ ...describeQueuedRun(runId), drift: [], paused: describePauses(await readPauses(DB)) });
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
