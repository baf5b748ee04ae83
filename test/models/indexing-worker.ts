import config from "#shop-config";
import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";
import { startUploadedModels } from "../../workers/crons/uploaded-models.ts";
import { indexChangedItems } from "../../workers/workflows/index-items.ts";
import { publishCatalogue } from "../../workers/workflows/publish-catalogue.ts";

export * from "../../workers/index.ts";

/**
 * The Worker, what a sync run calls at its end (`/v1/index?through=N` and `/v1/catalogue?through=N`), and a look through
 * the bucket of models as at another time (`/v1/uploads?at=MILLISECONDS`).
 */
export default {
  ...worker,
  async fetch(request, env, context) {
    const url = new URL(request.url);
    const through = Number(url.searchParams.get("through"));
    if (url.pathname === "/v1/index") return Response.json(await indexChangedItems(env, through));
    if (url.pathname === "/v1/catalogue")
      return Response.json(await publishCatalogue(env, config, through, new Date()));
    if (url.pathname === "/v1/uploads")
      return Response.json(await startUploadedModels(env, new Date(Number(url.searchParams.get("at")))));
    return worker.fetch(request, env, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
