import { Hono } from "hono";

import { type ApiEnv, controlSourceOf } from "./context.ts";
import { latestControl } from "./control-cache.ts";
import { ApiError } from "./errors.ts";

/** `/v1/health` and `/v1/ready`: is the Worker up, and can it answer personally? */
export const healthRoutes = new Hono<ApiEnv>();

healthRoutes.get("/health", (context) => context.json({ status: "ok" }));

healthRoutes.get("/ready", async (context) => {
  const { control } = await latestControl(controlSourceOf(context));
  if (control === null || control.catalogue === null) {
    throw new ApiError("not_ready", "There is no catalogue yet. Run the first sync: POST /v1/sync.");
  }
  if (control.model.active === null) {
    throw new ApiError("not_ready", "No model is active yet. Publish and activate one.");
  }
  return context.json({ status: "ready", catalogue: control.catalogue.version, model: control.model.active });
});
