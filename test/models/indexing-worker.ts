import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";
import { indexChangedItems } from "../../workers/workflows/index-items.ts";

export * from "../../workers/index.ts";

/** The Worker, and `/v1/index?through=N` for what a sync run calls at its end. */
export default {
  ...worker,
  async fetch(request, env, context) {
    const url = new URL(request.url);
    if (url.pathname !== "/v1/index") return worker.fetch(request, env, context);
    return Response.json(await indexChangedItems(env, Number(url.searchParams.get("through"))));
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
