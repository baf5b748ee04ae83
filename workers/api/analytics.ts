import { Hono } from "hono";

import { freshnessRoutes } from "./analytics/freshness.ts";
import { reportRoutes } from "./analytics/reports.ts";
import { spikeRoutes } from "./analytics/spikes.ts";
import type { ApiEnv } from "./context.ts";
import { requireViewer } from "./dashboard/viewer.ts";

/** `/v1/analytics`: what marketing and operators see (docs/analytics.md). */
export const analyticsRoutes = new Hono<ApiEnv>();
analyticsRoutes.use("*", requireViewer());
analyticsRoutes.route("/", spikeRoutes);
analyticsRoutes.route("/", freshnessRoutes);
analyticsRoutes.route("/", reportRoutes);
