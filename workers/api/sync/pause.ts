import { type Context, Hono } from "hono";
import { z } from "zod";

import { ENTITIES } from "../../../domain/sync/run.ts";
import { pause, readPauses, resume } from "../../../platform/d1/pause-store.ts";
import { readJson } from "../body.ts";
import type { ApiEnv } from "../context.ts";
import { parseInput } from "../errors.ts";
import { describePauses } from "./run-answer.ts";

const BODY_MAX_BYTES = 4 * 1024;
// An empty list is refused: whoever sends one may mean nothing, and would get everything.
const entities = z.array(z.enum(ENTITIES)).min(1).max(ENTITIES.length).optional();
export const pauseSchema = z.strictObject({ entities });
export const resumeSchema = z.strictObject({ entities, accept_deletions: z.boolean().default(false) });

/** Both calls may come without a body: then they are about the whole sync. */
async function readBody(context: Context<ApiEnv>): Promise<unknown> {
  const isEmpty = context.req.raw.body === null || context.req.header("content-length") === "0";
  return isEmpty ? {} : readJson(context, BODY_MAX_BYTES);
}

/** `/v1/sync/pause` and `/v1/sync/resume`. Runs look at what is paused when they begin. */
export const pauseRoutes = new Hono<ApiEnv>();

pauseRoutes.post("/pause", async (context) => {
  const body = parseInput(pauseSchema, await readBody(context));
  await pause(context.env.DB, body.entities ?? null);
  return context.json({ paused: describePauses(await readPauses(context.env.DB)) });
});

pauseRoutes.post("/resume", async (context) => {
  const body = parseInput(resumeSchema, await readBody(context));
  await resume(context.env.DB, body.entities ?? null, body.accept_deletions);
  return context.json({ paused: describePauses(await readPauses(context.env.DB)) });
});
