import type { InteractionMessage } from "../../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import worker from "../../../workers/index.ts";
import { FLOOR_PATH } from "./floor-path.ts";

export * from "../../../workers/index.ts";

/** The Worker as it is deployed, and beside it the least that a report can cost: one question to D1. */
export default {
  ...worker,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== FLOOR_PATH) return worker.fetch(request, env, context);
    return Response.json(await env.DB.prepare("SELECT 1 AS one").first());
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
