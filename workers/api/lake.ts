import { Hono } from "hono";
import { z } from "zod";

import type { CompactionParams } from "../../domain/lake/compaction-params.ts";
import { LAKE_TABLES } from "../../domain/lake/lake-table.ts";
import { requireScope } from "./auth.ts";
import type { ApiEnv } from "./context.ts";
import { ApiError, parseInput } from "./errors.ts";

export const requestSchema = z.strictObject({
  table: z.enum(LAKE_TABLES).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
});
const RUN_ID_PATTERN = /^[0-9a-f-]{36}$/;

/** `/v1/lake`. */
export const lakeRoutes = new Hono<ApiEnv>();

/** Starts what otherwise runs once a night; with `from`, hours that were looked at before are looked at again. */
lakeRoutes.post("/compaction", requireScope("admin"), async (context) => {
  const { table, from, to } = parseInput(requestSchema, context.req.query());
  const params: CompactionParams = {
    ...(table === undefined ? {} : { table }),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  };
  const id = crypto.randomUUID();
  await context.env.COMPACTION_WORKFLOW.create({ id, params });
  return context.json({ id }, 202);
});

/** How far a run is, and what it came to: hours `compacted`, `swept`, `refused`. */
lakeRoutes.get("/compaction/:id", requireScope("admin"), async (context) => {
  const id = context.req.param("id");
  const run = RUN_ID_PATTERN.test(id) ? await context.env.COMPACTION_WORKFLOW.get(id).catch(() => null) : null;
  if (run === null) throw new ApiError("not_found", "There is no compaction of that id.");
  const { status, output, error } = await run.status();
  const isOver = status === "complete" || status === "errored" || status === "terminated";
  return context.json({
    id,
    state: status === "complete" ? "complete" : isOver ? "failed" : "running",
    result: output ?? null,
    error: error?.message ?? null,
  });
});
