import { type Context, Hono } from "hono";
import { z } from "zod";

import { eventQuerySchema, eventRequestSchema } from "../../domain/events/event-request.ts";
import { EVENTS_BODY_MAX_BYTES } from "../../domain/events/limits.ts";
import { assertScope, authenticate, bearerOf, type Caller } from "./auth.ts";
import { readJson } from "./body.ts";
import { type ApiEnv, edgeCountryOf, waitUntilOf } from "./context.ts";
import { parseInput } from "./errors.ts";
import { takeEvents } from "./events/take-events.ts";

const keyInBody = z.object({ key: z.string() });

async function callerOf(context: Context<ApiEnv>, keyOfQuery: string | undefined, body: unknown): Promise<Caller> {
  const inBody = keyInBody.safeParse(body);
  const open = keyOfQuery ?? (inBody.success ? inBody.data.key : null);
  const caller = await authenticate(context, { bearer: bearerOf(context), open });
  if (caller.kind === "secret") assertScope(caller, "events:write");
  return caller;
}

/** `/v1/events`: what shoppers do. 202 means durable. */
export const eventRoutes = new Hono<ApiEnv>();

eventRoutes.post("/", async (context) => {
  const query = parseInput(eventQuerySchema, context.req.query());
  const body = await readJson(context, EVENTS_BODY_MAX_BYTES);
  const caller = await callerOf(context, query.key, body);
  const request = parseInput(eventRequestSchema, body);
  const call = {
    env: context.env,
    waitUntil: waitUntilOf(context),
    caller,
    edgeCountry: edgeCountryOf(context),
    requestId: context.var.requestId,
  };
  return context.json(await takeEvents(call, { ...request, token: request.token ?? query.token }), 202);
});
