import { Hono } from "hono";

import { freshnessRoutes } from "./analytics/freshness.ts";
import { reportRoutes } from "./analytics/reports.ts";
import { spikeRoutes } from "./analytics/spikes.ts";
import type { ApiEnv } from "./context.ts";
import { requireViewer } from "./dashboard/viewer.ts";
import { ApiError } from "./errors.ts";

/** `/v1/analytics`: what marketing and operators see (docs/analytics.md). */
export const analyticsRoutes = new Hono<ApiEnv>();
analyticsRoutes.use("*", requireViewer());
analyticsRoutes.use("*", (context, next) => {
  // Of two values only the first would be heard, and the answer be of another question than was asked.
  const [twice] = Object.entries(context.req.queries()).find(([, values]) => values.length > 1) ?? [];
  if (twice !== undefined) throw new ApiError("invalid_request", `\`${twice}\` is there twice: send it once.`);
  return next();
});
analyticsRoutes.route("/", spikeRoutes);
analyticsRoutes.route("/", freshnessRoutes);
analyticsRoutes.route("/", reportRoutes);
