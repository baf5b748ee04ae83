import { Hono } from "hono";

import { demoShopRoutes } from "../demo-shop/routes.ts";
import { analyticsRoutes } from "./analytics.ts";
import { announcementRoutes } from "./announcements.ts";
import type { ApiEnv } from "./context.ts";
import { dashboardRoutes } from "./dashboard.ts";
import { deadLetterRoutes } from "./dead-letters.ts";
import { ApiError, errorResponse, handleError } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { exportRoutes } from "./exports.ts";
import { featureRoutes } from "./features.ts";
import { healthRoutes } from "./health.ts";
import { itemRoutes } from "./items.ts";
import { lakeRoutes } from "./lake.ts";
import { ledgerRoutes } from "./ledger.ts";
import { modelRoutes } from "./models.ts";
import { noticeRoutes } from "./notices.ts";
import { quarantineRoutes } from "./quarantine.ts";
import { recommendationRoutes } from "./recommendations.ts";
import { servedRoutes } from "./served.ts";
import { syncRoutes } from "./sync.ts";
import { tokenRoutes } from "./tokens.ts";
import { userRoutes } from "./users.ts";

/** The HTTP API. Each resource is a sub-app in a file of its own name. */
export const app = new Hono<ApiEnv>();

app.use(async (context, next) => {
  context.set("requestId", context.req.header("cf-ray") ?? crypto.randomUUID());
  await next();
});
// Browsers may call from any page; which page may use which key is the key's business (its allowed origins).
app.use("/v1/*", async (context, next) => {
  const origin = context.req.header("origin");
  if (context.req.method === "OPTIONS") {
    return new Response(null, {
      status: 204,
      headers: {
        "access-control-allow-origin": origin ?? "*",
        "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "86400",
        vary: "origin",
      },
    });
  }
  await next();
  if (origin !== undefined) {
    context.res.headers.set("access-control-allow-origin", origin);
    context.res.headers.append("vary", "origin");
  }
  return undefined;
});

app.route("/v1/events", eventRoutes);
app.route("/v1/recommendations", recommendationRoutes);
app.route("/v1/served", servedRoutes);
app.route("/v1/ledger", ledgerRoutes);
app.route("/v1/lake", lakeRoutes);
app.route("/v1/items", itemRoutes);
app.route("/v1/users", userRoutes);
app.route("/v1/tokens", tokenRoutes);
app.route("/v1/analytics", analyticsRoutes);
app.route("/v1/dashboard", dashboardRoutes);
app.route("/v1/sync", syncRoutes);
app.route("/v1/announcements", announcementRoutes);
app.route("/v1/notices", noticeRoutes);
app.route("/v1/quarantine", quarantineRoutes);
app.route("/v1/dead-letters", deadLetterRoutes);
app.route("/v1/features", featureRoutes);
app.route("/v1/models", modelRoutes);
app.route("/v1/exports", exportRoutes);
app.route("/v1", healthRoutes);
app.route("/shop/api", demoShopRoutes);

app.notFound((context) =>
  errorResponse(context, new ApiError("not_found", `Nothing at ${context.req.method} ${context.req.path}.`)),
);
app.onError(handleError);
