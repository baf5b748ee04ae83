import config from "#shop-config";
import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";
import { indexChangedItems } from "../../workers/workflows/index-items.ts";
import { publishCatalogue } from "../../workers/workflows/publish-catalogue.ts";

export * from "../../workers/index.ts";

/** The Worker, and what a sync run calls at its end: `/v1/index?through=N` and `/v1/catalogue?through=N`. */
export default {
  ...worker,
  async fetch(request, env, context) {
    const url = new URL(request.url);
    const through = Number(url.searchParams.get("through"));
    if (url.pathname === "/v1/index") return Response.json(await indexChangedItems(env, through));
    if (url.pathname === "/v1/catalogue")
      return Response.json(await publishCatalogue(env, config, through, new Date()));
    return worker.fetch(request, env, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
