import type { InteractionMessage } from "../../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import exporting from "../../exports/export-worker.ts";
import syncing from "../property/worker.ts";

export * from "../../exports/export-worker.ts";

/** The Worker, with `POST /v1/run` for a run of the sync's own code, and `POST /test/drive` for one of an export's. */
export default {
  ...syncing,
  fetch(request, env, context) {
    const isExport = new URL(request.url).pathname === "/test/drive";
    return (isExport ? exporting : syncing).fetch(request, env, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
